import { describe, expect, test } from '@jest/globals';
import { UnreachableError } from '../../../src/errors.ts';
import { FakeCluster } from '../../support/fake-cluster.ts';
import { useOperators } from '../../support/operators.ts';
import { CONNECTIONS, MAPPINGS, ROLES, type SimulatedOperator } from '../../support/simulated-operator.ts';

const OPS = { name: 'ops' };
const READ = { indexPermissions: [{ indexPatterns: ['logs-*'], allowedActions: ['read'] }] };

const anOperator = useOperators();

describe('Promise 6: it deletes only what it created or adopted, and knows that after a restart, a restore or a re-created object', () => {
  test('a role is its own after a restart: it is repaired and removed though it differs', async () => {
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

  test('a role is its own though it was changed by hand and its object deleted while the operator was away', async () => {
    const operator = await anOperator().start();
    operator.apply(ROLES, OPS, READ);
    await operator.pass();
    await operator.stop();
    operator.cluster.put('roles', 'ops', { description: 'changed meanwhile' });
    operator.delete(ROLES, OPS);
    await operator.start();
    expect([operator.cluster.names('roles'), operator.exists(ROLES, OPS)]).toEqual([[], false]);
  });

  test('a role is its own when the object was deleted and created anew (a restore) while the operator was away', async () => {
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

  test('a role of another cluster behind the same connection is not its own', async () => {
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

  /** Its finalizer is taken off before it is deleted, so that nobody sees it being deleted. */
  function tearAway(operator: SimulatedOperator, collection: string): void {
    operator.kubernetes.edit(collection, 'team-a', { metadata: { name: 'ops', finalizers: [] } });
    operator.delete(collection, OPS);
  }

  test.each([
    ['is removed', {}, []],
    ['stays where it is meant to', { deletionPolicy: 'Orphan' }, ['ops']],
  ])('a role whose object goes without being waited for %s', async (_, policy, left) => {
    const operator = await anOperator().start();
    operator.apply(ROLES, OPS, { ...READ, ...policy });
    await operator.pass();
    tearAway(operator, ROLES);
    await operator.pass();
    expect(operator.cluster.names('roles')).toEqual(left);
    expect(JSON.stringify(operator.kubernetes.all('configmaps'))).not.toContain('roles/ops');
  });

  test('a role whose object is paused stays on record, even if that goes without being waited for', async () => {
    const operator = await anOperator().start();
    operator.apply(ROLES, OPS, READ);
    await operator.pass();
    operator.annotate(ROLES, OPS, { 'security.opensearch.org/paused': 'true' });
    await operator.pass();
    tearAway(operator, ROLES);
    await operator.pass(60_000);
    expect(operator.cluster.names('roles')).toEqual(['ops']);
    expect(JSON.stringify(operator.kubernetes.all('configmaps'))).toContain('roles/ops');
  });

  test('a role whose object is missing from a new list is removed', async () => {
    const operator = await anOperator().start();
    operator.apply(ROLES, OPS, READ);
    await operator.pass();
    operator.kubernetes.unseen(() => tearAway(operator, ROLES));
    operator.kubernetes.compact();
    operator.kubernetes.breakWatches(new UnreachableError('reset'));
    await operator.pass(10_000);
    expect(operator.cluster.names('roles')).toEqual([]);
  });

  test('what an object has put into a shared mapping is taken out when that goes without being waited for', async () => {
    const operator = anOperator();
    operator.cluster.put('rolesmapping', 'ops', { users: ['by hand'] });
    await operator.start();
    operator.apply(ROLES, OPS, READ);
    operator.apply(MAPPINGS, OPS, { role: 'ops', mode: 'Merge', users: ['jane'] });
    await operator.pass();
    expect(operator.cluster.get('rolesmapping', 'ops')).toEqual({ users: ['by hand', 'jane'] });
    tearAway(operator, MAPPINGS);
    await operator.pass();
    expect(operator.cluster.get('rolesmapping', 'ops')).toEqual({ users: ['by hand'] });
  });

  test('a role of another cluster that answers at the same endpoints meanwhile is not its own either', async () => {
    const operator = await anOperator().start();
    operator.apply(ROLES, OPS, READ);
    await operator.pass();
    const another = new FakeCluster('cluster-2');
    another.put('roles', 'ops', { description: 'of somebody else' });
    operator.cluster.movedTo = another;
    operator.cluster = another;
    await operator.pass(90_000);
    expect(another.patches).toEqual([]);
    expect(operator.ready(ROLES, OPS)).toBe('False AlreadyExists');
    expect(operator.ready(CONNECTIONS, { name: 'default' })).toBe('True Connected');
    expect(operator.events).toContain('AnotherCluster');
  });

  test('nobody is told of drift when another cluster answers that has none of it', async () => {
    const operator = await anOperator().start();
    operator.apply(ROLES, OPS, READ);
    await operator.pass();
    const another = new FakeCluster('cluster-2');
    operator.cluster.movedTo = another;
    operator.cluster = another;
    await operator.pass(90_000);
    expect(another.names('roles')).toEqual(['ops']);
    expect(operator.events).toContain('AnotherCluster');
    expect(operator.events).not.toContain('DriftCorrected');
  });

  test('what it did not make is left when the object goes', async () => {
    const operator = anOperator();
    operator.cluster.put('roles', 'ops', { description: 'of somebody else' });
    operator.apply(ROLES, OPS, READ);
    await operator.start();
    operator.delete(ROLES, OPS);
    await operator.pass();
    expect([operator.cluster.names('roles'), operator.exists(ROLES, OPS)]).toEqual([['ops'], false]);
  });
});

describe('Promise 6: of two objects that claim one name the older keeps it, and the younger takes over without a gap', () => {
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

  test('they are told who has it', async () => {
    const operator = await two();
    expect([operator.ready(ROLES, older), operator.ready(ROLES, younger)]).toEqual(['True Applied', 'False NameTaken']);
    expect(operator.message(ROLES, younger)).toContain('belongs to team-a/older');
  });

  test('they change places without a gap when the older leaves', async () => {
    const operator = await two();
    operator.cluster.patches.length = 0;
    operator.delete(ROLES, older);
    await operator.pass();
    expect(operator.cluster.patches.flatMap(({ operations }) => operations.map(({ type }) => type))).toEqual(['add']);
    expect(operator.cluster.get('roles', 'ops')).toEqual({ description: 'younger' });
    expect([operator.exists(ROLES, older), operator.ready(ROLES, younger)]).toEqual([false, 'True Applied']);
  });

  test.each([0, 10])(
    'the younger takes its role along though it never could use the name (%d finalizers first)',
    async (finalizersFirst) => {
      const operator = anOperator();
      operator.finalizersFirst = finalizersFirst;
      await operator.start();
      operator.apply(ROLES, older, { name: 'ops', description: 'older' });
      await operator.pass();
      operator.apply(ROLES, younger, { name: 'ops', description: 'younger' });
      operator.annotate(ROLES, younger, { 'security.opensearch.org/paused': 'true' });
      await operator.pass();
      operator.delete(ROLES, older);
      await operator.pass();
      expect([operator.exists(ROLES, older), operator.cluster.get('roles', 'ops')]).toEqual([
        false,
        { description: 'older' },
      ]);
      operator.annotate(ROLES, younger, { 'security.opensearch.org/paused': null });
      operator.delete(ROLES, younger);
      await operator.pass(60_000);
      expect([operator.exists(ROLES, younger), operator.cluster.names('roles')]).toEqual([false, []]);
    },
  );

  test('they keep to the record when a restore has made the older one the younger', async () => {
    const operator = await two();
    await operator.stop();
    operator.clock.skip(60_000);
    operator.kubernetes.edit(ROLES, 'team-a', { metadata: { name: 'older', finalizers: [] } });
    operator.delete(ROLES, older);
    operator.apply(ROLES, older, { name: 'ops', description: 'older' });
    await operator.start();
    expect(operator.cluster.get('roles', 'ops')).toEqual({ description: 'older' });
    expect(operator.ready(ROLES, younger)).toBe('False NameTaken');
  });

  test('they keep to the record after a restart', async () => {
    const operator = await two();
    await operator.restart();
    expect(operator.cluster.get('roles', 'ops')).toEqual({ description: 'older' });
  });
});

describe('Promise 7: reserved, static and hidden resources are never touched; the object says so', () => {
  test.each(['reserved', 'static', 'hidden'])(
    'one that is %s stays as it is, applied and deleted',
    async (protection) => {
      const operator = anOperator();
      const before = { description: 'of the server', [protection]: true };
      operator.cluster.put('roles', 'ops', before);
      operator.apply(ROLES, OPS, { ...READ, adoptionPolicy: 'Always' });
      await operator.start();
      expect(operator.ready(ROLES, OPS)).toBe('False Reserved');
      expect(operator.message(ROLES, OPS)).toContain(`is ${protection} in OpenSearch and is never changed`);
      operator.delete(ROLES, OPS);
      await operator.pass(70_000);
      expect([operator.cluster.patches, operator.cluster.get('roles', 'ops')]).toEqual([[], before]);
    },
  );
});
