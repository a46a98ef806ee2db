import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { openCluster, type Cluster } from '../../src/commit/cluster.ts';
import type { Backup } from '../../src/commit/config/config-backups.ts';
import { runTransaction } from '../../src/commit/config/config-transaction.ts';
import { changesBetween } from '../../src/plan/config/config-change.ts';
import { withValue, type ConfigTree } from '../../src/plan/config/tree.ts';
import type { JsonObject } from '../../src/generated/json-value.ts';
import { adminCertificate, realStack } from '../support/real-stack.ts';

const LISTENERS = ['dynamic', 'auth_failure_listeners'];
const GOOD = { type: 'ip', allowed_tries: 3, time_window_seconds: 60, block_expiry_seconds: 60 };

/** Without Kubernetes, since its schema refuses what is tried here. */
describe('a change of the failed-login limits', () => {
  let cluster: Cluster;
  let base: ConfigTree;
  const ends: (string | undefined)[] = [];

  beforeAll(async () => {
    const real = await realStack();
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
  afterAll(() => cluster.close());

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
          journal: { ...journal, state: 'Open', units: ['/dynamic/auth_failure_listeners/tries'] },
        }),
      close: (_backup: Backup, state: string): Promise<void> => {
        ends.push(state);
        return Promise.resolve();
      },
    };
    return runTransaction(
      { base: before, wanted, changes: changesBetween(before, wanted), probes: new Map(), journal },
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
    expect(await now()).toEqual(base);
  });

  it('that every node loads stays, also after one that was put back', async () => {
    expect(await change(GOOD)).toEqual({ type: 'committed' });
    expect(await change(undefined)).toEqual({ type: 'committed' });
    expect(await now()).toEqual(base);
  });
});
