import { readFileSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { prometheusJudge } from '../deploy/prom-check.ts';
import type { OperatorProcess } from '../support/operator-process.ts';
import { Scenario } from '../support/scenario.ts';
import { waitFor } from '../support/wait-for.ts';

interface CommitLine {
  readonly msg: string;
  readonly connection: string;
  readonly document: string;
  readonly add: number;
  readonly remove: number;
  readonly refused: number;
  readonly durationMs: number;
  readonly opaqueId: string;
}

interface AuditEntry {
  readonly audit_category: string;
  readonly audit_rest_request_method?: string;
  readonly audit_rest_request_path?: string;
  readonly audit_rest_request_headers?: Readonly<Record<string, readonly string[]>>;
}

const AUDIT = '/_plugins/_security/api/audit';
const CONTROLLER = 'controller="opensearchconnection"';
const QUEUE = `name="opensearchconnection",${CONTROLLER}`;

let scenario: Scenario;
let operator: OperatorProcess;
let role: string;

beforeAll(async () => {
  scenario = await Scenario.start();
  role = `${scenario.namespace}-role`;
  await scenario.connect();
  operator = scenario.startOperator();
  await scenario.create('OpenSearchRole', role, { description: 'declared', clusterPermissions: ['cluster_monitor'] });
  await scenario.create('OpenSearchTenant', `${scenario.namespace}-tenant`, { description: 'declared' });
  await scenario.create('OpenSearchUser', `${scenario.namespace}-user`, {
    passwordFrom: { secretKeyRef: { name: 'missing' } },
  });
  await scenario.untilReason('OpenSearchRole', role, 'Applied');
  await scenario.untilReason('OpenSearchTenant', `${scenario.namespace}-tenant`, 'Applied');
  await scenario.untilReason('OpenSearchUser', `${scenario.namespace}-user`, 'SecretNotFound');
});
afterAll(() => scenario.stop());

/** The value of one series; undefined when it is not there. */
async function valueOf(series: string): Promise<number | undefined> {
  const { text } = await operator.ask('/metrics');
  const line = text.split('\n').find((candidate) => candidate.startsWith(`${series} `));
  return line === undefined ? undefined : Number(line.slice(series.length + 1));
}

async function untilValue(series: string, value: number | undefined): Promise<void> {
  await waitFor(`${series} ${value ?? 'gone'}`, async () => ((await valueOf(series)) === value ? true : undefined));
}

function managed(kind: string, state: string): Promise<number | undefined> {
  return valueOf(`opensearch_security_managed_resources{kind="${kind}",state="${state}"}`);
}

describe('the metrics of a running operator', () => {
  it('are as Prometheus wants them', async () => {
    const { status, text } = await operator.ask('/metrics');
    expect(status).toBe(200);
    const judge = await prometheusJudge();
    if (judge !== undefined) await expect(judge.metrics(text)).resolves.toBeUndefined();
  });

  it('count objects by their state, and hold the name of none', async () => {
    expect(await managed('OpenSearchRole', 'ready')).toBe(1);
    expect(await managed('OpenSearchTenant', 'ready')).toBe(1);
    expect(await managed('OpenSearchUser', 'progressing')).toBe(1);
    expect(await managed('OpenSearchUser', 'stalled')).toBe(0);
    const { text } = await operator.ask('/metrics');
    expect(text).not.toContain(role);
    expect(text).not.toContain(scenario.real.cluster.password === 'admin' ? ':admin' : scenario.real.cluster.password);
  });

  it('count what was asked of OpenSearch, as often as it was asked', async () => {
    const writes = scenario.searchProxy.writes.filter(({ path }) => path.endsWith('/api/roles'));
    const labels = 'endpoint="roles",method="PATCH",code="200"';
    expect(writes.length).toBeGreaterThan(0);
    expect(await valueOf(`opensearch_security_api_request_duration_seconds_count{${labels}}`)).toBe(writes.length);
    expect(await valueOf('opensearch_security_commits_total{document="roles"}')).toBe(writes.length);
    expect(await valueOf('opensearch_security_commit_operations_sum{document="roles"}')).toBe(1);
  });

  it('tell of turns, of the queue and of the API server', async () => {
    expect(await valueOf(`controller_runtime_reconcile_time_seconds_count{${CONTROLLER}}`)).toBeGreaterThan(0);
    expect(await valueOf(`controller_runtime_reconcile_errors_total{${CONTROLLER}}`)).toBe(0);
    expect(await valueOf(`controller_runtime_max_concurrent_reconciles{${CONTROLLER}}`)).toBe(1);
    expect(await valueOf(`workqueue_adds_total{${QUEUE}}`)).toBeGreaterThanOrEqual(3);
    await untilValue(`workqueue_depth{${QUEUE}}`, 0);
    const host = new URL(scenario.kubeProxy.url).host;
    expect(await valueOf(`rest_client_requests_total{method="PATCH",code="200",host="${host}"}`)).toBeGreaterThan(3);
    expect(await valueOf('process_resident_memory_bytes')).toBeGreaterThan(1e7);
  });

  it('tell of a connection, and of how old the picture of its cluster is', async () => {
    const connection = `connection="${scenario.namespace}/default"`;
    await untilValue(`opensearch_security_connection_ready{${connection}}`, 1);
    expect(await valueOf(`opensearch_security_snapshot_age_seconds{${connection}}`)).toBeLessThan(30);
  });

  it('count what is changed by hand and put back, and one event counts with them', async () => {
    const series = 'opensearch_security_drift_corrected_total{document="roles"}';
    const event = `/api/v1/namespaces/${scenario.namespace}/events?fieldSelector=involvedObject.name=${role},reason=DriftCorrected`;
    const counts = await waitFor('two repairs in one event', async () => {
      const before = (await valueOf(series)) ?? 0;
      await scenario.change('roles', [{ op: 'add', path: `/${role}`, value: { description: 'by hand' } }]);
      // The next look by itself may be far away: on a slow machine it is put off, to spare the server.
      const annotations = { 'security.opensearch.org/reconcile-requested-at': `${before}` };
      await scenario.patch('OpenSearchRole', role, { metadata: { annotations } });
      await waitFor('the repair', async () => (((await valueOf(series)) ?? 0) > before ? true : undefined));
      const { items } = await scenario.kube.ok<{ items: { count: number }[] }>('GET', event);
      return items.some(({ count }) => count > 1) ? items.map(({ count }) => count) : undefined;
    });
    expect(counts).toHaveLength(1);
    expect(await valueOf('opensearch_security_drift_found_total{document="roles"}')).toBe(await valueOf(series));
  });
});

describe('a commit', () => {
  let audit: { readonly config: object };

  beforeAll(async () => {
    audit = await scenario.search.ok<{ config: object }>('GET', AUDIT);
    await scenario.search.ok('PATCH', AUDIT, [
      { op: 'replace', path: '/config/enabled', value: true },
      { op: 'replace', path: '/config/audit/disabled_rest_categories', value: [] },
    ]);
  });
  afterAll(() => scenario.search.ok('PUT', `${AUDIT}/config`, audit.config));

  it('is one line of the log, whose id is on its requests and in the audit log of OpenSearch', async () => {
    const name = `${scenario.namespace}-traced`;
    await scenario.create('OpenSearchRole', name, { description: 'traced' });
    await scenario.untilReason('OpenSearchRole', name, 'Applied');
    const write = scenario.searchProxy.writes.find(({ body }) => body.includes(name));
    // The object is told before the line is written.
    const line = await waitFor('the line', () =>
      Promise.resolve(commits().find(({ opaqueId }) => opaqueId === write?.opaqueId)),
    );
    expect(line).toMatchObject({
      connection: `${scenario.namespace}/default`,
      document: 'roles',
      add: 1,
      remove: 0,
      refused: 0,
      opaqueId: expect.stringMatching(
        new RegExp(`^opensearch-security-operator/${scenario.namespace}/default/[0-9a-z]{6}-\\d+$`),
      ) as unknown,
    });
    expect(line.durationMs).toBeGreaterThan(0);
    const entry = await waitFor('the entry of the audit log', async () =>
      auditLog().find(({ audit_rest_request_headers: headers }) => headers?.['x-opaque-id']?.[0] === line.opaqueId),
    );
    expect(entry.audit_rest_request_path).toMatch(/^\/_plugins\/_security\//);
    const methods = auditLog()
      .filter(({ audit_rest_request_headers: headers }) => headers?.['x-opaque-id']?.[0] === line.opaqueId)
      .map(({ audit_rest_request_method: method }) => method);
    expect(methods).toContain('PATCH');
  });

  function commits(): readonly CommitLine[] {
    const lines = operator.output.split('\n').filter((text) => text.includes('"msg":"committed"'));
    return lines.map((text) => JSON.parse(text) as CommitLine);
  }

  /** What the node wrote of requests with an id of ours. */
  function auditLog(): readonly AuditEntry[] {
    const log = readFileSync(scenario.real.cluster.nodes[0]?.logPath ?? '', 'utf8');
    const lines = log.split('\n').filter((text) => text.includes('audit_category') && text.includes('x-opaque-id'));
    return lines.map((text) => JSON.parse(text.slice(text.indexOf('{'))) as AuditEntry);
  }
});

describe('the health of a running operator', () => {
  afterEach(() => {
    scenario.kubeProxy.fault = () => undefined;
  });

  it('is good while OpenSearch is down', async () => {
    await scenario.searchProxy.goDown();
    await untilValue(`opensearch_security_connection_ready{connection="${scenario.namespace}/default"}`, 0);
    expect(await valueOf(`controller_runtime_reconcile_errors_total{${CONTROLLER}}`)).toBeGreaterThan(0);
    expect(await operator.ask('/healthz')).toEqual({ status: 200, text: 'ok' });
    expect(await operator.ask('/readyz')).toEqual({ status: 200, text: 'ok' });
    await scenario.searchProxy.listen();
    await scenario.untilReason('OpenSearchConnection', 'default', 'Connected');
  });

  it('names the list that may not be read, in the words of the API server, and is ready once it may', async () => {
    const message = 'opensearchtenants is forbidden: User "operator" cannot list resource "opensearchtenants"';
    const body = JSON.stringify({ kind: 'Status', message, reason: 'Forbidden', code: 403 });
    scenario.kubeProxy.fault = ({ path }) =>
      path.includes('/opensearchtenants') ? { type: 'answer', status: 403, body } : undefined;
    const another = scenario.startOperator();
    const waiting = await waitFor('the one list that is missing', async () => {
      const answer = await another.ask('/readyz');
      return answer.text.includes(message) && !answer.text.includes('\n') ? answer : undefined;
    });
    expect(waiting.status).toBe(503);
    expect(waiting.text).toMatch(/^\/apis\/security\.opensearch\.org\/v1alpha1\/(.*\/)?opensearchtenants: /);
    expect(await another.ask('/healthz')).toEqual({ status: 200, text: 'ok' });
    const warnings = another.output
      .split('\n')
      .filter((line) => line.includes('"warn"') && line.includes(JSON.stringify(message).slice(1, -1)));
    expect(warnings).toHaveLength(1);
    scenario.kubeProxy.fault = () => undefined;
    await waitFor('ready', async () => ((await another.ask('/readyz')).status === 200 ? true : undefined));
    await another.stop();
  });

  it('leaves no series of a connection that is gone', async () => {
    for (const kind of ['OpenSearchRole', 'OpenSearchTenant', 'OpenSearchUser'] as const)
      for (const { metadata } of await scenario.list(kind)) await scenario.delete(kind, metadata.name);
    await scenario.untilGone('OpenSearchRole', role);
    await scenario.delete('OpenSearchConnection', 'default');
    await scenario.untilGone('OpenSearchConnection', 'default');
    await untilValue(`opensearch_security_connection_ready{connection="${scenario.namespace}/default"}`, undefined);
    await untilValue(`controller_runtime_max_concurrent_reconciles{${CONTROLLER}}`, 0);
    expect((await operator.ask('/metrics')).text).not.toContain(`${scenario.namespace}/default`);
  });
});
