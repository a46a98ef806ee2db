import { describe, expect, test } from '@jest/globals';
import type { CertificateEnd } from '../../src/desired/certificate-end.ts';
import { UnreachableError } from '../../src/errors.ts';
import type { OpenSearchConnectionSpec } from '../../src/generated/opensearch-connection.ts';
import type { OpenSearchConnectionStatus } from '../../src/generated/opensearch-connection.ts';
import { useOperators } from '../support/operators.ts';
import { CONNECTIONS, type SimulatedOperator } from '../support/simulated-operator.ts';

const DEFAULT = { name: 'default' };
const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;
const FLUSH = 'security.opensearch.org/flush-cache';

const newOperator = useOperators();

function anOperator(spec: Partial<OpenSearchConnectionSpec> = {}): SimulatedOperator {
  const operator = newOperator();
  operator.connect(spec);
  return operator;
}

function aCertificate(
  operator: SimulatedOperator,
  days: number,
  kind: CertificateEnd['kind'] = 'http',
): CertificateEnd {
  const node = kind === 'client' || kind === 'rescue' ? '' : 'node-0';
  return { node, kind, subject: 'CN=node', issuer: 'CN=ca', endsMs: operator.clock.now() + days * DAY_MS };
}

function statusOf(operator: SimulatedOperator): OpenSearchConnectionStatus {
  return operator.status(CONNECTIONS, DEFAULT);
}

function told(operator: SimulatedOperator): string {
  const condition = statusOf(operator).conditions?.find(({ type }) => type === 'CertificatesValid');
  return condition === undefined ? 'nothing' : `${condition.status} ${condition.reason}: ${condition.message}`;
}

describe('certificates', () => {
  test('that nobody may see are no condition, and are asked for once an hour', async () => {
    const operator = await anOperator().start();
    await operator.pass(HOUR_MS / 2);
    expect([told(operator), statusOf(operator).certificates]).toEqual(['nothing', undefined]);
    expect(operator.cluster.asked.certificates).toBe(1);
  });

  test('are shown, and warned of before the first of them ends', async () => {
    const operator = anOperator();
    operator.cluster.certificates = [aCertificate(operator, 31), aCertificate(operator, 400, 'transport')];
    await operator.start();
    expect(told(operator)).toBe('True Valid: first to end: http of node node-0 on 2026-02-01');
    expect(statusOf(operator).certificates).toEqual([
      { node: 'node-0', kind: 'http', subject: 'CN=node', issuer: 'CN=ca', notAfter: '2026-02-01T00:00:00Z' },
      { node: 'node-0', kind: 'transport', subject: 'CN=node', issuer: 'CN=ca', notAfter: '2027-02-05T00:00:00Z' },
    ]);
    operator.clock.skip(2 * DAY_MS);
    await operator.pass(70_000);
    expect(told(operator)).toBe('False CertificateExpiring: renew what ends soon: http of node node-0 on 2026-02-01');
    expect(operator.ready(CONNECTIONS, DEFAULT)).toBe('True Connected');
    expect(operator.events).toContain('CertificateExpiring');
    operator.clock.skip(40 * DAY_MS);
    await operator.pass(70_000);
    expect(told(operator)).toContain('CertificateExpired');
  });

  test('are warned of as early as the connection says, the own one too', async () => {
    const operator = anOperator({ certificates: { warnBeforeDays: 100 } });
    operator.cluster.certificates = [aCertificate(operator, 300)];
    operator.cluster.ownCertificates = [aCertificate(operator, 99, 'client'), aCertificate(operator, 98, 'rescue')];
    await operator.start();
    expect(told(operator)).toMatch(
      /^False CertificateExpiring: .*the rescue certificate of .* 2026-04-09; the client certificate of .* 2026-04-10$/,
    );
  });

  test('are read every ten minutes, and no status is written while they stay', async () => {
    const operator = anOperator();
    operator.cluster.certificates = [aCertificate(operator, 300)];
    await operator.start();
    const writes = operator.kubernetesWrites;
    await operator.pass(HOUR_MS);
    expect(operator.cluster.asked.certificates).toBeLessThanOrEqual(7);
    expect(operator.cluster.asked.certificates).toBeGreaterThanOrEqual(5);
    expect(operator.kubernetesWrites).toBe(writes);
  });

  test('are still told while the cluster is away', async () => {
    const operator = anOperator();
    operator.cluster.certificates = [aCertificate(operator, 20)];
    await operator.start();
    operator.cluster.outage = new UnreachableError('away');
    await operator.pass(120_000);
    expect(operator.ready(CONNECTIONS, DEFAULT)).toBe('False Unreachable');
    expect(told(operator)).toContain('CertificateExpiring');
  });

  test('are a metric, which goes with their node and their connection', async () => {
    const operator = anOperator();
    operator.cluster.certificates = [aCertificate(operator, 20), { ...aCertificate(operator, 20), node: 'node-1' }];
    await operator.start();
    const ends = async (): Promise<readonly string[]> =>
      (await operator.metrics.registry.metrics())
        .split('\n')
        .filter((line) => line.startsWith('opensearch_security_cert'));
    const line = (node: string): string =>
      `opensearch_security_certificate_expiry_timestamp_seconds{connection="team-a/default",node="${node}",kind="http"} 1768953600`;
    expect(await ends()).toEqual([line('node-0'), line('node-1')]);
    operator.cluster.certificates = [aCertificate(operator, 20)].map((end) => ({ ...end, endsMs: 1_768_953_600_000 }));
    await operator.pass(700_000);
    expect(await ends()).toEqual([line('node-0')]);
    operator.delete(CONNECTIONS, DEFAULT);
    await operator.pass();
    expect(await ends()).toEqual([]);
  });
});

describe('a reload of certificates', () => {
  const caRef = { kind: 'Secret', name: 'ca' } as const;

  async function withAuthority(reload: boolean): Promise<SimulatedOperator> {
    const operator = anOperator({ tls: { caRef }, certificates: { reload } });
    operator.putSecret('ca', { 'ca.crt': 'first' });
    await operator.start();
    operator.putSecret('ca', { 'ca.crt': 'second' });
    await operator.pass();
    return operator;
  }

  test('follows a new authority, at once and again when the files of the nodes had time to follow', async () => {
    const operator = await withAuthority(true);
    expect(operator.cluster.asked.reload).toBe(1);
    await operator.pass(HOUR_MS);
    expect(operator.cluster.asked.reload).toBe(2);
    const reloaded = operator.kubernetes.all('events').filter(({ reason }) => reason === 'CertificatesReloaded');
    expect(reloaded).toMatchObject([{ count: 2 }]);
  });

  test('does not happen unless it is asked for', async () => {
    const operator = await withAuthority(false);
    await operator.pass(HOUR_MS);
    expect(operator.cluster.asked.reload).toBe(0);
  });

  test('does not follow a new password', async () => {
    const operator = await anOperator({ certificates: { reload: true } }).start();
    operator.putSecret('admin', { username: 'operator', password: 'another-password' });
    await operator.pass(HOUR_MS);
    expect(operator.cluster.asked.reload).toBe(0);
  });
});

describe('a flush of the caches', () => {
  test('is done once for each new value, told and remembered', async () => {
    const operator = await anOperator().start();
    operator.annotate(CONNECTIONS, DEFAULT, { [FLUSH]: 'monday' });
    await operator.pass(HOUR_MS);
    expect(operator.cluster.flushes).toBe(1);
    expect(statusOf(operator).flushCacheHandledAt).toBe('monday');
    expect(operator.events).toContain('CacheFlushed');
    operator.annotate(CONNECTIONS, DEFAULT, { [FLUSH]: 'tuesday' });
    await operator.pass();
    expect(operator.cluster.flushes).toBe(2);
  });

  test('is not done again after a restart', async () => {
    const operator = await anOperator().start();
    operator.annotate(CONNECTIONS, DEFAULT, { [FLUSH]: 'monday' });
    await operator.pass();
    await operator.restart();
    await operator.pass(HOUR_MS);
    expect(operator.cluster.flushes).toBe(1);
  });

  test('waits for a cluster that is away', async () => {
    const operator = await anOperator().start();
    operator.cluster.outage = new UnreachableError('away');
    operator.annotate(CONNECTIONS, DEFAULT, { [FLUSH]: 'monday' });
    await operator.pass(60_000);
    expect(statusOf(operator).flushCacheHandledAt).toBeUndefined();
    operator.cluster.outage = undefined;
    await operator.pass(60_000);
    expect(statusOf(operator).flushCacheHandledAt).toBe('monday');
  });

  test('that is refused is told and not tried again', async () => {
    const operator = anOperator();
    operator.cluster.flushAnswer = { type: 'refused', words: 'Access denied' };
    await operator.start();
    operator.annotate(CONNECTIONS, DEFAULT, { [FLUSH]: 'monday' });
    await operator.pass(HOUR_MS);
    expect(operator.cluster.flushes).toBe(1);
    expect(operator.events).toContain('CacheNotFlushed');
    expect(operator.ready(CONNECTIONS, DEFAULT)).toBe('True Connected');
  });
});

test('caches that may not be flushed when a node came back are told on the connection, with what hinders it', async () => {
  const operator = await anOperator().start();
  operator.cluster.flushAnswer = { type: 'refused', words: 'DELETE of CACHE is disabled' };
  operator.cluster.nodes = ['node-1', 'node-2'];
  await operator.pass(90_000);
  const [event, ...others] = operator.kubernetes.all('events').filter(({ reason }) => reason === 'CacheNotFlushed');
  expect(event).toMatchObject({ type: 'Warning', involvedObject: { kind: 'OpenSearchConnection', name: 'default' } });
  expect(event?.['message']).toMatch(/old rules.*DELETE of CACHE is disabled.*security\.opensearch\.org\/flush-cache/);
  expect(others).toEqual([]);
});

describe('health', () => {
  test('is told from when the cluster was opened, and asked for at each later look', async () => {
    const operator = await anOperator().start();
    expect([statusOf(operator).pluginHealth, operator.cluster.asked.health]).toEqual([
      operator.cluster.identity.pluginHealth,
      0,
    ]);
    await operator.pass(70_000);
    expect(operator.cluster.asked.health).toBe(1);
  });

  test('is asked for with each look, so that an outage is told though nothing is declared', async () => {
    const operator = await anOperator().start();
    await operator.pass(600_000);
    expect(operator.cluster.asked.health).toBeGreaterThan(8);
    expect(operator.cluster.asked.health).toBeLessThan(13);
    operator.cluster.outage = new UnreachableError('away');
    await operator.pass(70_000);
    expect(operator.ready(CONNECTIONS, DEFAULT)).toBe('False Unreachable');
  });

  test('that is down is told as that', async () => {
    const operator = await anOperator().start();
    operator.cluster.isDown = true;
    await operator.pass(70_000);
    expect(operator.ready(CONNECTIONS, DEFAULT)).toBe('False NotInitialized');
    expect(statusOf(operator).pluginHealth).toEqual({ status: 'DOWN', mode: 'strict' });
    operator.cluster.isDown = false;
    await operator.pass(70_000);
    expect(operator.ready(CONNECTIONS, DEFAULT)).toBe('True Connected');
    expect(statusOf(operator).pluginHealth).toEqual({ status: 'UP', mode: 'strict' });
  });

  test('that is down does not stop the administrator, who may be the one to mend it', async () => {
    const operator = anOperator();
    operator.cluster.identity = {
      ...operator.cluster.identity,
      self: { ...operator.cluster.identity.self, isAdmin: true },
    };
    await operator.start();
    operator.cluster.isDown = true;
    await operator.pass(70_000);
    expect(operator.ready(CONNECTIONS, DEFAULT)).toBe('True Connected');
    expect(operator.message(CONNECTIONS, DEFAULT)).toContain('DOWN');
  });
});
