import { describe, expect, test } from '@jest/globals';
import { KubernetesError } from '../../src/errors.ts';
import { FakeCluster } from '../support/fake-cluster.ts';
import { useOperators } from '../support/operators.ts';
import { CONNECTIONS, ROLES, type SimulatedOperator, USERS } from '../support/simulated-operator.ts';

const JANE = { name: 'jane' };
const FROM_SECRET = { passwordFrom: { secretKeyRef: { name: 'jane' } } };

const newOperator = useOperators();

function anOperator(): SimulatedOperator {
  const operator = newOperator();
  operator.putSecret('jane', { password: 'first' });
  return operator;
}

async function inForce(spec: object = {}): Promise<SimulatedOperator> {
  const operator = anOperator();
  operator.apply(USERS, JANE, { ...FROM_SECRET, ...spec });
  await operator.start();
  expect(operator.ready(USERS, JANE)).toBe('True Applied');
  return operator;
}

describe('a user', () => {
  test('is written with the hash of the password in its Secret, in one PATCH', async () => {
    const operator = await inForce({ backendRoles: ['importers'] });
    expect(operator.cluster.get('internalusers', 'jane')).toEqual({
      backend_roles: ['importers'],
      hash: 'hash of jane and first',
    });
    expect(operator.cluster.patches).toHaveLength(1);
  });

  test('has no line break at the end of its password, though the file had one', async () => {
    const operator = anOperator();
    operator.putSecret('jane', { password: 'first\n' });
    operator.putSecret('admin', { username: 'operator\n', password: 'secret-password\r\n' });
    operator.apply(USERS, JANE, FROM_SECRET);
    await operator.start();
    expect(operator.cluster.get('internalusers', 'jane')).toMatchObject({ hash: 'hash of jane and first' });
    expect(operator.opened.at(-1)?.auth).toMatchObject({ username: 'operator', password: 'secret-password' });
  });

  test('that was changed takes along what was read for it when it goes', async () => {
    const operator = anOperator();
    const place = { name: 'jane', namespace: 'team-b' };
    const namespaces = { names: ['team-b'] };
    operator.connect({
      allowedNamespaces: namespaces,
      grants: [{ namespaces, kinds: ['OpenSearchUser' as const], names: ['*'] }],
    });
    operator.kubernetes.create('secrets', 'team-b', { metadata: { name: 'jane' }, stringData: { password: 'first' } });
    await operator.start();
    const { watchers } = operator.kubernetes;
    const spec = { ...FROM_SECRET, connectionRef: { name: 'default', namespace: 'team-a' } };
    for (const description of ['a', 'b', 'c']) {
      operator.apply(USERS, place, { ...spec, description });
      await operator.pass();
    }
    expect([operator.ready(USERS, place), operator.kubernetes.watchers]).toEqual(['True Applied', watchers + 1]);
    operator.delete(USERS, place);
    await operator.pass(60_000);
    expect([operator.exists(USERS, place), operator.kubernetes.watchers]).toEqual([false, watchers]);
  });

  test('is never written without a credential: it waits for its Secret, and for the key in it', async () => {
    const operator = anOperator();
    operator.delete('secrets', JANE);
    operator.apply(USERS, JANE, FROM_SECRET);
    await operator.start();
    expect(operator.ready(USERS, JANE)).toBe('False SecretNotFound');
    operator.putSecret('jane', { other: 'x' });
    await operator.pass();
    expect(operator.message(USERS, JANE)).toContain('has no key "password"');
    expect(operator.cluster.patches).toEqual([]);
    operator.putSecret('jane', { password: 'first' });
    await operator.pass();
    expect(operator.ready(USERS, JANE)).toBe('True Applied');
  });

  test('gets a changed password at once, with no look at the cluster', async () => {
    const operator = await inForce();
    operator.putSecret('jane', { password: 'second' });
    await operator.pass(200);
    expect(operator.cluster.get('internalusers', 'jane')).toMatchObject({ hash: 'hash of jane and second' });
    expect(operator.ready(USERS, JANE)).toBe('True Applied');
  });

  test('is written with others whose passwords are hashed one after the other, not each by itself', async () => {
    const operator = anOperator();
    operator.hashMs = 300;
    const names = Array.from({ length: 20 }, (_, index) => `user-${index}`);
    for (const name of names) operator.apply(USERS, { name }, FROM_SECRET);
    await operator.start();
    await operator.pass(10_000);
    expect(operator.cluster.names('internalusers')).toHaveLength(20);
    expect(operator.cluster.patches.filter(({ operations }) => operations.length > 0).length).toBeLessThanOrEqual(5);
  });

  test('keeps the password that is in force while the one in the Secret breaks a rule, and is told in the words of the server', async () => {
    const operator = await inForce();
    operator.putSecret('jane', { password: 'weak' });
    await operator.pass();
    expect(operator.ready(USERS, JANE)).toBe('False Rejected');
    expect(operator.message(USERS, JANE)).toContain('Weak password');
    expect(operator.cluster.get('internalusers', 'jane')).toMatchObject({ hash: 'hash of jane and first' });
    operator.putSecret('jane', { password: 'third' });
    await operator.pass();
    expect(operator.cluster.get('internalusers', 'jane')).toMatchObject({ hash: 'hash of jane and third' });
  });

  test('whose password was changed by hand gets it back within two intervals, with an event', async () => {
    const operator = await inForce();
    operator.cluster.put('internalusers', 'jane', { hash: 'by hand' });
    await operator.pass(120_000);
    expect(operator.cluster.get('internalusers', 'jane')).toMatchObject({ hash: 'hash of jane and first' });
    expect(operator.events).toContain('DriftCorrected');
  });

  test('whose password is as it should be costs one PATCH that changes nothing in each interval, and no other', async () => {
    const operator = await inForce();
    const { writes } = operator.cluster;
    operator.cluster.patches.length = 0;
    await operator.pass(600_000);
    expect(operator.cluster.writes).toBe(writes);
    expect(operator.cluster.patches.length).toBeGreaterThanOrEqual(9);
    expect(operator.cluster.patches.length).toBeLessThanOrEqual(12);
  });

  test('is not hashed again after a restart before its password is checked, and then in its turn', async () => {
    const operator = await inForce();
    operator.cluster.patches.length = 0;
    await operator.restart();
    expect(operator.cluster.patches).toEqual([]);
    operator.cluster.put('internalusers', 'jane', { hash: 'by hand' });
    await operator.pass(130_000);
    expect(operator.cluster.get('internalusers', 'jane')).toMatchObject({ hash: 'hash of jane and first' });
  });

  test('gets the password that changed while the operator was away', async () => {
    const operator = await inForce();
    await operator.stop();
    operator.putSecret('jane', { password: 'second' });
    await operator.start();
    expect(operator.cluster.get('internalusers', 'jane')).toMatchObject({ hash: 'hash of jane and second' });
  });

  test('waits for the roles that it names, never stalled, and goes on by itself', async () => {
    const operator = anOperator();
    operator.apply(USERS, JANE, { ...FROM_SECRET, securityRoles: ['ops'] });
    await operator.start();
    expect(operator.ready(USERS, JANE)).toBe('False ReferenceNotFound');
    expect(operator.message(USERS, JANE)).toContain('"ops"');
    operator.apply(ROLES, { name: 'ops' }, { description: 'x' });
    await operator.pass();
    expect(operator.ready(USERS, JANE)).toBe('True Applied');
  });

  test('has the password of its Secret also in a cluster that the connection comes back to', async () => {
    const operator = await inForce();
    const first = operator.cluster;
    const second = new FakeCluster('cluster-2');
    operator.cluster = second;
    operator.connect({ endpoints: ['https://second.example:9200'] });
    await operator.pass(90_000);
    operator.putSecret('jane', { password: 'second' });
    await operator.pass();
    expect(second.get('internalusers', 'jane')).toMatchObject({ hash: 'hash of jane and second' });
    operator.cluster = first;
    operator.connect({ endpoints: ['https://first.example:9200'] });
    await operator.pass(10_000);
    expect(first.get('internalusers', 'jane')).toMatchObject({ hash: 'hash of jane and second' });
  });

  test('that somebody made by hand while it waited for a role is not taken over', async () => {
    const operator = anOperator();
    operator.apply(USERS, JANE, { passwordHashFrom: { secretKeyRef: { name: 'hash' } }, securityRoles: ['ops'] });
    operator.putSecret('hash', { hash: `$2y$12$${'a'.repeat(53)}` });
    await operator.start();
    await operator.pass(10_000);
    operator.cluster.put('internalusers', 'jane', { hash: 'by hand' });
    operator.apply(ROLES, { name: 'ops' }, { description: 'x' });
    await operator.pass();
    expect(operator.ready(USERS, JANE)).toBe('False AlreadyExists');
    expect(operator.cluster.get('internalusers', 'jane')).toEqual({ hash: 'by hand' });
  });

  test('of the same fields that somebody made by hand is not taken over, since its password may be another', async () => {
    const operator = anOperator();
    operator.cluster.put('internalusers', 'jane', { hash: 'by hand' });
    operator.apply(USERS, JANE, FROM_SECRET);
    await operator.start();
    expect(operator.ready(USERS, JANE)).toBe('False AlreadyExists');
    expect(operator.cluster.get('internalusers', 'jane')).toEqual({ hash: 'by hand' });
    operator.apply(USERS, JANE, { ...FROM_SECRET, adoptionPolicy: 'Always' });
    await operator.pass();
    expect(operator.cluster.get('internalusers', 'jane')).toMatchObject({ hash: 'hash of jane and first' });
  });

  test('takes a hash as it is, and says so when it is none', async () => {
    const operator = anOperator();
    const hash = `$2y$12$${'a'.repeat(53)}`;
    operator.putSecret('jane', { hash: 'secret-but-no-hash' });
    operator.apply(USERS, JANE, { passwordHashFrom: { secretKeyRef: { name: 'jane' } } });
    await operator.start();
    expect(operator.ready(USERS, JANE)).toBe('False InvalidSpec');
    expect(operator.message(USERS, JANE)).not.toContain('secret-but-no-hash');
    operator.putSecret('jane', { hash });
    await operator.pass();
    expect(operator.cluster.get('internalusers', 'jane')).toMatchObject({ hash });
  });

  test('gets a password made for it, in a Secret that goes with the object', async () => {
    const operator = anOperator();
    operator.apply(USERS, JANE, { generatePassword: { secretName: 'made' } });
    await operator.start();
    const made = operator.kubernetes.get('secrets', 'team-a', 'made');
    expect(made?.metadata).toMatchObject({ ownerReferences: [{ kind: 'OpenSearchUser', name: 'jane' }] });
    expect(operator.ready(USERS, JANE)).toBe('True Applied');
    const { password } = made?.['data'] as { password: string };
    const text = Buffer.from(password, 'base64').toString();
    expect(operator.cluster.get('internalusers', 'jane')).toMatchObject({ hash: `hash of jane and ${text}` });
  });

  test('is not asked for its Secret again and again while the watch of that is behind', async () => {
    const operator = anOperator();
    operator.kubernetes.refuse = ({ method, path }) =>
      method === 'POST' && path.endsWith('/secrets')
        ? new KubernetesError('it is there', 409, 'AlreadyExists')
        : undefined;
    operator.apply(USERS, JANE, { generatePassword: { secretName: 'made' } });
    await operator.start();
    await operator.pass(60_000);
    const tries = operator.kubernetes.requests.filter(
      ({ method, path }) => method === 'POST' && path.endsWith('/secrets'),
    );
    expect(tries.length).toBeGreaterThan(1);
    expect(tries.length).toBeLessThan(10);
    operator.putSecret('made', { password: 'a-good-password' });
    await operator.pass();
    expect(operator.ready(USERS, JANE)).toBe('True Applied');
  });

  test('gets another password when the Secret that was made for it is deleted', async () => {
    const operator = anOperator();
    operator.apply(USERS, JANE, { generatePassword: { secretName: 'made' } });
    await operator.start();
    const before = operator.cluster.get('internalusers', 'jane')?.['hash'];
    operator.delete('secrets', { name: 'made' });
    await operator.pass();
    expect(operator.exists('secrets', { name: 'made' })).toBe(true);
    expect(operator.cluster.get('internalusers', 'jane')?.['hash']).not.toBe(before);
  });

  test('leaves its Secret behind when its policy is Orphan', async () => {
    const operator = anOperator();
    operator.apply(USERS, JANE, { generatePassword: { secretName: 'made' } });
    await operator.start();
    operator.apply(USERS, JANE, { generatePassword: { secretName: 'made' }, deletionPolicy: 'Orphan' });
    operator.delete(USERS, JANE);
    await operator.pass();
    expect(operator.exists(USERS, JANE)).toBe(false);
    expect(operator.kubernetes.get('secrets', 'team-a', 'made')?.metadata).toMatchObject({ ownerReferences: [] });
    expect(operator.cluster.names('internalusers')).toEqual(['jane']);
  });

  test('that the operator logs in as gets a new password with the login of before', async () => {
    const operator = anOperator();
    operator.cluster.put('internalusers', 'operator', { hash: 'x', backend_roles: ['admin'] });
    const spec = { name: 'operator', backendRoles: ['admin'], adoptionPolicy: 'Always' };
    operator.apply(USERS, { name: 'self' }, { ...spec, passwordFrom: { secretKeyRef: { name: 'admin' } } });
    await operator.start();
    operator.guardLogin = true;
    operator.putSecret('admin', { username: 'operator', password: 'rotated' });
    await operator.pass(5000);
    expect(operator.cluster.get('internalusers', 'operator')).toMatchObject({ hash: 'hash of operator and rotated' });
    expect(operator.ready(CONNECTIONS, { name: 'default' })).toBe('True Connected');
    expect(operator.events).not.toContain('AuthenticationFailed');
  });
});
