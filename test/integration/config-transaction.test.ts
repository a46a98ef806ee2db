import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { openCluster, type Cluster } from '../../src/commit/cluster.ts';
import type { Backup } from '../../src/commit/config/config-backups.ts';
import { runTransaction } from '../../src/commit/config/config-transaction.ts';
import { changesBetween } from '../../src/plan/config/config-change.ts';
import { withValue, type ConfigTree } from '../../src/plan/config/tree.ts';
import type { JsonObject } from '../../src/generated/json-value.ts';
import { adminCertificate } from '../support/real-stack.ts';
import { Scenario, type Login } from '../support/scenario.ts';

const LISTENERS = ['dynamic', 'auth_failure_listeners'];
const GOOD = { type: 'ip', allowed_tries: 3, time_window_seconds: 60, block_expiry_seconds: 60 };

/** Without Kubernetes, since its schema refuses what is tried here. */
describe.each([
  ['PATCH', false],
  ['PUT of the whole', true],
])('a change of the failed-login limits by %s', (_how, isWhole) => {
  let scenario: Scenario;
  let people: readonly Login[];
  let cluster: Cluster;
  let base: ConfigTree;
  const ends: (string | undefined)[] = [];

  beforeAll(async () => {
    scenario = await Scenario.start();
    const { real } = scenario;
    const { username, password } = real.cluster;
    people = [{ username, password }, await scenario.person()];
    const settings = {
      endpoints: [real.cluster.nodes[0]?.url ?? ''],
      auth: { type: 'certificate', ...adminCertificate(real.cluster) } as const,
      caPem: real.caPem,
      insecureSkipVerify: false,
      requestTimeoutMs: 60_000,
      opaqueId: 'test',
    };
    cluster = await openCluster(settings, 'Auto', AbortSignal.timeout(60_000));
    base = await cluster.configuration.fetch(['securityconfig']);
  });
  afterEach(async () => {
    expect(await now()).toEqual(base);
    expect(await Promise.all(people.map((login) => scenario.logIn(login)))).toEqual(
      people.map(() => expect.objectContaining({ status: 200 })),
    );
  });
  afterAll(async () => {
    await cluster.close();
    await scenario.stop();
  });

  async function change(listener: JsonObject | undefined): Promise<unknown> {
    const before = await cluster.configuration.fetch(['securityconfig']);
    const wanted = withValue(before, [...LISTENERS, 'tries'], listener);
    const journal = { connection: 'a/b', clusterUuid: '', apiPrefix: 'Plugins', subjects: {} } as const;
    const backups = {
      open: (documents: ConfigTree): Promise<Backup> =>
        Promise.resolve({
          secretName: 'x',
          createdAt: '',
          documents,
          journal: { ...journal, state: 'Open', isWhole, units: ['/dynamic/auth_failure_listeners/tries'] },
        }),
      close: (backup: Backup, state: string): Promise<Backup> => {
        ends.push(state);
        return Promise.resolve(backup);
      },
    };
    return runTransaction(
      {
        base: before,
        wanted,
        changes: changesBetween(before, wanted),
        isWhole,
        probes: new Map(),
        secrets: [],
        journal,
      },
      { api: cluster.configuration, backups },
    );
  }

  const now = async (): Promise<ConfigTree> => cluster.configuration.fetch(['securityconfig']);

  it.each([
    ['it allows no try at all', { ...GOOD, allowed_tries: 0 }],
    ['its type is unknown', { ...GOOD, type: 'nosuch' }],
  ])('that is stored and that no node can load is put back when %s', async (_when, listener) => {
    const result = await change(listener);
    expect(result).toEqual({ type: 'rolledBack', why: expect.stringContaining('Error Failed node') });
    expect(ends.at(-1)).toBe('RolledBack');
  });

  it('that has a text for a number is refused, and nothing of it is stored', async () => {
    const result = await change({ ...GOOD, allowed_tries: 'x' });
    expect(result).toEqual({ type: 'refused', words: expect.stringContaining('not a valid `int` value') });
    expect(ends.at(-1)).toBe('Unchanged');
  });

  it('that every node loads stays, also after one that was put back', async () => {
    expect(await change(GOOD)).toEqual({ type: 'committed' });
    expect(await change(undefined)).toEqual({ type: 'committed' });
  });
});

describe('an operator', () => {
  it('is proved by the roles that it had last before a change', async () => {
    const scenario = await Scenario.start();
    const { real, search } = scenario;
    const { username, password, nodes } = real.cluster;
    const [role, api] = [`${scenario.namespace}-extra`, '/_plugins/_security/api'];
    await search.ok('PUT', `${api}/roles/${role}`, { cluster_permissions: [] });
    await search.ok('PUT', `${api}/rolesmapping/${role}`, { users: [username] });
    const settings = {
      endpoints: [nodes[0]?.url ?? ''],
      auth: { type: 'basic', username, password } as const,
      caPem: real.caPem,
      insecureSkipVerify: false,
      requestTimeoutMs: 60_000,
      opaqueId: 'test',
    };
    const cluster = await openCluster(settings, 'Auto', AbortSignal.timeout(60_000));
    const { configuration } = cluster;
    await search.ok('DELETE', `${api}/rolesmapping/${role}`);
    expect(await configuration.prove()).toBe(`the operator lost the roles ${role}`);
    await configuration.renewSelf();
    expect(await configuration.prove()).toBeUndefined();
    await cluster.close();
    await search.ok('DELETE', `${api}/roles/${role}`);
    await scenario.stop();
  });
});
