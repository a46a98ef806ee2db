import { describe, expect, test } from '@jest/globals';
import { UnreachableError } from '../../src/errors.ts';
import type { FakeCluster } from '../support/fake-cluster.ts';
import { useOperators } from '../support/operators.ts';
import { ACTION_GROUPS, ROLES, type SimulatedOperator } from '../support/simulated-operator.ts';

const OPS = { name: 'ops' };
const READ = { indexPermissions: [{ indexPatterns: ['logs-*'], allowedActions: ['read'] }] };

const anOperator = useOperators();

describe('a declared role', () => {
  test('is put in force and told so', async () => {
    const operator = await anOperator().start();
    operator.apply(ROLES, OPS, READ);
    await operator.pass();
    expect(operator.cluster.get('roles', 'ops')).toMatchObject({
      index_permissions: [{ index_patterns: ['logs-*'], allowed_actions: ['read'] }],
    });
    expect(operator.ready(ROLES, OPS)).toBe('True Applied');
    expect(operator.events).toEqual(['Connected', 'Applied']);
  });

  test('that is gone before its owner is on record is not written', async () => {
    const operator = await anOperator().start();
    operator.kubernetes.refuse = ({ method, path }) => {
      // The connection gets its finalizer first; the role goes in that moment.
      if (method === 'PATCH' && path.endsWith('/opensearchconnections/default') && operator.exists(ROLES, OPS))
        operator.delete(ROLES, OPS);
      return undefined;
    };
    operator.apply(ROLES, OPS, READ);
    await operator.pass(5000);
    expect(operator.cluster.names('roles')).toEqual([]);
    expect(operator.cluster.patches).toEqual([]);
  });

  test('is changed when its spec changes', async () => {
    const operator = await anOperator().start();
    operator.apply(ROLES, OPS, READ);
    await operator.pass();
    operator.apply(ROLES, OPS, { ...READ, description: 'new' });
    await operator.pass();
    expect(operator.cluster.get('roles', 'ops')).toMatchObject({ description: 'new' });
    expect(operator.status(ROLES, OPS).observedGeneration).toBe(2);
  });

  test('is removed when it is deleted, before the object goes', async () => {
    const operator = await anOperator().start();
    operator.apply(ROLES, OPS, READ);
    await operator.pass();
    operator.cluster.outage = new UnreachableError('away');
    operator.delete(ROLES, OPS);
    await operator.pass();
    expect(operator.exists(ROLES, OPS)).toBe(true);
    operator.cluster.outage = undefined;
    await operator.pass(120_000);
    expect([operator.cluster.names('roles'), operator.exists(ROLES, OPS)]).toEqual([[], false]);
  });

  test.each([
    ['is loaded by every node though the node that stored it died before it told them', 'nextAnswerIsLost', 1],
    ['needs no flush of the caches when a PATCH that was lost is sent again', 'nextPatchFails', 0],
  ] as const)('%s', async (_, fault, flushes) => {
    const operator = await anOperator().start();
    operator.cluster[fault] = new UnreachableError('the node died');
    operator.apply(ROLES, OPS, READ);
    await operator.pass(60_000);
    const { writes, flushes: sent } = operator.cluster;
    expect([operator.ready(ROLES, OPS), writes, sent]).toEqual(['True Applied', 1, flushes]);
  });

  test('has its owner on record before it is written', async () => {
    const operator = await anOperator().start();
    operator.cluster.nextPatchFails = new UnreachableError('the answer is lost');
    operator.apply(ROLES, OPS, READ);
    await operator.pass(50);
    expect(operator.cluster.patches).toHaveLength(1);
    expect(JSON.stringify(operator.kubernetes.all('configmaps'))).toContain('roles/ops');
  });
});

describe('drift', () => {
  async function inForce(connection: object = {}): Promise<SimulatedOperator> {
    const operator = anOperator();
    operator.connect(connection);
    operator.apply(ROLES, OPS, READ);
    await operator.start();
    return operator;
  }

  test.each([
    ['a change', (cluster: FakeCluster) => cluster.put('roles', 'ops', { description: 'changed' })],
    ['a deletion', (cluster: FakeCluster) => cluster.drop('roles', 'ops')],
  ])('by %s is repaired within the interval, and told', async (_, change) => {
    const operator = await inForce();
    const before = operator.cluster.get('roles', 'ops');
    change(operator.cluster);
    await operator.pass(70_000);
    expect(operator.cluster.get('roles', 'ops')).toEqual(before);
    expect(operator.events).toContain('DriftCorrected');
  });

  test('of what nobody declares is nobody’s business', async () => {
    const operator = await inForce();
    operator.cluster.put('roles', 'other', { description: 'x' });
    await operator.pass(70_000);
    expect(operator.cluster.names('roles')).toEqual(['ops', 'other']);
    expect(operator.cluster.patches).toHaveLength(1);
  });

  test('is looked for as often as the connection says', async () => {
    const operator = await inForce({ driftDetection: { intervalSeconds: 600 } });
    const before = operator.cluster.reads;
    await operator.pass(3_600_000);
    // Roles, and the action groups that they name.
    expect(operator.cluster.reads - before).toBeLessThanOrEqual(14);
  });

  test('is told and not repaired where the connection only observes', async () => {
    const operator = await inForce();
    operator.connect({ managementPolicy: 'Observe' });
    await operator.pass();
    operator.cluster.put('roles', 'ops', { description: 'changed' });
    await operator.pass(70_000);
    expect(operator.cluster.get('roles', 'ops')).toEqual({ description: 'changed' });
    expect(operator.status(ROLES, OPS).plannedChanges).toContain('remove /description');
  });

  test('is repaired at once when somebody asks for it', async () => {
    const operator = await inForce();
    operator.cluster.drop('roles', 'ops');
    operator.annotate(ROLES, OPS, { 'security.opensearch.org/reconcile-requested-at': 'now' });
    await operator.pass();
    expect(operator.cluster.names('roles')).toEqual(['ops']);
    expect(operator.status(ROLES, OPS).lastHandledReconcileAt).toBe('now');
  });
});

test('what was refused since a name is that of something else is tried again when that goes behind the operator', async () => {
  const operator = anOperator();
  operator.apply(ROLES, OPS, READ);
  operator.cluster.put('roles', 'same', { description: 'of others' });
  operator.cluster.poison.set(
    'same',
    'same is an existing role. An action group cannot be named with an existing role name.',
  );
  operator.apply(ACTION_GROUPS, { name: 'same' }, { allowedActions: ['read'] });
  await operator.start();
  expect(operator.ready(ACTION_GROUPS, { name: 'same' })).toBe('False Rejected');
  operator.cluster.poison.clear();
  operator.cluster.drop('roles', 'same');
  await operator.pass(130_000);
  expect(operator.ready(ACTION_GROUPS, { name: 'same' })).toBe('True Applied');
});

test('a paused object is left alone until it is not', async () => {
  const operator = anOperator();
  operator.apply(ROLES, OPS, READ);
  await operator.start();
  operator.annotate(ROLES, OPS, { 'security.opensearch.org/paused': 'true' });
  await operator.pass();
  operator.apply(ROLES, OPS, { ...READ, description: 'new' });
  operator.cluster.drop('roles', 'ops');
  await operator.pass(120_000);
  expect(operator.cluster.names('roles')).toEqual([]);
  operator.annotate(ROLES, OPS, { 'security.opensearch.org/paused': null });
  await operator.pass();
  expect(operator.cluster.get('roles', 'ops')).toMatchObject({ description: 'new' });
  expect(operator.status(ROLES, OPS).conditions?.map(({ type }) => type)).toEqual(['Ready', 'ReferencesResolved']);
});
