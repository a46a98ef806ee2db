import { describe, expect, test } from '@jest/globals';
import { useOperators } from '../support/operators.ts';
import { MAPPINGS, ROLES, type SimulatedOperator } from '../support/simulated-operator.ts';

const OPS = { name: 'ops' };
const [A, B] = [{ name: 'a' }, { name: 'b' }];

const newOperator = useOperators();

/** With the role `ops` in force. */
function anOperator(): SimulatedOperator {
  const operator = newOperator();
  operator.apply(ROLES, OPS, { description: 'x' });
  return operator;
}

function users(operator: SimulatedOperator): unknown {
  return operator.cluster.get('rolesmapping', 'ops')?.['users'];
}

describe('role mappings of one role', () => {
  test('are united, and each takes out only what no other one declares', async () => {
    const operator = anOperator();
    operator.apply(MAPPINGS, A, { role: 'ops', users: ['jane', 'joe'] });
    operator.apply(MAPPINGS, B, { role: 'ops', users: ['joe', 'jim'] });
    await operator.start();
    expect(users(operator)).toEqual(['jane', 'jim', 'joe']);
    expect([operator.ready(MAPPINGS, A), operator.ready(MAPPINGS, B)]).toEqual(['True Applied', 'True Applied']);
    operator.delete(MAPPINGS, A);
    await operator.pass();
    expect(users(operator)).toEqual(['jim', 'joe']);
    expect(operator.exists(MAPPINGS, A)).toBe(false);
    operator.delete(MAPPINGS, B);
    await operator.pass();
    expect(operator.cluster.names('rolesmapping')).toEqual([]);
  });

  test('never revoke what another one still grants, not even for a moment', async () => {
    const operator = anOperator();
    operator.apply(MAPPINGS, A, { role: 'ops', users: ['joe'] });
    operator.apply(MAPPINGS, B, { role: 'ops', users: ['joe'] });
    await operator.start();
    operator.cluster.patches.length = 0;
    operator.delete(MAPPINGS, A);
    await operator.pass(5000);
    expect(operator.cluster.patches).toEqual([]);
    expect(users(operator)).toEqual(['joe']);
  });

  test('in Merge mode add to what others put there, and take only that out again, after a restart, too', async () => {
    const operator = anOperator();
    operator.cluster.put('rolesmapping', 'ops', { users: ['by-hand', 'both'] });
    operator.apply(MAPPINGS, A, { role: 'ops', mode: 'Merge', users: ['jane', 'both'] });
    await operator.start();
    expect(users(operator)).toEqual(['both', 'by-hand', 'jane']);
    await operator.stop();
    operator.apply(MAPPINGS, A, { role: 'ops', mode: 'Merge', users: ['jim', 'both'] });
    await operator.start();
    expect(users(operator)).toEqual(['both', 'by-hand', 'jim']);
    operator.delete(MAPPINGS, A);
    await operator.pass();
    expect(users(operator)).toEqual(['both', 'by-hand']);
  });

  test('in Merge mode leave the description of others alone', async () => {
    const operator = anOperator();
    operator.cluster.put('rolesmapping', 'ops', { users: ['by-hand'], description: 'by hand' });
    operator.apply(MAPPINGS, A, { role: 'ops', mode: 'Merge', users: ['jane'], description: 'ours' });
    await operator.start();
    expect(operator.cluster.get('rolesmapping', 'ops')).toMatchObject({ description: 'by hand' });
    operator.delete(MAPPINGS, A);
    await operator.pass();
    expect(operator.cluster.get('rolesmapping', 'ops')).toEqual({ users: ['by-hand'], description: 'by hand' });
  });

  test.each([
    {
      what: 'is edited',
      change: (operator: SimulatedOperator) =>
        operator.apply(MAPPINGS, A, { role: 'ops', mode: 'Merge', users: ['joe'] }),
      expected: ['by-hand', 'joe', 'new-by-hand'],
    },
    {
      what: 'goes',
      change: (operator: SimulatedOperator) => operator.delete(MAPPINGS, A),
      expected: ['by-hand', 'new-by-hand'],
    },
  ])('in Merge mode neither lose nor bring back what others changed a moment before one $what', async (step) => {
    const operator = anOperator();
    operator.cluster.put('rolesmapping', 'ops', { users: ['by-hand', 'old-by-hand'] });
    operator.apply(MAPPINGS, A, { role: 'ops', mode: 'Merge', users: ['jane'] });
    await operator.start();
    operator.cluster.put('rolesmapping', 'ops', { users: ['by-hand', 'jane', 'new-by-hand'] });
    step.change(operator);
    await operator.pass();
    expect(users(operator)).toEqual(step.expected);
  });

  test('in Exclusive mode are the whole truth: what others add is taken out again', async () => {
    const operator = anOperator();
    operator.apply(MAPPINGS, A, { role: 'ops', users: ['jane'] });
    await operator.start();
    operator.cluster.put('rolesmapping', 'ops', { users: ['jane', 'mallory'] });
    await operator.pass(70_000);
    expect(users(operator)).toEqual(['jane']);
    expect(operator.events).toContain('DriftCorrected');
  });

  test('in Exclusive mode go as a whole, with what others have added since the last look', async () => {
    const operator = anOperator();
    operator.apply(MAPPINGS, A, { role: 'ops', users: ['jane'] });
    await operator.start();
    operator.cluster.put('rolesmapping', 'ops', { users: ['jane', 'mallory'] });
    operator.delete(MAPPINGS, A);
    await operator.pass();
    expect(operator.cluster.names('rolesmapping')).toEqual([]);
  });

  test('in Exclusive mode do not take over what others put there unasked', async () => {
    const operator = anOperator();
    operator.cluster.put('rolesmapping', 'ops', { users: ['by-hand'] });
    operator.apply(MAPPINGS, A, { role: 'ops', users: ['jane'] });
    await operator.start();
    expect(operator.ready(MAPPINGS, A)).toBe('False AlreadyExists');
    expect(operator.message(MAPPINGS, A)).toMatch(/spec.mode to Merge.*adoptionPolicy to Always/);
    expect(users(operator)).toEqual(['by-hand']);
    operator.apply(MAPPINGS, A, { role: 'ops', users: ['jane'], adoptionPolicy: 'Always' });
    await operator.pass();
    expect(users(operator)).toEqual(['jane']);
  });

  test('wait for their role, and go on by themselves', async () => {
    const operator = anOperator();
    operator.apply(MAPPINGS, A, { role: 'later', users: ['jane'] });
    await operator.start();
    expect(operator.ready(MAPPINGS, A)).toBe('False ReferenceNotFound');
    operator.apply(ROLES, { name: 'later' }, { description: 'x' });
    await operator.pass();
    expect(operator.ready(MAPPINGS, A)).toBe('True Applied');
    expect(operator.cluster.names('rolesmapping')).toEqual(['later']);
  });

  test.each([
    ['the role first', [ROLES, OPS, MAPPINGS, A]],
    ['the mapping first', [MAPPINGS, A, ROLES, OPS]],
  ] as const)('go with their role: %s', async (_, [firstKind, first, secondKind, second]) => {
    const operator = anOperator();
    operator.apply(MAPPINGS, A, { role: 'ops', users: ['jane'] });
    await operator.start();
    operator.delete(firstKind, first);
    await operator.pass();
    operator.delete(secondKind, second);
    await operator.pass();
    expect([operator.cluster.names('roles'), operator.cluster.names('rolesmapping')]).toEqual([[], []]);
    expect([operator.exists(ROLES, OPS), operator.exists(MAPPINGS, A)]).toEqual([false, false]);
  });

  test('are taken out when their role goes, so that nobody holds the next role of that name by surprise', async () => {
    const operator = anOperator();
    operator.apply(MAPPINGS, A, { role: 'ops', users: ['jane'] });
    await operator.start();
    operator.delete(ROLES, OPS);
    await operator.pass(5000);
    expect([operator.cluster.names('roles'), operator.cluster.names('rolesmapping')]).toEqual([[], []]);
    expect(operator.ready(MAPPINGS, A)).toBe('False ReferenceNotFound');
  });

  describe('of a role that goes behind the operator, and is missed by a PATCH first', () => {
    async function anOperatorWithoutRole(): Promise<SimulatedOperator> {
      const operator = newOperator();
      operator.cluster.put('roles', 'ops', { description: 'of others' });
      operator.apply(MAPPINGS, A, { role: 'ops', users: ['jane'] });
      await operator.start();
      operator.cluster.drop('roles', 'ops');
      operator.apply(MAPPINGS, A, { role: 'ops', users: ['joe'] });
      await operator.pass();
      expect([operator.ready(MAPPINGS, A), users(operator)]).toEqual(['False Rejected', ['jane']]);
      return operator;
    }

    test('are taken out once that is seen', async () => {
      const operator = await anOperatorWithoutRole();
      await operator.pass(130_000);
      expect([operator.ready(MAPPINGS, A), users(operator)]).toEqual(['False ReferenceNotFound', undefined]);
    });

    test('are put in force when the role is back, and nobody else holds that', async () => {
      const operator = await anOperatorWithoutRole();
      await operator.pass(130_000);
      operator.cluster.put('roles', 'ops', { description: 'another' });
      await operator.pass(130_000);
      expect([operator.ready(MAPPINGS, A), users(operator)]).toEqual(['True Applied', ['joe']]);
    });

    test('are put in force when an edit of its object brings the role back before anybody looks', async () => {
      const operator = anOperator();
      operator.apply(MAPPINGS, A, { role: 'ops', users: ['jane'] });
      await operator.start();
      operator.cluster.drop('roles', 'ops');
      operator.apply(MAPPINGS, A, { role: 'ops', users: ['joe'] });
      await operator.pass();
      operator.apply(ROLES, OPS, { description: 'again' });
      await operator.pass(5000);
      expect([operator.ready(MAPPINGS, A), users(operator)]).toEqual(['True Applied', ['joe']]);
    });

    test('are put in force when the role is back as another one before anybody looks', async () => {
      const operator = await anOperatorWithoutRole();
      operator.cluster.put('roles', 'ops', { description: 'another' });
      await operator.pass(130_000);
      expect([operator.ready(MAPPINGS, A), users(operator)]).toEqual(['True Applied', ['joe']]);
    });
  });

  test('of namespaces that are not served any more keep their entries', async () => {
    const operator = newOperator();
    const other = { name: 'b', namespace: 'team-b' };
    operator.apply(ROLES, OPS, { description: 'x' });
    const namespaces = { names: ['team-b'] };
    const grant = { namespaces, kinds: ['OpenSearchRoleMapping' as const], names: ['ops'], mappableRoles: ['ops'] };
    operator.connect({ allowedNamespaces: namespaces, grants: [grant] });
    operator.apply(MAPPINGS, A, { role: 'ops', users: ['jane'] });
    operator.apply(MAPPINGS, other, { role: 'ops', users: ['jim'], connectionRef: { namespace: 'team-a' } });
    await operator.start();
    expect(users(operator)).toEqual(['jane', 'jim']);
    await operator.stop();
    await operator.start(['team-a']);
    expect(users(operator)).toEqual(['jane', 'jim']);
    operator.apply(MAPPINGS, A, { role: 'ops', users: ['joe'] });
    await operator.pass();
    operator.apply(MAPPINGS, A, { role: 'ops', users: ['jill'] });
    await operator.pass();
    expect(users(operator)).toEqual(['jill', 'jim']);
    operator.delete(ROLES, OPS);
    await operator.pass(5000);
    expect([operator.ready(MAPPINGS, A), users(operator)]).toEqual(['False ReferenceNotFound', ['jill', 'jim']]);
    operator.apply(ROLES, OPS, { description: 'x' });
    operator.apply(MAPPINGS, A, { role: 'ops', users: ['joe'] });
    await operator.stop();
    await operator.start();
    operator.delete(MAPPINGS, other);
    await operator.pass();
    expect(users(operator)).toEqual(['joe']);
  });

  describe('beside one of a namespace that is not served any more', () => {
    const other = { name: 'b', namespace: 'team-b' };

    async function withUnseen(spec: object): Promise<SimulatedOperator> {
      const operator = newOperator();
      const namespaces = { names: ['team-b'] };
      const grant = { namespaces, kinds: ['OpenSearchRoleMapping' as const], names: ['ops'], mappableRoles: ['ops'] };
      operator.connect({ allowedNamespaces: namespaces, grants: [{ ...grant, backendRoles: ['*'] }] });
      operator.apply(ROLES, OPS, { description: 'x' });
      operator.apply(MAPPINGS, other, { role: 'ops', connectionRef: { namespace: 'team-a' }, ...spec });
      await operator.start();
      expect(operator.ready(MAPPINGS, other)).toBe('True Applied');
      return operator;
    }

    test('do not stay when they are deleted without their role', async () => {
      const operator = await withUnseen({ users: ['jim'] });
      operator.apply(MAPPINGS, A, { role: 'ops', users: ['jane'] });
      await operator.pass();
      await operator.stop();
      await operator.start(['team-a']);
      operator.delete(ROLES, OPS);
      await operator.pass(5000);
      operator.delete(MAPPINGS, A);
      await operator.pass(5000);
      expect([operator.exists(MAPPINGS, A), users(operator)]).toEqual([false, undefined]);
    });

    test('do not replace its list of which a user needs all entries', async () => {
      const operator = await withUnseen({ andBackendRoles: ['staff', 'on-call'] });
      await operator.stop();
      await operator.start(['team-a']);
      operator.apply(MAPPINGS, A, { role: 'ops', andBackendRoles: ['guests'] });
      await operator.pass();
      expect(operator.ready(MAPPINGS, A)).toBe('False NameTaken');
      expect(operator.cluster.get('rolesmapping', 'ops')).toMatchObject({ and_backend_roles: ['on-call', 'staff'] });
    });
  });

  test('with different lists of which a user needs all entries cannot be united, which would narrow the older one', async () => {
    const operator = anOperator();
    operator.apply(MAPPINGS, A, { role: 'ops', andBackendRoles: ['staff', 'on-call'] });
    await operator.start();
    operator.apply(MAPPINGS, B, { role: 'ops', andBackendRoles: ['guests'] });
    await operator.pass();
    expect(operator.ready(MAPPINGS, B)).toBe('False NameTaken');
    expect(operator.message(MAPPINGS, B)).toContain('or map another role in a new object and delete this one');
    expect(operator.cluster.get('rolesmapping', 'ops')).toMatchObject({ and_backend_roles: ['on-call', 'staff'] });
  });

  test('of one that is reserved say that another role takes a new object', async () => {
    const operator = anOperator();
    operator.cluster.put('rolesmapping', 'ops', { users: ['admin'], reserved: true });
    operator.apply(MAPPINGS, A, { role: 'ops', mode: 'Merge', users: ['jane'] });
    await operator.start();
    expect(operator.ready(MAPPINGS, A)).toBe('False Reserved');
    expect(operator.message(MAPPINGS, A)).toContain('map another role in a new object, and delete this one');
  });

  test('cannot have another list of which a user needs all entries than a paused one put there', async () => {
    const operator = anOperator();
    operator.apply(MAPPINGS, A, { role: 'ops', andBackendRoles: ['staff', 'on-call'] });
    await operator.start();
    operator.annotate(MAPPINGS, A, { 'security.opensearch.org/paused': 'true' });
    operator.apply(MAPPINGS, B, { role: 'ops', andBackendRoles: ['guests'], users: ['jim'] });
    await operator.pass();
    expect(operator.message(MAPPINGS, B)).toContain('team-a/a declares');
    expect(operator.cluster.get('rolesmapping', 'ops')).toEqual({ and_backend_roles: ['on-call', 'staff'] });
    operator.apply(MAPPINGS, B, { role: 'ops', andBackendRoles: ['on-call', 'staff'], users: ['jim'] });
    await operator.pass();
    expect(operator.ready(MAPPINGS, B)).toBe('True Applied');
    expect(operator.cluster.get('rolesmapping', 'ops')).toMatchObject({ users: ['jim'] });
  });

  test('that go while the role is missing say what they leave, and it is taken out once the role is there again', async () => {
    const operator = anOperator();
    operator.cluster.put('rolesmapping', 'ops', { users: ['by-hand'] });
    operator.apply(MAPPINGS, A, { role: 'ops', mode: 'Merge', users: ['jane'] });
    operator.apply(MAPPINGS, B, { role: 'ops', mode: 'Merge', users: ['jim'] });
    await operator.start();
    operator.delete(ROLES, OPS);
    await operator.pass();
    operator.delete(MAPPINGS, B);
    await operator.pass();
    expect([operator.exists(MAPPINGS, B), operator.events.includes('LeftBehind')]).toEqual([false, true]);
    operator.apply(ROLES, OPS, { description: 'x' });
    await operator.pass();
    expect(users(operator)).toEqual(['by-hand', 'jane']);
    await operator.restart();
    operator.apply(MAPPINGS, A, { role: 'ops', mode: 'Merge', users: ['joe'] });
    await operator.pass();
    expect(users(operator)).toEqual(['by-hand', 'joe']);
  });

  describe('while their role is missing, and others have entries', () => {
    async function merged(spec: object = {}): Promise<SimulatedOperator> {
      const operator = anOperator();
      operator.cluster.put('rolesmapping', 'ops', { users: ['by-hand'] });
      operator.apply(MAPPINGS, B, { role: 'ops', mode: 'Merge', users: ['jim'], ...spec });
      await operator.start();
      operator.delete(ROLES, OPS);
      await operator.pass();
      return operator;
    }

    async function bringBack(operator: SimulatedOperator): Promise<void> {
      operator.apply(ROLES, OPS, { description: 'x' });
      operator.apply(MAPPINGS, A, { role: 'ops', mode: 'Merge', users: ['jane'] });
      await operator.pass();
      expect(operator.ready(MAPPINGS, A)).toBe('True Applied');
    }

    test('go at once, though they are the last, and leave nothing once another one is written', async () => {
      const operator = await merged();
      operator.delete(MAPPINGS, B);
      await operator.pass();
      expect([operator.exists(MAPPINGS, B), operator.events.includes('LeftBehind')]).toEqual([false, true]);
      await bringBack(operator);
      expect(users(operator)).toEqual(['by-hand', 'jane']);
    });

    test('leave what they are told to leave', async () => {
      const operator = await merged({ deletionPolicy: 'Orphan' });
      operator.delete(MAPPINGS, B);
      await operator.pass();
      await bringBack(operator);
      expect(users(operator)).toEqual(['by-hand', 'jane', 'jim']);
    });
  });

  test('are written though one of them is edited all the time', async () => {
    const operator = anOperator();
    const { cluster, clock } = operator;
    const fetch = cluster.fetchDocument.bind(cluster);
    cluster.fetchDocument = async (...at) => {
      const found = await fetch(...at);
      await clock.sleep(200, new AbortController().signal);
      return found;
    };
    operator.apply(MAPPINGS, A, { role: 'ops', mode: 'Merge', users: ['jane'] });
    await operator.start();
    for (let edit = 0; edit < 100; edit += 1) {
      operator.apply(MAPPINGS, B, { role: 'ops', mode: 'Merge', users: [`user-${edit}`] });
      await operator.pass(50);
    }
    expect(users(operator)).toContain('jane');
    expect(users(operator)).toHaveLength(2);
    await operator.pass();
  });

  test('do not bring back what was taken by hand from a paused one a moment ago', async () => {
    const operator = anOperator();
    operator.apply(MAPPINGS, A, { role: 'ops', users: ['jane'] });
    operator.apply(MAPPINGS, B, { role: 'ops', users: ['jim'] });
    await operator.start();
    operator.annotate(MAPPINGS, A, { 'security.opensearch.org/paused': 'true' });
    await operator.pass();
    operator.cluster.put('rolesmapping', 'ops', { users: ['jim'] });
    operator.apply(MAPPINGS, B, { role: 'ops', users: ['jim', 'joe'] });
    await operator.pass();
    expect(users(operator)).toEqual(['jim', 'joe']);
  });

  test('keep what a paused one put there, and add nothing of it', async () => {
    const operator = anOperator();
    operator.apply(MAPPINGS, A, { role: 'ops', users: ['jane'] });
    operator.apply(MAPPINGS, B, { role: 'ops', users: ['jim'] });
    await operator.start();
    operator.annotate(MAPPINGS, A, { 'security.opensearch.org/paused': 'true' });
    operator.apply(MAPPINGS, A, { role: 'ops', users: ['mallory'] });
    operator.apply(MAPPINGS, B, { role: 'ops', users: ['joe'] });
    await operator.pass();
    expect(users(operator)).toEqual(['jane', 'joe']);
  });

  test('whose policy is Orphan leave their entries', async () => {
    const operator = anOperator();
    operator.apply(MAPPINGS, A, { role: 'ops', users: ['jane'], deletionPolicy: 'Orphan' });
    await operator.start();
    operator.delete(MAPPINGS, A);
    await operator.pass();
    expect(users(operator)).toEqual(['jane']);
    expect(operator.exists(MAPPINGS, A)).toBe(false);
    expect(operator.events).toContain('LeftBehind');
  });

  test('are only told where the connection observes', async () => {
    const operator = anOperator();
    operator.connect({ managementPolicy: 'Observe' });
    operator.cluster.put('roles', 'ops', { description: 'x' });
    operator.cluster.put('rolesmapping', 'ops', { users: ['by-hand'] });
    operator.apply(MAPPINGS, A, { role: 'ops', mode: 'Merge', users: ['jane'] });
    await operator.start();
    expect(operator.status(MAPPINGS, A).plannedChanges).toEqual([expect.stringContaining('jane')]);
    expect(operator.cluster.patches).toEqual([]);
  });

  test('keep what was added by hand while the rest of a fleet is gone over again', async () => {
    const operator = anOperator();
    const names = Array.from({ length: 150 }, (_, index) => `role-${index}`);
    for (const name of names) {
      operator.cluster.put('roles', name, { description: 'x' });
      operator.apply(MAPPINGS, { name }, { role: name, mode: 'Merge', users: ['jane'] });
    }
    operator.connect({ managementPolicy: 'Observe' });
    await operator.start();
    let others: readonly string[] = [];
    operator.cluster.beforePatch = async () => {
      const { document, operations } = operator.cluster.patches.at(-1) ?? {};
      if (document !== 'rolesmapping' || others.length > 0) return;
      const first = new Set(operations?.map(({ name }) => name));
      others = names.filter((name) => !first.has(name));
      for (const name of others) operator.cluster.put('rolesmapping', name, { users: ['by-hand'] });
      await operator.clock.sleep(30_000, new AbortController().signal);
    };
    operator.connect();
    await operator.pass(120_000);
    const entries = others.map((name) => operator.cluster.get('rolesmapping', name)?.['users']);
    expect(entries.length).toBeGreaterThan(0);
    expect(entries).toEqual(others.map(() => ['by-hand', 'jane']));
  });

  test('cost nothing once they are in force', async () => {
    const operator = anOperator();
    operator.apply(MAPPINGS, A, { role: 'ops', users: ['jane'] });
    operator.apply(MAPPINGS, B, { role: 'ops', mode: 'Merge', users: ['jim'] });
    await operator.start();
    const [patches, writes] = [operator.cluster.patches.length, operator.kubernetesWrites];
    await operator.pass(600_000);
    await operator.restart();
    expect([operator.cluster.patches.length, operator.kubernetesWrites]).toEqual([patches, writes]);
  });
});
