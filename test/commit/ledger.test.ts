import { describe, expect, test } from '@jest/globals';
import type { KubernetesRequest } from '../../src/clients/kubernetes.ts';
import { Ledger } from '../../src/commit/ledger.ts';
import type { OwnerChange } from '../../src/commit/ownership.ts';
import { KubernetesError } from '../../src/errors.ts';
import { FakeKubernetes } from '../support/fake-kubernetes.ts';

const CONNECTION = { namespace: 'platform', name: 'prod' };

function load(kubernetes: FakeKubernetes, clusterUuid = 'cluster-1'): Promise<Ledger> {
  return Ledger.load(kubernetes.client, CONNECTION, clusterUuid);
}

function owned(name: string, owner: string | null = `OpenSearchRole/team-a/${name}`): OwnerChange {
  return { document: 'roles', name, owner };
}

function many(count: number): readonly OwnerChange[] {
  return Array.from({ length: count }, (_, index) => owned(`role-${index}`));
}

function writes(kubernetes: FakeKubernetes): readonly string[] {
  return kubernetes.requests.filter(({ method }) => method !== 'GET').map(({ method }) => method);
}

/** Refuses the next request that this says yes to. */
function refuseOnce(
  kubernetes: FakeKubernetes,
  status: number,
  isMeant: (request: KubernetesRequest) => boolean,
): void {
  let isDone = false;
  kubernetes.refuse = (request) => {
    if (isDone || !isMeant(request)) return undefined;
    isDone = true;
    return new KubernetesError('no', status, 'Test');
  };
}

describe('the ledger', () => {
  test('remembers who owns what after a restart', async () => {
    const kubernetes = new FakeKubernetes();
    await (await load(kubernetes)).record([owned('ops'), { ...owned('ops'), document: 'tenants', owner: 'other' }]);
    const again = await load(kubernetes);
    expect(again.ownerOf('roles', 'ops')).toBe('OpenSearchRole/team-a/ops');
    expect(again.ownerOf('tenants', 'ops')).toBe('other');
    expect(again.ownerOf('roles', 'stranger')).toBeUndefined();
  });

  test('forgets what nobody owns any more, after a restart too', async () => {
    const kubernetes = new FakeKubernetes();
    const ledger = await load(kubernetes);
    await ledger.record([owned('ops'), owned('dev')]);
    await ledger.record([owned('ops', null)]);
    const again = await load(kubernetes);
    expect([ledger, again].map((each) => each.ownerOf('roles', 'ops'))).toEqual([undefined, undefined]);
    expect(again.ownerOf('roles', 'dev')).toBeDefined();
  });

  test('of one cluster says nothing of another one behind the same connection', async () => {
    const kubernetes = new FakeKubernetes();
    await (await load(kubernetes, 'cluster-1')).record([owned('ops')]);
    expect((await load(kubernetes, 'cluster-2')).ownerOf('roles', 'ops')).toBeUndefined();
  });

  test('of one connection says nothing of another one to the same cluster', async () => {
    const kubernetes = new FakeKubernetes();
    await (await load(kubernetes)).record([owned('ops')]);
    const other = await Ledger.load(kubernetes.client, { ...CONNECTION, name: 'dev' }, 'cluster-1');
    expect(other.ownerOf('roles', 'ops')).toBeUndefined();
  });

  test('does not write what it knows already', async () => {
    const kubernetes = new FakeKubernetes();
    const ledger = await load(kubernetes);
    await ledger.record([owned('ops')]);
    await ledger.record([owned('ops'), owned('stranger', null)]);
    expect(writes(kubernetes)).toEqual(['POST']);
  });

  test('writes one ConfigMap for a thousand changes', async () => {
    const kubernetes = new FakeKubernetes();
    await (await load(kubernetes)).record(many(1000));
    expect(writes(kubernetes)).toEqual(['POST']);
  });

  test('goes on in another ConfigMap when one is full, and writes only the one that changes', async () => {
    const kubernetes = new FakeKubernetes();
    const ledger = await load(kubernetes);
    await ledger.record(many(5000));
    expect(kubernetes.all('configmaps')).toHaveLength(3);
    kubernetes.requests.length = 0;
    await ledger.record([owned('role-3', 'OpenSearchRole/team-b/x')]);
    expect(writes(kubernetes)).toEqual(['PUT']);
    const again = await load(kubernetes);
    expect(many(5000).filter(({ name }) => again.ownerOf('roles', name) === undefined)).toEqual([]);
  });

  test('fills the room that was left before it opens another ConfigMap', async () => {
    const kubernetes = new FakeKubernetes();
    const ledger = await load(kubernetes);
    await ledger.record(many(4000));
    await ledger.record([owned('role-3', null), owned('new')]);
    expect(kubernetes.all('configmaps')).toHaveLength(2);
  });

  test('does not write over the rest when one ConfigMap was deleted by hand', async () => {
    const kubernetes = new FakeKubernetes();
    await (await load(kubernetes)).record(many(4000));
    const [first] = kubernetes.all('configmaps');
    kubernetes.delete('configmaps', 'platform', first?.metadata.name ?? '');
    const ledger = await load(kubernetes);
    await ledger.record([owned('new-1')]);
    expect((await load(kubernetes)).ownerOf('roles', 'role-3999')).toBeDefined();
  });

  test.each([
    ['somebody else changed it', 409],
    ['the API server did not answer', 0],
    ['it was deleted', 404],
  ])('loses nothing when it cannot be saved because %s', async (_, status) => {
    const kubernetes = new FakeKubernetes();
    const ledger = await load(kubernetes);
    await ledger.record([owned('before')]);
    if (status === 404)
      kubernetes.delete('configmaps', 'platform', kubernetes.all('configmaps')[0]?.metadata.name ?? '');
    else refuseOnce(kubernetes, status, ({ method }) => method === 'PUT');
    await expect(ledger.record([owned('ops')])).rejects.toThrow(KubernetesError);
    await ledger.record([owned('ops')]);
    const again = await load(kubernetes);
    expect(['before', 'ops'].map((name) => again.ownerOf('roles', name))).not.toContain(undefined);
  });

  test('overwrites what somebody else made of it: its memory is the truth', async () => {
    const kubernetes = new FakeKubernetes();
    const ledger = await load(kubernetes);
    await ledger.record([owned('before')]);
    const name = kubernetes.all('configmaps')[0]?.metadata.name ?? '';
    kubernetes.edit('configmaps', 'platform', { metadata: { name }, data: { owners: '{}' } });
    await expect(ledger.record([owned('ops')])).rejects.toThrow(KubernetesError);
    await ledger.record([]);
    const again = await load(kubernetes);
    expect(again.ownerOf('roles', 'before')).toBe('OpenSearchRole/team-a/before');
    expect(again.ownerOf('roles', 'ops')).toBe('OpenSearchRole/team-a/ops');
  });

  test('goes on when the answer to its first write was lost', async () => {
    const kubernetes = new FakeKubernetes();
    const ledger = await load(kubernetes);
    let isLost = false;
    kubernetes.lose = ({ method }) => {
      if (method !== 'POST' || isLost) return undefined;
      isLost = true;
      return new KubernetesError('no answer', 0, 'Unreachable');
    };
    await expect(ledger.record([owned('ops')])).rejects.toThrow(KubernetesError);
    await expect(ledger.record([owned('ops')])).rejects.toThrow(KubernetesError);
    await ledger.record([owned('ops')]);
    expect((await load(kubernetes)).ownerOf('roles', 'ops')).toBeDefined();
  });
});
