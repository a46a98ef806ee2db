import { describe, expect, test } from '@jest/globals';
import { KubernetesError, SettingsError, UnreachableError } from '../../src/errors.ts';
import { FakeCluster } from '../support/fake-cluster.ts';
import { useOperators } from '../support/operators.ts';
import { CONNECTIONS, ROLES, type SimulatedOperator, USERS } from '../support/simulated-operator.ts';

const JANE = { name: 'jane' };
const FROM_SECRET = { passwordFrom: { secretKeyRef: { name: 'jane' } } };

const MADE = { generatePassword: { secretName: 'made' } };

/** Two whose passwords are checked in the same PATCH: which one that is goes by the name. */
const ONE = { name: 'a' };
const OTHER = { name: 'm' };

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

/** With a role that somebody made by hand. */
async function togetherChecked(spec: object = {}): Promise<SimulatedOperator> {
  const operator = anOperator();
  operator.cluster.put('roles', 'by-hand', { description: 'x' });
  operator.apply(USERS, ONE, FROM_SECRET);
  operator.apply(USERS, OTHER, { ...FROM_SECRET, ...spec });
  await operator.start();
  operator.cluster.patches.length = 0;
  await operator.pass(65_000);
  expect(operator.cluster.patches[0]?.operations).toHaveLength(2);
  return operator;
}

/** The names in all PATCHes, each once. */
function checked({ cluster }: SimulatedOperator): readonly string[] {
  return [...new Set(cluster.patches.flatMap(({ operations }) => operations.map(({ name }) => name)))];
}

/** How often the Secret `made` was read or changed. */
function madeRequests({ kubernetes }: SimulatedOperator): number {
  return kubernetes.requests.filter(({ path }) => path.endsWith('/secrets/made')).length;
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
    operator.passwords.hashMs = 300;
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

  test('whose password was changed by hand gets it back though another one cannot be written since his role is gone', async () => {
    const operator = await togetherChecked({ securityRoles: ['by-hand'] });
    operator.cluster.drop('roles', 'by-hand');
    await operator.pass(70_000);
    expect(operator.ready(USERS, OTHER)).toBe('True Applied');
    operator.cluster.put('internalusers', ONE.name, { hash: 'by hand' });
    operator.cluster.patches.length = 0;
    await operator.pass(130_000);
    expect(operator.cluster.get('internalusers', ONE.name)).toEqual({ hash: `hash of ${ONE.name} and first` });
    expect(checked(operator)).toEqual([ONE.name]);
  });

  test('is not checked once OpenSearch says that it is reserved', async () => {
    const operator = await togetherChecked();
    const { hash = '' } = operator.cluster.get('internalusers', OTHER.name) ?? {};
    operator.cluster.put('internalusers', OTHER.name, { hash, reserved: true });
    await operator.pass(70_000);
    operator.cluster.patches.length = 0;
    await operator.pass(130_000);
    expect(checked(operator)).toEqual([ONE.name]);
  });

  test('whose password was changed by hand gets it back though the server refuses another one, and only it is told', async () => {
    const operator = await togetherChecked();
    operator.cluster.poison.set(OTHER.name, 'no');
    operator.cluster.put('internalusers', ONE.name, { hash: 'by hand' });
    await operator.pass(130_000);
    expect(operator.cluster.get('internalusers', ONE.name)).toMatchObject({ hash: `hash of ${ONE.name} and first` });
    const told = operator.kubernetes.all('events').filter(({ reason }) => reason === 'DriftCorrected');
    expect(told.map(({ message }) => message)).toEqual([
      'the password was changed in OpenSearch behind the operator and has been put back',
    ]);
    expect(told[0]).toMatchObject({ involvedObject: { name: ONE.name } });
  });

  describe('when everything that is sent is refused', () => {
    /** With 600 users, fifty to a PATCH or so, whose checks are all refused. */
    async function refused(): Promise<SimulatedOperator> {
      const operator = anOperator();
      operator.putSecret('hash', { hash: `$2y$12$${'a'.repeat(53)}` });
      for (let index = 0; index < 600; index += 1)
        operator.apply(USERS, { name: `user-${index}` }, { passwordHashFrom: { secretKeyRef: { name: 'hash' } } });
      await operator.start();
      await operator.pass(10_000);
      expect(operator.cluster.names('internalusers')).toHaveLength(600);
      operator.cluster.patches.length = 0;
      operator.cluster.patchDocument = (document, operations) => {
        operator.cluster.patches.push({ document, operations });
        return Promise.resolve({ type: 'refused', words: 'not through this gateway' });
      };
      return operator;
    }

    test('is not asked about each user, and says once on those that it was asked about that their passwords are not checked', async () => {
      const operator = await refused();
      await operator.pass(60_000);
      expect(operator.cluster.patches.length).toBeGreaterThan(12);
      expect(operator.cluster.patches.length).toBeLessThanOrEqual(13 * 21);
      const told = operator.kubernetes.all('events').filter(({ reason }) => reason === 'PasswordNotChecked');
      expect(told.length).toBeGreaterThan(12);
      expect(told[0]?.['message']).toContain('not through this gateway');
      expect(operator.logged.some((line) => line.includes('passwords not checked this time'))).toBe(true);
    });

    test('it is said of a user once, and again when the words are others', async () => {
      const operator = await inForce();
      const tell = (): number => operator.events.filter((reason) => reason === 'PasswordNotChecked').length;
      operator.cluster.patchDocument = () => Promise.resolve({ type: 'refused', words: 'not through this gateway' });
      await operator.pass(70_000);
      const writes = operator.kubernetesWrites;
      await operator.pass(600_000);
      expect([tell(), operator.kubernetesWrites]).toEqual([1, writes]);
      operator.cluster.patchDocument = () => Promise.resolve({ type: 'refused', words: 'read-only' });
      await operator.pass(70_000);
      expect(tell()).toBe(2);
    });

    test('it goes on with those who were not asked about, so that none is left out for ever', async () => {
      const operator = await refused();
      await operator.pass(600_000);
      const alone = operator.cluster.patches.filter(({ operations }) => operations.length === 1);
      expect(new Set(alone.map(({ operations }) => operations[0]?.name)).size).toBe(600);
    });
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

  test('that is edited after a restart does not wait for the hashes of all who are only checked', async () => {
    const operator = anOperator();
    for (const name of ['a', 'b', 'c', 'd', 'e', 'f']) operator.apply(USERS, { name }, FROM_SECRET);
    await operator.start();
    operator.passwords.hashMs = 60_000;
    await operator.restart();
    operator.cluster.patches.length = 0;
    await operator.pass(50_000);
    for (const name of ['e', 'f']) operator.apply(USERS, { name }, { ...FROM_SECRET, backendRoles: ['edited'] });
    operator.passwords.hashMs = 2000;
    await operator.pass(40_000);
    // One of the others was being made.
    expect(operator.passwords.made.slice(1, 3).sort()).toEqual(['e', 'f']);
    const written = operator.cluster.patches.map(({ operations }) => operations.map(({ name }) => name).sort());
    expect(written.find((names) => names.includes('f'))).toEqual(['e', 'f']);
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

  test.each([
    ['comes back to', false],
    ['comes back to while the operator is away', true],
  ])('has the password of its Secret also in a cluster that the connection %s', async (_, isAway) => {
    const operator = await inForce();
    const first = operator.cluster;
    const second = new FakeCluster('cluster-2');
    operator.cluster = second;
    operator.connect({ endpoints: ['https://second.example:9200'] });
    await operator.pass(90_000);
    operator.putSecret('jane', { password: 'second' });
    await operator.pass();
    expect(second.get('internalusers', 'jane')).toMatchObject({ hash: 'hash of jane and second' });
    if (isAway) await operator.stop();
    operator.cluster = first;
    operator.connect({ endpoints: ['https://first.example:9200'] });
    if (isAway) await operator.start();
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

  test('that was left behind and is taken over again has the password of its Secret, whatever became of it meanwhile', async () => {
    const operator = await inForce({ deletionPolicy: 'Orphan' });
    operator.delete(USERS, JANE);
    await operator.pass();
    operator.cluster.put('internalusers', 'jane', { hash: 'by hand' });
    operator.apply(USERS, JANE, { ...FROM_SECRET, adoptionPolicy: 'Always' });
    await operator.pass();
    expect(operator.ready(USERS, JANE)).toBe('True Applied');
    expect(operator.cluster.get('internalusers', 'jane')).toMatchObject({ hash: 'hash of jane and first' });
  });

  test('that was left behind is not told to be taken over before it is written', async () => {
    const operator = await inForce({ deletionPolicy: 'Orphan' });
    operator.delete(USERS, JANE);
    await operator.pass();
    operator.cluster.put('internalusers', 'jane', { hash: 'by hand' });
    operator.cluster.nextPatchFails = new UnreachableError('reset');
    operator.apply(USERS, JANE, { ...FROM_SECRET, adoptionPolicy: 'Always' });
    await operator.pass(60_000);
    expect(operator.ready(USERS, JANE)).toBe('True Applied');
    expect(operator.cluster.get('internalusers', 'jane')).toMatchObject({ hash: 'hash of jane and first' });
    expect(operator.events).not.toContain('DriftCorrected');
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

  test('gives up the Secret that was made for it once its policy is Orphan, and not again and again', async () => {
    const operator = anOperator();
    operator.apply(USERS, JANE, MADE);
    await operator.start();
    operator.apply(USERS, JANE, { ...MADE, deletionPolicy: 'Orphan' });
    await operator.pass();
    expect(operator.kubernetes.get('secrets', 'team-a', 'made')?.metadata).toMatchObject({ ownerReferences: [] });
    expect(operator.ready(USERS, JANE)).toBe('True Applied');
    const requests = madeRequests(operator);
    operator.apply(USERS, JANE, { ...MADE, deletionPolicy: 'Orphan', description: 'edited' });
    await operator.pass(120_000);
    expect(madeRequests(operator)).toBe(requests);
  });

  test.each([
    ['PATCH', 403],
    ['PATCH', 500],
    ['GET', 500],
  ])('that cannot give up its Secret (%s: %d) says so, and holds up nobody else', async (refused, status) => {
    const operator = anOperator();
    operator.apply(USERS, JANE, MADE);
    await operator.start();
    operator.kubernetes.refuse = ({ method, path }) =>
      method === refused && path.endsWith('/secrets/made') ? new KubernetesError('no', status, '') : undefined;
    operator.apply(USERS, JANE, { ...MADE, deletionPolicy: 'Orphan' });
    operator.apply(USERS, { name: 'joe' }, FROM_SECRET);
    await operator.pass();
    expect(operator.message(USERS, JANE)).toContain('its Secret cannot be kept from going with it');
    expect(operator.ready(USERS, { name: 'joe' })).toBe('True Applied');
    operator.kubernetes.refuse = () => undefined;
    await operator.pass(60_000);
    expect(operator.ready(USERS, JANE)).toBe('True Applied');
    expect(operator.kubernetes.get('secrets', 'team-a', 'made')?.metadata).toMatchObject({ ownerReferences: [] });
  });

  test('of many whose passwords the server hashes is not sent with more than it can do in time', async () => {
    const operator = anOperator();
    operator.connect({ passwords: { hashing: 'Server' } });
    for (let index = 0; index < 25; index += 1) operator.apply(USERS, { name: `user-${index}` }, FROM_SECRET);
    await operator.start();
    await operator.pass(60_000);
    expect(operator.cluster.patches.map(({ operations }) => operations.length)).toEqual([10, 10, 5]);
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

describe('a password that cannot be made ready', () => {
  const noKey = (): Promise<string> => Promise.reject(new SettingsError('the Secret holds no key of 32 bytes'));

  test('is told where it is waited for, and stalls, and heals by itself', async () => {
    const operator = await inForce();
    const hash = operator.passwords.hash.bind(operator.passwords);
    operator.passwords.hash = noKey;
    operator.putSecret('jane', { password: 'second' });
    await operator.pass(10_000);
    expect(operator.ready(USERS, JANE)).toBe('False Retrying');
    expect(operator.message(USERS, JANE)).toBe(
      'the password cannot be made ready: the Secret holds no key of 32 bytes',
    );
    await operator.pass(700_000);
    expect(operator.status(USERS, JANE).conditions?.map(({ type }) => type)).toContain('Stalled');
    operator.passwords.hash = hash;
    await operator.pass(70_000);
    expect(operator.ready(USERS, JANE)).toBe('True Applied');
    expect(operator.cluster.get('internalusers', 'jane')).toMatchObject({ hash: 'hash of jane and second' });
  });

  test('is nothing to tell of a user whose password is in force, until it is edited', async () => {
    const operator = await inForce();
    operator.passwords.hash = noKey;
    await operator.restart();
    await operator.pass(300_000);
    expect(operator.ready(USERS, JANE)).toBe('True Applied');
    operator.apply(USERS, JANE, { ...FROM_SECRET, description: 'new' });
    await operator.pass(120_000);
    expect(operator.ready(USERS, JANE)).toBe('False Retrying');
  });

  test('is told where its Secret may not be made', async () => {
    const operator = anOperator();
    operator.kubernetes.refuse = ({ method, path }) =>
      method === 'POST' && path.endsWith('/secrets')
        ? new KubernetesError('exceeded quota', 403, 'Forbidden')
        : undefined;
    operator.apply(USERS, JANE, { generatePassword: { secretName: 'made' } });
    await operator.start();
    await operator.pass(20_000);
    expect(operator.ready(USERS, JANE)).toBe('False Retrying');
    expect(operator.message(USERS, JANE)).toContain('exceeded quota');
    operator.kubernetes.refuse = () => undefined;
    await operator.pass(70_000);
    expect(operator.ready(USERS, JANE)).toBe('True Applied');
  });
});

test('a user that waits in a cluster that is open stalls when it has waited for too long', async () => {
  const operator = anOperator();
  operator.delete('secrets', JANE);
  operator.apply(USERS, JANE, FROM_SECRET);
  await operator.start();
  const types = (): readonly string[] | undefined => operator.status(USERS, JANE).conditions?.map(({ type }) => type);
  expect(types()).toContain('Reconciling');
  await operator.pass(590_000);
  expect(types()).toContain('Reconciling');
  await operator.pass(45_000);
  expect(types()).toContain('Stalled');
  const writes = operator.kubernetesWrites;
  await operator.pass(1_200_000);
  expect(operator.kubernetesWrites).toBe(writes);
  operator.putSecret('jane', { password: 'first' });
  await operator.pass();
  expect(operator.ready(USERS, JANE)).toBe('True Applied');
});
