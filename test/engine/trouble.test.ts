import { describe, expect, test } from '@jest/globals';
import { KubernetesError, UnreachableError } from '../../src/errors.ts';
import { FakeCluster } from '../support/fake-cluster.ts';
import { useOperators, withRoleInForce } from '../support/operators.ts';
import { ACTION_GROUPS, CONNECTIONS, ROLES, type SimulatedOperator, TENANTS } from '../support/simulated-operator.ts';

const OPS = { name: 'ops' };
const OTHER = { name: 'other' };
const DEFAULT = { name: 'default' };

const anOperator = useOperators();

const inForce = (): Promise<SimulatedOperator> => withRoleInForce(anOperator());

function finalizers(operator: SimulatedOperator, collection: string, name: string): readonly string[] {
  return operator.kubernetes.get(collection, 'team-a', name)?.metadata.finalizers ?? [];
}

/** Refuses the finalizer of one object, as an admission policy does. */
function refuseFinalizerOf(operator: SimulatedOperator, name: string, status: number): void {
  operator.kubernetes.refuse = ({ method, path }) =>
    method === 'PATCH' && path.endsWith(`/${name}`) ? new KubernetesError('denied by policy', status, '') : undefined;
}

describe('a finalizer', () => {
  test('that somebody took away is set again, so that a deletion is not lost', async () => {
    const operator = await inForce();
    operator.kubernetes.edit(ROLES, 'team-a', { metadata: { name: 'ops', finalizers: [] } });
    await operator.pass();
    expect(finalizers(operator, ROLES, 'ops')).toHaveLength(1);
    operator.delete(ROLES, OPS);
    await operator.pass();
    expect(operator.cluster.names('roles')).toEqual([]);
  });

  test('that somebody took away while the operator was stopped is set again', async () => {
    const operator = await inForce();
    await operator.stop();
    operator.kubernetes.edit(ROLES, 'team-a', { metadata: { name: 'ops', finalizers: [] } });
    operator.kubernetes.edit(CONNECTIONS, 'team-a', { metadata: { name: 'default', finalizers: [] } });
    await operator.start();
    expect(finalizers(operator, ROLES, 'ops')).toHaveLength(1);
    expect(finalizers(operator, CONNECTIONS, 'default')).toHaveLength(1);
  });

  test.each([403, 422])(
    'that a policy refuses (%d) and that cannot wait is told on its object and holds up nothing else',
    async (status) => {
      const operator = await anOperator().start();
      refuseFinalizerOf(operator, 'ops', status);
      operator.apply(ROLES, OPS, { description: 'x', deletionPolicy: 'Orphan' });
      operator.apply(ROLES, OTHER, { description: 'x' });
      await operator.pass();
      expect([operator.ready(ROLES, OPS), operator.ready(ROLES, OTHER)]).toEqual(['False Retrying', 'True Applied']);
      expect(operator.message(ROLES, OPS)).toContain('denied by policy');
      expect(operator.cluster.names('roles')).toEqual(['other']);
      operator.kubernetes.refuse = () => undefined;
      await operator.pass(400_000);
      expect(operator.ready(ROLES, OPS)).toBe('True Applied');
    },
  );

  test('that a policy refuses is told in one event, tried with pauses that grow, and holds up nothing', async () => {
    const operator = await anOperator().start();
    refuseFinalizerOf(operator, 'ops', 403);
    operator.apply(ROLES, OPS, { description: 'x' });
    await operator.pass(600_000);
    expect(operator.ready(ROLES, OPS)).toBe('True Applied');
    expect(operator.events.filter((reason) => reason === 'FinalizerNotSet')).toHaveLength(1);
    expect(operator.kubernetes.requests.filter(({ path }) => path.endsWith('/ops')).length).toBeLessThan(25);
    operator.kubernetes.refuse = () => undefined;
    await operator.pass(400_000);
    expect(finalizers(operator, ROLES, 'ops')).toHaveLength(1);
  });

  test('that cannot be taken off is tried with pauses that grow, and told', async () => {
    const operator = await inForce();
    refuseFinalizerOf(operator, 'ops', 403);
    operator.delete(ROLES, OPS);
    await operator.pass(60_000);
    expect(operator.kubernetes.requests.filter(({ method }) => method === 'PATCH').length).toBeLessThan(25);
    expect(operator.message(ROLES, OPS)).toContain('denied by policy');
    operator.kubernetes.refuse = () => undefined;
    await operator.pass(400_000);
    expect(operator.exists(ROLES, OPS)).toBe(false);
  });
});

test('of many that are deleted while the cluster is away, their namespace is asked about once at each look', async () => {
  const operator = await anOperator().start();
  const names = Array.from({ length: 20 }, (_, index) => ({ name: `role-${index}` }));
  for (const name of names) operator.apply(ROLES, name, { description: 'x' });
  await operator.pass(5000);
  operator.cluster.outage = new UnreachableError('away');
  for (const name of names) operator.delete(ROLES, name);
  await operator.pass(600_000);
  operator.kubernetes.requests.length = 0;
  await operator.pass(60_000);
  const asked = operator.kubernetes.requests.filter(({ path }) => path === '/api/v1/namespaces/team-a').length;
  expect(asked).toBeGreaterThan(0);
  expect(asked).toBeLessThan(10);
});

describe('a status that was wiped', () => {
  test('is written again', async () => {
    const operator = await inForce();
    const { resourceVersion } = operator.kubernetes.get(ROLES, 'team-a', 'ops')!.metadata;
    await operator.pass();
    operator.kubernetes.replace(ROLES, 'team-a', { metadata: { name: 'ops', resourceVersion }, status: {} });
    await operator.pass();
    expect(operator.ready(ROLES, OPS)).toBe('True Applied');
  });
});

describe('a connection that goes together with its objects', () => {
  test('keeps them waiting through an outage, and leaves nothing behind', async () => {
    const operator = await inForce();
    operator.cluster.outage = new UnreachableError('502');
    operator.delete(CONNECTIONS, DEFAULT);
    operator.delete(ROLES, OPS);
    await operator.pass(10_000);
    expect(operator.exists(ROLES, OPS)).toBe(true);
    operator.cluster.outage = undefined;
    await operator.pass(60_000);
    expect([operator.exists(ROLES, OPS), operator.exists(CONNECTIONS, DEFAULT)]).toEqual([false, false]);
    expect(operator.cluster.names('roles')).toEqual([]);
    expect(operator.events).not.toContain('LeftBehind');
  });

  test('lets them go after the grace when the cluster stays away', async () => {
    const operator = await inForce();
    operator.cluster.outage = new UnreachableError('502');
    operator.delete(CONNECTIONS, DEFAULT);
    operator.delete(ROLES, OPS);
    await operator.pass(400_000);
    expect([operator.exists(ROLES, OPS), operator.exists(CONNECTIONS, DEFAULT)]).toEqual([false, false]);
    expect(operator.events).toContain('LeftBehind');
  });

  test('does not end the session when the API server refuses to let it go', async () => {
    const operator = await inForce();
    operator.cluster.outage = new UnreachableError('502');
    refuseFinalizerOf(operator, 'default', 500);
    operator.delete(CONNECTIONS, DEFAULT);
    await operator.pass(20_000);
    operator.kubernetes.refuse = () => undefined;
    await operator.pass(400_000);
    expect(operator.exists(CONNECTIONS, DEFAULT)).toBe(false);
    operator.cluster.outage = undefined;
    operator.connect();
    await operator.pass(60_000);
    expect(operator.ready(ROLES, OPS)).toBe('True Applied');
  });
});

describe('lasting trouble with the ledger', () => {
  test('is told on the connection and on what waits, and heals', async () => {
    const operator = await anOperator().start();
    operator.kubernetes.refuse = ({ method, path }) =>
      method === 'POST' && path.endsWith('/configmaps') ? new KubernetesError('quota exceeded', 403, '') : undefined;
    operator.apply(ROLES, OPS, { description: 'x' });
    await operator.pass(60_000);
    expect(operator.ready(CONNECTIONS, DEFAULT)).toBe('False Retrying');
    expect(operator.message(CONNECTIONS, DEFAULT)).toContain('quota exceeded');
    expect(operator.ready(ROLES, OPS)).toBe('False ConnectionNotReady');
    expect(operator.cluster.patches).toEqual([]);
    operator.kubernetes.refuse = () => undefined;
    await operator.pass(60_000);
    expect([operator.ready(CONNECTIONS, DEFAULT), operator.ready(ROLES, OPS)]).toEqual([
      'True Connected',
      'True Applied',
    ]);
  });
});

test('why a cluster cannot be opened is in the log, once for each cause', async () => {
  const operator = anOperator();
  const said = (): readonly string[] => operator.logged.filter((line) => line.includes('cluster cannot be used'));
  operator.cluster.outage = new UnreachableError('no such host');
  await operator.start();
  await operator.pass(600_000);
  expect(said()).toHaveLength(1);
  expect(said()[0]).toContain('no such host');
  operator.cluster.outage = new UnreachableError('connection refused');
  await operator.pass(600_000);
  expect(said()).toHaveLength(2);
});

describe('a Secret that may not be read', () => {
  test('is told, and heals', async () => {
    const operator = anOperator();
    operator.kubernetes.refuse = ({ path }) =>
      path.endsWith('/secrets/admin') ? new KubernetesError('secrets is forbidden', 403, '') : undefined;
    operator.apply(ROLES, OPS, { description: 'x' });
    await operator.start();
    expect(operator.ready(CONNECTIONS, DEFAULT)).toBe('False SecretNotFound');
    expect(operator.message(CONNECTIONS, DEFAULT)).toContain(
      'secrets is forbidden: open the namespace to the operator (rbac.secrets.namespaces of the chart',
    );
    operator.kubernetes.refuse = () => undefined;
    await operator.pass(120_000);
    expect(operator.ready(ROLES, OPS)).toBe('True Applied');
  });
});

describe('a cluster that does not tell its uuid', () => {
  test('is another one when the endpoints are: nothing there is claimed for what was here', async () => {
    const operator = anOperator();
    operator.cluster = new FakeCluster(null);
    operator.apply(ROLES, OPS, { description: 'x' });
    await operator.start();
    operator.cluster = new FakeCluster(null);
    operator.cluster.put('roles', 'ops', { description: 'of somebody else' });
    operator.connect({ endpoints: ['https://elsewhere.example:9200'] });
    await operator.pass(5000);
    expect(operator.ready(ROLES, OPS)).toBe('False AlreadyExists');
    expect(operator.cluster.get('roles', 'ops')).toEqual({ description: 'of somebody else' });
  });
});

describe('two connections to one cluster', () => {
  test('know of each other, for two writers would undo what the other one does', async () => {
    const operator = await inForce();
    expect(operator.message(CONNECTIONS, DEFAULT)).not.toContain('same cluster');
    operator.connect({}, { name: 'second' });
    await operator.pass(70_000);
    expect(operator.message(CONNECTIONS, DEFAULT)).toContain('team-a/second leads to the same cluster');
    expect(operator.message(CONNECTIONS, { name: 'second' })).toContain('team-a/default leads to the same cluster');
    operator.delete(CONNECTIONS, { name: 'second' });
    await operator.pass(70_000);
    expect(operator.message(CONNECTIONS, DEFAULT)).not.toContain('same cluster');
  });
});

describe('a refusal', () => {
  test('ends when the name that was in the way goes', async () => {
    const operator = await inForce();
    operator.cluster.poison.set('same', 'same is an existing role');
    operator.apply(ACTION_GROUPS, { name: 'same' }, { allowedActions: ['read'] });
    operator.apply(TENANTS, { name: 'same' }, { description: 'x' });
    await operator.pass();
    expect(operator.ready(ACTION_GROUPS, { name: 'same' })).toBe('False Rejected');
    operator.cluster.poison.clear();
    operator.delete(TENANTS, { name: 'same' });
    operator.apply(ROLES, { name: 'same' }, { description: 'x' });
    await operator.pass();
    operator.delete(ROLES, { name: 'same' });
    await operator.pass();
    expect(operator.ready(ACTION_GROUPS, { name: 'same' })).toBe('True Applied');
  });
});
