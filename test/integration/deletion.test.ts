import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { DOCUMENTS, readyOf, Scenario } from '../support/scenario.ts';
import { Kubectl } from '../support/kubectl.ts';
import { rightsMode } from '../support/rights.ts';
import { aFleet, applyAll, FLEET_KINDS } from '../support/fleet.ts';
import { waitFor } from '../support/wait-for.ts';

const isNamespaced = rightsMode() === 'namespaces';

describe('deleting', () => {
  let scenario: Scenario;
  let role: string;

  beforeEach(async () => {
    scenario = await Scenario.start();
    role = `${scenario.namespace}-role`;
    await scenario.connect();
    scenario.startOperator('--deletion-grace', '8');
    await scenario.create('OpenSearchRole', role, { description: 'declared' });
    await scenario.untilReason('OpenSearchRole', role, 'Applied');
  });
  afterEach(() => scenario.stop());

  it('an object removes its resource before the object is gone, by a finalizer that was set before the first write', async () => {
    const finalized = scenario.kubeProxy.requests.findIndex(({ body }) =>
      body.includes('"finalizers":["security.opensearch.org/finalizer"]'),
    );
    const told = scenario.kubeProxy.requests.findIndex(({ path }) => path.includes(`/opensearchroles/${role}/status`));
    expect(finalized).toBeGreaterThan(-1);
    expect(finalized).toBeLessThan(told);
    await scenario.delete('OpenSearchRole', role);
    await scenario.untilGone('OpenSearchRole', role);
    expect(await scenario.entity('roles', role)).toBeUndefined();
  });

  it('an object whose policy is Orphan leaves its resource, and an event says so', async () => {
    await scenario.patch('OpenSearchRole', role, { spec: { deletionPolicy: 'Orphan' } });
    await scenario.delete('OpenSearchRole', role);
    await scenario.untilGone('OpenSearchRole', role);
    expect(await scenario.entity('roles', role)).toMatchObject({ description: 'declared' });
    await waitFor('the event', async () =>
      (await scenario.events(role)).some(({ reason }) => reason === 'LeftBehind') ? true : undefined,
    );
  });

  it('an object while OpenSearch is down waits, says so, and ends when it is back', async () => {
    await scenario.searchProxy.goDown();
    await scenario.delete('OpenSearchRole', role);
    await waitFor('the wait to be told', async () => {
      const waiting = await scenario.get('OpenSearchRole', role);
      return waiting !== undefined && readyOf(waiting)?.message.startsWith('the deletion waits') === true
        ? true
        : undefined;
    });
    await scenario.searchProxy.listen();
    await scenario.untilGone('OpenSearchRole', role);
    expect(await scenario.entity('roles', role)).toBeUndefined();
  });

  it('the connection first leaves the objects, which say so and can be deleted without it', async () => {
    await scenario.delete('OpenSearchConnection', 'default');
    await scenario.untilGone('OpenSearchConnection', 'default');
    await scenario.untilReason('OpenSearchRole', role, 'ConnectionNotFound');
    expect(await scenario.entity('roles', role)).toBeDefined();
    await scenario.delete('OpenSearchRole', role);
    await scenario.untilGone('OpenSearchRole', role);
    await waitFor('the event', async () =>
      (await scenario.events(role)).some(({ reason }) => reason === 'LeftBehind') ? true : undefined,
    );
  });

  it('the connection and the objects together cleans up all of them', async () => {
    await scenario.delete('OpenSearchConnection', 'default');
    await scenario.delete('OpenSearchRole', role);
    await scenario.untilGone('OpenSearchRole', role);
    await scenario.untilGone('OpenSearchConnection', 'default');
    expect(await scenario.entity('roles', role)).toBeUndefined();
  });

  it('a namespace with a whole fleet removes everything, with one bulk PATCH a type and what gathered meanwhile', async () => {
    const fleet = aFleet(scenario, 60);
    await applyAll(scenario, fleet);
    await scenario.untilAllReady(FLEET_KINDS);
    scenario.searchProxy.forget();
    if (isNamespaced) await deleteObjects();
    await scenario.kube.ok('DELETE', `/api/v1/namespaces/${scenario.namespace}`);
    await untilNamespaceGone(30_000);
    for (const document of DOCUMENTS) {
      const left = await scenario.search.ok<Record<string, unknown>>('GET', `/_plugins/_security/api/${document}`);
      expect(Object.keys(left).filter((name) => name.startsWith(scenario.namespace))).toEqual([]);
      const patches = scenario.searchProxy.changes.filter(({ path }) => path.endsWith(`/${document}`));
      expect({ document, isFew: patches.length <= 3 }).toEqual({ document, isFew: true });
    }
  });

  /** The rights of an operator for some namespaces go with the namespace, so that the objects have to go first. */
  async function deleteObjects(): Promise<void> {
    const kinds = ['OpenSearchConnection', ...FLEET_KINDS] as const;
    const lists = await Promise.all(kinds.map(async (kind) => ({ kind, objects: await scenario.list(kind) })));
    const all = lists.flatMap(({ kind, objects }) => objects.map(({ metadata: { name } }) => ({ kind, name })));
    await Promise.all(all.map(({ kind, name }) => scenario.delete(kind, name)));
    for (const { kind, name } of all) await scenario.untilGone(kind, name);
  }

  function kubectl(...args: readonly string[]): string {
    const client = new Kubectl(scenario.real.stack, scenario.namespace);
    try {
      return client.run(args);
    } finally {
      client.close();
    }
  }

  async function untilNamespaceGone(timeoutMs?: number): Promise<void> {
    const path = `/api/v1/namespaces/${scenario.namespace}`;
    const look = async (): Promise<true | undefined> =>
      (await scenario.kube.call('GET', path)).status === 404 ? true : undefined;
    await waitFor('the namespace gone', look, timeoutMs);
  }

  const away = isNamespaced
    ? 'takes the rights of the operator with it, so that people let the objects go'
    : 'ends after the grace period, and an event elsewhere says what was left';
  it(`a namespace while OpenSearch stays down ${away}`, async () => {
    await scenario.searchProxy.goDown();
    await scenario.kube.ok('DELETE', `/api/v1/namespaces/${scenario.namespace}`);
    if (isNamespaced) await letGo();
    await untilNamespaceGone();
    if (!isNamespaced) expect(await leftBehind()).toEqual([expect.stringContaining(role)]);
  });

  /** As docs/install.md says. */
  async function letGo(): Promise<void> {
    const binding = `/apis/rbac.authorization.k8s.io/v1/namespaces/${scenario.namespace}/rolebindings`;
    await waitFor('the rights gone', async () =>
      (await scenario.kube.ok<{ items: readonly object[] }>('GET', binding)).items.length === 0 ? true : undefined,
    );
    const names = kubectl('get', 'opensearch-security', '-o', 'name').trim().split('\n');
    for (const name of names) kubectl('patch', name, '--type', 'merge', '-p', '{"metadata":{"finalizers":null}}');
  }

  /** What events about the namespace say. */
  async function leftBehind(): Promise<readonly string[]> {
    const { items } = await scenario.kube.ok<{
      items: { reason: string; message: string; involvedObject: { name: string } }[];
    }>('GET', '/api/v1/namespaces/default/events');
    const told = items.filter(
      ({ reason, involvedObject }) => reason === 'LeftBehind' && involvedObject.name === scenario.namespace,
    );
    return told.map(({ message }) => message);
  }
});
