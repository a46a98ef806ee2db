import { describe, expect, test } from '@jest/globals';
import { AuthenticationError } from '../../../src/errors.ts';
import { useOperators } from '../../support/operators.ts';
import { MAPPINGS, ROLES, USERS } from '../../support/simulated-operator.ts';

const OPS = { name: 'ops' };
const JANE = { name: 'jane' };
const FROM_SECRET = { passwordFrom: { secretKeyRef: { name: 'jane' } } };
const READ = { indexPermissions: [{ indexPatterns: ['logs-*'], allowedActions: ['read'] }] };

const anOperator = useOperators();

describe('Promise 4: one poisoned object never blocks another; it is told in the words of the server and set aside until it changes', () => {
  test('it is told in the words of the server, and blocks nobody', async () => {
    const operator = anOperator();
    for (const name of ['a', 'b', 'c', 'poisoned']) operator.apply(ROLES, { name }, READ);
    operator.cluster.poison.set('poisoned', 'Wrong datatype');
    await operator.start();
    expect(operator.cluster.names('roles')).toEqual(['a', 'b', 'c']);
    expect(operator.ready(ROLES, { name: 'poisoned' })).toBe('False Rejected');
    expect(operator.message(ROLES, { name: 'poisoned' })).toBe('Wrong datatype');
  });

  test('it is set aside until its spec changes', async () => {
    const operator = anOperator();
    operator.apply(ROLES, OPS, READ);
    operator.cluster.poison.set('ops', 'no');
    await operator.start();
    operator.putSecret('admin', { username: 'operator', password: 'changed' });
    await operator.pass(600_000);
    expect(operator.cluster.patches).toHaveLength(1);
    operator.cluster.poison.clear();
    operator.apply(ROLES, OPS, { ...READ, description: 'better' });
    await operator.pass();
    expect(operator.ready(ROLES, OPS)).toBe('True Applied');
  });

  test('it does not become the owner of what it could not write: that stays when the object is deleted', async () => {
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

describe('Promise 8: secrets live in memory and in requests: never in logs, events, status, metrics, error messages or plans', () => {
  test('the login of the operator is not written to Kubernetes, though it is refused', async () => {
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

  test('a password and its hash are in nothing that is told', async () => {
    const operator = anOperator();
    operator.putSecret('jane', { password: 'first-secret' });
    operator.apply(USERS, JANE, FROM_SECRET);
    await operator.start();
    operator.putSecret('jane', { password: 'another-secret' });
    await operator.pass();
    operator.apply(USERS, JANE, { ...FROM_SECRET, managementPolicy: 'Observe', description: 'new' });
    await operator.pass();
    expect(operator.status(USERS, JANE).plannedChanges).toContain('add /description "new"');
    const told = [operator.kubernetes.get(USERS, 'team-a', 'jane'), operator.kubernetes.all('events'), operator.logged];
    expect(operator.logged.length).toBeGreaterThan(0);
    expect(JSON.stringify(told) + (await operator.metrics.registry.metrics())).not.toMatch(/-secret|hash of/);
  });
});

describe('Promise 9: it refuses a plan that would cut off its own access, and says so', () => {
  test('a role mapping never takes away what the operator itself needs', async () => {
    const operator = anOperator();
    operator.cluster.put('roles', 'all_access', { description: 'x' });
    operator.cluster.put('rolesmapping', 'all_access', { backend_roles: ['admin'] });
    operator.apply(MAPPINGS, OPS, { role: 'all_access', users: ['jane'], adoptionPolicy: 'Always' });
    await operator.start();
    expect(operator.ready(MAPPINGS, OPS)).toBe('False WouldLockOut');
    expect(operator.cluster.get('rolesmapping', 'all_access')).toEqual({ backend_roles: ['admin'] });
    operator.apply(MAPPINGS, OPS, { role: 'all_access', mode: 'Merge', users: ['jane'] });
    await operator.pass();
    expect(operator.cluster.get('rolesmapping', 'all_access')).toMatchObject({
      backend_roles: ['admin'],
      users: ['jane'],
    });
  });

  test('the user that the operator logs in as keeps its password and its roles', async () => {
    const operator = anOperator();
    operator.putSecret('jane', { password: 'first' });
    operator.cluster.put('internalusers', 'operator', { hash: 'x', backend_roles: ['admin'] });
    const self = { name: 'self' };
    const same = { name: 'operator', adoptionPolicy: 'Always', backendRoles: ['admin'] };
    operator.apply(USERS, self, { ...FROM_SECRET, ...same });
    await operator.start();
    expect(operator.ready(USERS, self)).toBe('False WouldLockOut');
    expect(operator.message(USERS, self)).toContain('name that Secret in passwordFrom');
    expect(operator.cluster.get('internalusers', 'operator')).toMatchObject({ hash: 'x' });
    const own = { passwordFrom: { secretKeyRef: { name: 'admin' } }, name: 'operator', adoptionPolicy: 'Always' };
    operator.apply(USERS, self, own);
    await operator.pass();
    expect(operator.ready(USERS, self)).toBe('False WouldLockOut');
    expect(operator.message(USERS, self)).toContain('would lose admin');
    operator.apply(USERS, self, { ...own, backendRoles: ['admin'] });
    await operator.pass();
    expect(operator.ready(USERS, self)).toBe('True Applied');
    operator.delete(USERS, self);
    await operator.pass();
    expect(operator.cluster.names('internalusers')).toEqual(['operator']);
    expect(operator.exists(USERS, self)).toBe(false);
  });
});
