import { describe, expect, test } from '@jest/globals';
import { ConflictError, KubernetesError, UnreachableError } from '../../src/errors.ts';
import { useOperators, withRoleInForce } from '../support/operators.ts';
import { CONNECTIONS, ROLES, type SimulatedOperator } from '../support/simulated-operator.ts';

const OPS = { name: 'ops' };
const STATES = ['ready', 'progressing', 'stalled', 'paused'];
const CONTROLLER = 'controller="opensearchconnection"';
const QUEUE = `name="opensearchconnection",${CONTROLLER}`;

const anOperator = useOperators();

/** What a scrape says of one series; undefined when it is not there. */
async function valueOf({ metrics }: SimulatedOperator, series: string): Promise<number | undefined> {
  const line = (await metrics.registry.metrics()).split('\n').find((text) => text.startsWith(`${series} `));
  return line === undefined ? undefined : Number(line.slice(series.length + 1));
}

async function turns(operator: SimulatedOperator): Promise<Record<string, number | undefined>> {
  const of = (result: string) =>
    valueOf(operator, `controller_runtime_reconcile_total{${CONTROLLER},result="${result}"}`);
  const [success, error, requeue, later] = await Promise.all(['success', 'error', 'requeue', 'requeue_after'].map(of));
  return { success, error, requeue, later };
}

function resources(operator: SimulatedOperator, state: string): Promise<number | undefined> {
  return valueOf(operator, `opensearch_security_managed_resources{kind="OpenSearchRole",state="${state}"}`);
}

/** As the API server does, watches are told now and then how far they are. */
async function passWithBookmarks(operator: SimulatedOperator, minutes: number): Promise<void> {
  for (let passed = 0; passed < minutes; passed += 2) {
    operator.kubernetes.bookmark();
    await operator.pass(120_000);
  }
}

describe('the turns of a session', () => {
  test('are counted by how they ended', async () => {
    const operator = await withRoleInForce(anOperator());
    expect(await turns(operator)).toMatchObject({ error: 0, requeue: 0 });
    operator.cluster.outage = new UnreachableError('away');
    await operator.pass(120_000);
    const { error = 0 } = await turns(operator);
    expect(error).toBeGreaterThan(0);
    expect(await valueOf(operator, `controller_runtime_reconcile_errors_total{${CONTROLLER}}`)).toBe(error);
    expect(await valueOf(operator, `controller_runtime_reconcile_time_seconds_count{${CONTROLLER}}`)).toBe(
      Object.values(await turns(operator)).reduce<number>((sum, count) => sum + (count ?? 0), 0),
    );
  });

  test('that lost a race against another writer did not fail', async () => {
    const operator = await anOperator().start();
    operator.cluster.nextPatchFails = new ConflictError('outrun');
    operator.apply(ROLES, OPS);
    await operator.pass();
    expect(operator.ready(ROLES, OPS)).toBe('True Applied');
    expect(await turns(operator)).toMatchObject({ error: 0, requeue: 1 });
  });

  test('wait for a connection that does not exist', async () => {
    const operator = await anOperator().start();
    const before = await turns(operator);
    operator.apply(ROLES, OPS, { connectionRef: { name: 'missing' } });
    await operator.pass();
    expect(await turns(operator)).toMatchObject({ error: 0, success: before['success'], later: 2 });
  });
});

describe('the queue', () => {
  test('does not hold what names a connection that does not exist, until it does', async () => {
    const operator = await anOperator().start();
    operator.apply(ROLES, OPS, { connectionRef: { name: 'missing' } });
    await operator.pass();
    expect(await valueOf(operator, `workqueue_depth{${QUEUE}}`)).toBe(0);
    operator.cluster.outage = new UnreachableError('away');
    operator.apply(
      CONNECTIONS,
      { name: 'missing' },
      { ...(operator.kubernetes.get(CONNECTIONS, 'team-a', 'default')?.['spec'] as object) },
    );
    await operator.pass();
    expect(await valueOf(operator, `workqueue_depth{${QUEUE}}`)).toBe(1);
  });

  test('holds what waits for a cluster that is away, and is empty when that is back', async () => {
    const operator = anOperator();
    operator.cluster.outage = new UnreachableError('away');
    await operator.start();
    for (const name of ['a', 'b', 'c']) operator.apply(ROLES, { name });
    await operator.pass();
    expect(await valueOf(operator, `workqueue_depth{${QUEUE}}`)).toBe(3);
    operator.cluster.outage = undefined;
    await operator.pass(120_000);
    expect(await valueOf(operator, `workqueue_depth{${QUEUE}}`)).toBe(0);
    expect(await valueOf(operator, `workqueue_queue_duration_seconds_count{${QUEUE}}`)).toBe(
      await valueOf(operator, `workqueue_adds_total{${QUEUE}}`),
    );
    expect(await valueOf(operator, `workqueue_queue_duration_seconds_sum{${QUEUE}}`)).toBeGreaterThan(3);
  });
});

describe('the resources', () => {
  test('are counted by their state as it changes', async () => {
    const operator = await withRoleInForce(anOperator());
    operator.apply(ROLES, { name: 'waits' }, { connectionRef: { name: 'missing' } });
    await operator.pass();
    expect(await Promise.all(STATES.map((state) => resources(operator, state)))).toEqual([1, 1, 0, 0]);
    await operator.pass(700_000);
    expect(await resources(operator, 'stalled')).toBe(1);
    operator.delete(ROLES, { name: 'waits' });
    operator.delete(ROLES, OPS);
    await operator.pass();
    expect(await Promise.all(STATES.map((state) => resources(operator, state)))).toEqual([0, 0, 0, 0]);
  });

  test('are counted as paused while a newer spec is not looked at, and as before otherwise', async () => {
    const operator = await withRoleInForce(anOperator());
    operator.annotate(ROLES, OPS, { 'security.opensearch.org/paused': 'true' });
    await operator.pass();
    expect([await resources(operator, 'ready'), await resources(operator, 'paused')]).toEqual([1, 0]);
    operator.apply(ROLES, OPS, { description: 'newer' });
    await operator.pass();
    expect(await Promise.all(STATES.map((state) => resources(operator, state)))).toEqual([0, 0, 0, 1]);
  });

  test('that are found changed and put back are counted', async () => {
    const operator = await withRoleInForce(anOperator());
    operator.cluster.put('roles', 'ops', { description: 'by hand' });
    await operator.pass(120_000);
    expect(await valueOf(operator, 'opensearch_security_drift_found_total{document="roles"}')).toBe(1);
    expect(await valueOf(operator, 'opensearch_security_drift_corrected_total{document="roles"}')).toBe(1);
  });
});

describe('a connection', () => {
  const READY = 'opensearch_security_connection_ready{connection="team-a/default"}';
  const AGE = 'opensearch_security_snapshot_age_seconds{connection="team-a/default"}';

  test('says whether it is ready, and how old the picture is that we have', async () => {
    const operator = await withRoleInForce(anOperator());
    expect(await valueOf(operator, READY)).toBe(1);
    expect(await valueOf(operator, AGE)).toBeLessThan(70);
    operator.cluster.outage = new UnreachableError('away');
    await operator.pass(600_000);
    expect(await valueOf(operator, READY)).toBe(0);
    expect(await valueOf(operator, AGE)).toBeGreaterThan(500);
  });

  test('that is gone leaves no series behind', async () => {
    const operator = await withRoleInForce(anOperator());
    operator.delete(ROLES, OPS);
    await operator.pass();
    operator.delete(CONNECTIONS, { name: 'default' });
    await operator.pass(20_000);
    expect(await operator.metrics.registry.metrics()).not.toContain('team-a/default');
    expect(await valueOf(operator, `controller_runtime_max_concurrent_reconciles{${CONTROLLER}}`)).toBe(0);
    expect(await valueOf(operator, `workqueue_depth{${QUEUE}}`)).toBe(0);
  });
});

describe('the log', () => {
  test('has one line for each commit, with what it did and the id that its requests had', async () => {
    const operator = await withRoleInForce(anOperator());
    const lines = operator.logged.filter((line) => line.includes('"committed"'));
    expect(lines.map((line) => (JSON.parse(line) as unknown[])[0])).toEqual([
      {
        connection: 'team-a/default',
        document: 'roles',
        add: 1,
        remove: 0,
        refused: 0,
        requests: 1,
        durationMs: 0,
        opaqueId: expect.stringMatching(/^opensearch-security-operator\/team-a\/default\/[0-9a-z]{6}-\d+$/) as unknown,
      },
    ]);
  });
});

describe('the health', () => {
  test('is good while OpenSearch is down', async () => {
    const operator = anOperator();
    operator.cluster.outage = new UnreachableError('away');
    await operator.start();
    operator.apply(ROLES, OPS);
    await passWithBookmarks(operator, 60);
    expect([operator.health.stuck(), operator.health.missing()]).toEqual([[], []]);
  });

  test('names a list that may not be read, and what the API server said', async () => {
    const operator = anOperator();
    operator.kubernetes.refuse = ({ path }) =>
      path.endsWith('/opensearchtenants')
        ? new KubernetesError(`GET ${path}: tenants is forbidden`, 403, 'Forbidden')
        : undefined;
    await operator.start();
    expect(operator.health.missing()).toEqual([
      '/apis/security.opensearch.org/v1alpha1/opensearchtenants: tenants is forbidden',
    ]);
  });

  test('names a turn that gets no answer any more, and is good again when it ends', async () => {
    const operator = await withRoleInForce(anOperator());
    let answer = (): void => undefined;
    const answersAgain = operator.cluster.fetchNodes.bind(operator.cluster);
    operator.cluster.fetchNodes = () => new Promise((resolve) => (answer = () => resolve([])));
    await passWithBookmarks(operator, 14);
    expect(operator.health.stuck()).toEqual([]);
    await passWithBookmarks(operator, 4);
    expect(operator.health.stuck()).toEqual(['the turn of connection team-a/default has had no answer for 15 minutes']);
    operator.cluster.fetchNodes = answersAgain;
    answer();
    await operator.pass(0);
    expect(operator.health.stuck()).toEqual([]);
  });

  test('names a watch that hears nothing any more', async () => {
    const operator = await anOperator().start();
    await operator.pass(400_000);
    expect(operator.health.stuck()).toContain(
      'the watch of /apis/security.opensearch.org/v1alpha1/opensearchroles has heard nothing for 5 minutes',
    );
  });
});
