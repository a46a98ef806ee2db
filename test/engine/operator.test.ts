import { afterEach, describe, expect, test } from '@jest/globals';
import {
  AuthenticationError,
  ConflictError,
  ForbiddenError,
  KubernetesError,
  NotInForceError,
  UnreachableError,
} from '../../src/errors.ts';
import { FakeCluster } from '../support/fake-cluster.ts';
import { ACTION_GROUPS, CONNECTIONS, ROLES, SimulatedOperator, TENANTS } from '../support/simulated-operator.ts';

const OPS = { name: 'ops' };
const DEFAULT = { name: 'default' };
const READ = { indexPermissions: [{ indexPatterns: ['logs-*'], allowedActions: ['read'] }] };

let current: SimulatedOperator | undefined;

afterEach(async () => {
  await current?.stop();
});

function anOperator(): SimulatedOperator {
  current = new SimulatedOperator();
  return current;
}

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

  test('costs one write, and nothing more ever after', async () => {
    const operator = await anOperator().start();
    operator.apply(ROLES, OPS, READ);
    await operator.pass(30_000);
    const writes = operator.kubernetesWrites;
    await operator.pass(3_600_000);
    expect([operator.cluster.patches.length, operator.kubernetesWrites]).toEqual([1, writes]);
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

  test('has its finalizer and its owner on record before it is written', async () => {
    const operator = await anOperator().start();
    operator.cluster.nextPatchFails = new UnreachableError('the answer is lost');
    operator.apply(ROLES, OPS, READ);
    await operator.pass(50);
    expect(operator.cluster.patches).toHaveLength(1);
    expect(operator.kubernetes.get(ROLES, 'team-a', 'ops')?.metadata.finalizers).toHaveLength(1);
    expect(JSON.stringify(operator.kubernetes.all('configmaps'))).toContain('roles/ops');
  });

  test('is its own after a restart: it is repaired and removed though it differs', async () => {
    const operator = await anOperator().start();
    operator.apply(ROLES, OPS, READ);
    await operator.pass();
    await operator.stop();
    operator.cluster.put('roles', 'ops', { description: 'changed meanwhile' });
    await operator.start();
    expect(operator.cluster.get('roles', 'ops')).not.toHaveProperty('description');
    operator.delete(ROLES, OPS);
    await operator.pass();
    expect(operator.cluster.names('roles')).toEqual([]);
  });

  test('is its own when the object was deleted and created anew (a restore) while the operator was away', async () => {
    const operator = await anOperator().start();
    operator.apply(ROLES, OPS, READ);
    await operator.pass();
    await operator.stop();
    operator.kubernetes.edit(ROLES, 'team-a', { metadata: { name: 'ops', finalizers: [] } });
    operator.delete(ROLES, OPS);
    operator.apply(ROLES, OPS, { ...READ, description: 'restored' });
    await operator.start();
    expect(operator.ready(ROLES, OPS)).toBe('True Applied');
    expect(operator.cluster.get('roles', 'ops')).toMatchObject({ description: 'restored' });
  });

  test('is not touched again after a restart when all is well', async () => {
    const operator = await anOperator().start();
    operator.apply(ROLES, OPS, READ);
    await operator.pass();
    const writes = operator.kubernetesWrites;
    await operator.restart();
    expect([operator.cluster.patches.length, operator.kubernetesWrites]).toEqual([1, writes]);
  });

  test('of another cluster behind the same connection is not its own', async () => {
    const operator = await anOperator().start();
    operator.apply(ROLES, OPS, READ);
    await operator.pass();
    operator.cluster = new FakeCluster('cluster-2');
    operator.cluster.put('roles', 'ops', { description: 'of somebody else' });
    operator.putSecret('admin', { username: 'operator', password: 'another' });
    await operator.pass(5000);
    expect(operator.ready(ROLES, OPS)).toBe('False AlreadyExists');
    expect(operator.cluster.get('roles', 'ops')).toEqual({ description: 'of somebody else' });
  });
});

describe('group commit', () => {
  test('writes a fleet with one PATCH for each document, in the order of dependence', async () => {
    const operator = anOperator();
    for (let index = 0; index < 300; index += 1) operator.apply(ROLES, { name: `role-${index}` }, READ);
    for (let index = 0; index < 20; index += 1) operator.apply(TENANTS, { name: `tenant-${index}` });
    operator.apply(ACTION_GROUPS, { name: 'group' }, { allowedActions: ['x'] });
    await operator.start();
    expect(operator.cluster.patches.map(({ document, operations }) => [document, operations.length])).toEqual([
      ['actiongroups', 1],
      ['tenants', 20],
      ['roles', 300],
    ]);
  });

  test('removes in reverse order', async () => {
    const operator = anOperator();
    operator.apply(ROLES, OPS, READ);
    operator.apply(TENANTS, OPS);
    await operator.start();
    operator.cluster.patches.length = 0;
    operator.delete(TENANTS, OPS);
    operator.delete(ROLES, OPS);
    await operator.pass();
    expect(operator.cluster.patches.map(({ document }) => document)).toEqual(['roles', 'tenants']);
  });

  test('writes more than one batch holds in several', async () => {
    const operator = anOperator();
    for (let index = 0; index < 250; index += 1)
      operator.apply(ACTION_GROUPS, { name: `group-${index}` }, { allowedActions: ['x'] });
    await operator.start();
    await operator.pass(10_000);
    expect(operator.cluster.patches.map(({ operations }) => operations.length)).toEqual([100, 100, 50]);
  });

  test('reads each document once for a whole fleet', async () => {
    const operator = anOperator();
    for (let index = 0; index < 100; index += 1) operator.apply(ROLES, { name: `role-${index}` }, READ);
    await operator.start();
    expect(operator.cluster.reads).toBe(1);
  });

  test('serves an edit before the rest of a fleet', async () => {
    const operator = anOperator();
    for (let index = 0; index < 350; index += 1)
      operator.apply(ACTION_GROUPS, { name: `group-${index}` }, { allowedActions: ['x'] });
    operator.cluster.outage = new UnreachableError('away');
    await operator.start();
    operator.annotate(CONNECTIONS, DEFAULT, { 'security.opensearch.org/reconcile-requested-at': 'now' });
    await operator.pass(100);
    operator.apply(ACTION_GROUPS, { name: 'group-349' }, { allowedActions: ['edited'] });
    operator.cluster.outage = undefined;
    operator.cluster.patches.length = 0;
    await operator.pass(60_000);
    expect(operator.cluster.patches[0]?.operations.map(({ name }) => name)).toContain('group-349');
  });
});

describe('a poisoned object', () => {
  test('is told in the words of the server, and blocks nobody', async () => {
    const operator = anOperator();
    for (const name of ['a', 'b', 'c', 'poisoned']) operator.apply(ROLES, { name }, READ);
    operator.cluster.poison.set('poisoned', 'Wrong datatype');
    await operator.start();
    expect(operator.cluster.names('roles')).toEqual(['a', 'b', 'c']);
    expect(operator.ready(ROLES, { name: 'poisoned' })).toBe('False Rejected');
    expect(operator.message(ROLES, { name: 'poisoned' })).toBe('Wrong datatype');
  });

  test('is set aside until its spec changes', async () => {
    const operator = anOperator();
    operator.apply(ROLES, OPS, READ);
    operator.cluster.poison.set('ops', 'no');
    await operator.start();
    await operator.pass(600_000);
    expect(operator.cluster.patches).toHaveLength(1);
    operator.cluster.poison.clear();
    operator.apply(ROLES, OPS, { ...READ, description: 'better' });
    await operator.pass();
    expect(operator.ready(ROLES, OPS)).toBe('True Applied');
  });

  test('does not become the owner of what it could not write: that stays when the object is deleted', async () => {
    const operator = anOperator();
    operator.cluster.put('roles', 'ops', { description: 'of somebody else' });
    operator.cluster.poison.set('ops', 'no');
    operator.apply(ROLES, OPS, { ...READ, adoptionPolicy: 'Always' });
    await operator.start();
    expect(operator.ready(ROLES, OPS)).toBe('False Rejected');
    operator.cluster.poison.clear();
    operator.delete(ROLES, OPS);
    await operator.pass();
    expect(operator.cluster.get('roles', 'ops')).toEqual({ description: 'of somebody else' });
    expect(operator.exists(ROLES, OPS)).toBe(false);
  });
});

describe('two objects that claim one name', () => {
  const older = { name: 'older', namespace: 'team-a' };
  const younger = { name: 'younger', namespace: 'team-a' };

  async function two(): Promise<SimulatedOperator> {
    const operator = await anOperator().start();
    operator.apply(ROLES, older, { name: 'ops', description: 'older' });
    await operator.pass();
    operator.apply(ROLES, younger, { name: 'ops', description: 'younger' });
    await operator.pass();
    return operator;
  }

  test('are told who has it', async () => {
    const operator = await two();
    expect([operator.ready(ROLES, older), operator.ready(ROLES, younger)]).toEqual(['True Applied', 'False NameTaken']);
    expect(operator.message(ROLES, younger)).toContain('belongs to team-a/older');
  });

  test('change places without a gap when the older leaves', async () => {
    const operator = await two();
    operator.cluster.patches.length = 0;
    operator.delete(ROLES, older);
    await operator.pass();
    expect(operator.cluster.patches.flatMap(({ operations }) => operations.map(({ type }) => type))).toEqual(['add']);
    expect(operator.cluster.get('roles', 'ops')).toEqual({ description: 'younger' });
    expect([operator.exists(ROLES, older), operator.ready(ROLES, younger)]).toEqual([false, 'True Applied']);
  });

  test('keep to the record after a restart', async () => {
    const operator = await two();
    await operator.restart();
    expect(operator.cluster.get('roles', 'ops')).toEqual({ description: 'older' });
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
    expect(operator.cluster.reads - before).toBeLessThanOrEqual(7);
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

describe('a connection', () => {
  test('that is missing is waited for, and everything goes on by itself once it is there', async () => {
    const operator = anOperator();
    operator.delete(CONNECTIONS, DEFAULT);
    operator.apply(ROLES, OPS, READ);
    await operator.start();
    expect(operator.ready(ROLES, OPS)).toBe('False ConnectionNotFound');
    operator.connect();
    await operator.pass(5000);
    expect(operator.ready(ROLES, OPS)).toBe('True Applied');
  });

  test('whose Secret is missing says so, and goes on by itself once it is there', async () => {
    const operator = anOperator();
    operator.connect({ auth: { basic: { secretRef: { name: 'later' } } } });
    operator.apply(ROLES, OPS, READ);
    await operator.start();
    expect(operator.ready(CONNECTIONS, DEFAULT)).toBe('False SecretNotFound');
    expect(operator.ready(ROLES, OPS)).toBe('False ConnectionNotReady');
    operator.putSecret('later', { username: 'u', password: 'p' });
    await operator.pass();
    expect([operator.ready(CONNECTIONS, DEFAULT), operator.ready(ROLES, OPS)]).toEqual([
      'True Connected',
      'True Applied',
    ]);
  });

  test.each([
    ['wrong credentials', new AuthenticationError('no'), 'False AuthenticationFailed'],
    ['missing permissions', new ForbiddenError('no'), 'False Forbidden'],
    ['an outage', new UnreachableError('no'), 'False Unreachable'],
  ])('tells %s, once', async (_, outage, expected) => {
    const operator = anOperator();
    operator.cluster.outage = outage;
    operator.apply(ROLES, OPS, READ);
    await operator.start();
    expect(operator.ready(CONNECTIONS, DEFAULT)).toBe(expected);
    const writes = operator.kubernetesWrites;
    await operator.pass(500_000);
    expect(operator.kubernetesWrites).toBe(writes);
  });

  test('that fails does not take back what is in force, and costs no write for each object', async () => {
    const operator = anOperator();
    for (let index = 0; index < 50; index += 1) operator.apply(ROLES, { name: `role-${index}` }, READ);
    await operator.start();
    const writes = operator.kubernetesWrites;
    operator.cluster.outage = new UnreachableError('away');
    await operator.pass(120_000);
    expect(operator.ready(ROLES, { name: 'role-7' })).toBe('True Applied');
    expect(operator.ready(CONNECTIONS, DEFAULT)).toBe('False Unreachable');
    expect(operator.kubernetesWrites - writes).toBeLessThanOrEqual(2);
  });

  test('is asked less and less often while it fails', async () => {
    const operator = anOperator();
    operator.cluster.outage = new UnreachableError('away');
    await operator.start();
    await operator.pass(600_000);
    expect(operator.opened.length).toBeGreaterThan(15);
    expect(operator.opened.length).toBeLessThan(60);
  });

  test('makes its objects Stalled when it fails for too long, and they heal with it', async () => {
    const operator = anOperator();
    operator.cluster.outage = new UnreachableError('away');
    operator.apply(ROLES, OPS, READ);
    await operator.start();
    const types = (): readonly string[] | undefined => operator.status(ROLES, OPS).conditions?.map(({ type }) => type);
    expect(types()).toEqual(['Ready', 'Reconciling']);
    await operator.pass(660_000);
    expect(types()).toEqual(['Ready', 'Stalled']);
    operator.cluster.outage = undefined;
    await operator.pass(60_000);
    expect(types()).toEqual(['Ready']);
  });

  test('uses a changed Secret at once', async () => {
    const operator = await anOperator().start();
    operator.putSecret('admin', { username: 'operator', password: 'changed' });
    await operator.pass();
    expect(operator.opened.at(-1)?.auth).toMatchObject({ password: 'changed' });
  });

  test.each([
    ['its Secret', (operator: SimulatedOperator) => operator.delete('secrets', { name: 'admin' })],
    ['itself', (operator: SimulatedOperator) => operator.delete(CONNECTIONS, DEFAULT)],
  ])('that failed and then loses %s is looked at now and then only', async (_, lose) => {
    const operator = anOperator();
    operator.cluster.outage = new UnreachableError('away');
    operator.apply(ROLES, OPS, READ);
    await operator.start();
    lose(operator);
    await operator.pass(60_000);
    const opened = operator.opened.length;
    await operator.pass(60_000);
    expect(operator.opened).toHaveLength(opened);
    expect(operator.ready(ROLES, OPS)).toMatch(/^False Connection/);
  });

  test('to another namespace serves nobody there without consent', async () => {
    const operator = anOperator();
    operator.apply(ROLES, { name: 'ops', namespace: 'team-b' }, { ...READ, connectionRef: { namespace: 'team-a' } });
    await operator.start();
    expect(operator.ready(ROLES, { name: 'ops', namespace: 'team-b' })).toBe('False NotPermitted');
    expect(operator.cluster.patches).toEqual([]);
  });

  test('that is deleted lets its objects be cleaned up, and goes last', async () => {
    const operator = anOperator();
    operator.apply(ROLES, OPS, READ);
    await operator.start();
    operator.delete(CONNECTIONS, DEFAULT);
    await operator.pass(1000);
    expect(operator.exists(CONNECTIONS, DEFAULT)).toBe(true);
    operator.delete(ROLES, OPS);
    await operator.pass(20_000);
    expect([
      operator.cluster.names('roles'),
      operator.exists(ROLES, OPS),
      operator.exists(CONNECTIONS, DEFAULT),
    ]).toEqual([[], false, false]);
  });

  test('that is gone for good does not hold objects that are deleted: they go and say what they leave', async () => {
    const operator = anOperator();
    operator.apply(ROLES, OPS, READ);
    await operator.start();
    operator.kubernetes.edit(CONNECTIONS, 'team-a', { metadata: { name: 'default', finalizers: [] } });
    operator.delete(CONNECTIONS, DEFAULT);
    await operator.pass();
    operator.delete(ROLES, OPS);
    await operator.pass(20_000);
    expect(operator.exists(ROLES, OPS)).toBe(false);
    expect(operator.events).toContain('LeftBehind');
  });

  test('that is away does not hold a namespace that is deleted for longer than its grace', async () => {
    const operator = anOperator();
    operator.kubernetes.edit('namespaces', '', { metadata: { name: 'team-a', finalizers: ['kubernetes'] } });
    operator.apply(ROLES, OPS, READ);
    await operator.start();
    operator.cluster.outage = new UnreachableError('away');
    operator.kubernetes.delete('namespaces', '', 'team-a');
    operator.delete(ROLES, OPS);
    operator.delete(CONNECTIONS, DEFAULT);
    await operator.pass(240_000);
    await operator.pass(240_000);
    expect([operator.exists(ROLES, OPS), operator.exists(CONNECTIONS, DEFAULT)]).toEqual([false, false]);
    expect(operator.events).toContain('LeftBehind');
  });
});

describe('a broken write', () => {
  test.each([
    ['somebody else wrote in the same moment', new ConflictError('409')],
    ['the answer is lost', new UnreachableError('reset')],
    ['a node could not load it', new NotInForceError('Error Failed node')],
  ])('is healed by the next pass when %s', async (_, error) => {
    const operator = await anOperator().start();
    operator.cluster.nextPatchFails = error;
    operator.apply(ROLES, OPS, READ);
    await operator.pass(60_000);
    expect(operator.ready(ROLES, OPS)).toBe('True Applied');
    expect(operator.cluster.names('roles')).toEqual(['ops']);
  });

  test.each([
    ['the ledger', (path: string) => path.endsWith('/configmaps')],
    ['a finalizer', (path: string) => path.endsWith('/ops')],
  ])('of %s is healed too, and nothing is written to OpenSearch until then', async (_, isMeant) => {
    const operator = await anOperator().start();
    operator.kubernetes.refuse = ({ method, path }) =>
      method !== 'GET' && isMeant(path) ? new KubernetesError('no', 500, '') : undefined;
    operator.apply(ROLES, OPS, READ);
    await operator.pass(5000);
    expect(operator.cluster.patches).toEqual([]);
    operator.kubernetes.refuse = () => undefined;
    await operator.pass(60_000);
    expect(operator.ready(ROLES, OPS)).toBe('True Applied');
  });
});

test('a secret is never written anywhere', async () => {
  const operator = anOperator();
  operator.apply(ROLES, OPS, READ);
  await operator.start();
  operator.cluster.outage = new AuthenticationError('no');
  await operator.pass(120_000);
  const written = operator.kubernetes.requests.filter(({ method }) => method !== 'GET');
  expect(written.length).toBeGreaterThan(0);
  for (const trace of ['secret-password', Buffer.from('secret-password').toString('base64')])
    expect(JSON.stringify(written)).not.toContain(trace);
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
  expect(operator.status(ROLES, OPS).conditions?.map(({ type }) => type)).toEqual(['Ready']);
});
