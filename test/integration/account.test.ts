import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { generatePassword } from '../../src/desired/generate-password.ts';
import { conditionOf, Scenario, type LiveObject, type Login } from '../support/scenario.ts';
import { waitFor } from '../support/wait-for.ts';

/** Nothing is looked for within a test, so that what happens is due to what was changed. */
const NEVER = { driftDetection: { intervalSeconds: 3600 } };

describe('the account of the operator', () => {
  let scenario: Scenario;
  const secrets: string[] = [];
  let count = 0;
  /** Of this test. */
  let name: string;
  let own: Login;

  beforeAll(async () => {
    scenario = await Scenario.start();
    await scenario.secret('opensearch-ca', { 'ca.crt': scenario.real.caPem });
    scenario.startOperator();
  });
  afterAll(() => scenario.stop());

  beforeEach(async () => {
    count += 1;
    name = `own-${count}`;
    own = { username: `${scenario.namespace}-${name}`, password: newPassword() };
    const value = { password: own.password, backend_roles: ['admin'] };
    await scenario.change('internalusers', [{ op: 'add', path: `/${own.username}`, value }]);
    await scenario.secret(name, { ...own });
    const auth = { basic: { secretRef: { name } } };
    await scenario.create('OpenSearchConnection', name, { ...scenario.connectionSpec(), ...NEVER, auth });
    await scenario.untilReason('OpenSearchConnection', name, 'Connected');
  });

  function newPassword(): string {
    const password = generatePassword(20, randomBytes);
    secrets.push(password);
    return password;
  }

  async function rotate(password = newPassword()): Promise<Login> {
    const login = { username: own.username, password };
    await scenario.secret(name, { ...login });
    return login;
  }

  async function connection(): Promise<LiveObject> {
    const found = await scenario.get('OpenSearchConnection', name);
    if (found === undefined) throw new Error(`${name} is gone`);
    return found;
  }

  async function untilTold(word: RegExp): Promise<string> {
    return waitFor(`the message ${String(word)}`, async () => {
      const message = conditionOf(await connection(), 'CredentialsInForce')?.message ?? '';
      return word.test(message) ? message : undefined;
    });
  }

  async function untilQuiet(): Promise<void> {
    await waitFor('the warning to go', async () =>
      conditionOf(await connection(), 'CredentialsInForce') === undefined ? true : undefined,
    );
  }

  /** Proves which login is in use by writing with it. */
  async function writeTenant(): Promise<void> {
    const tenant = `${scenario.namespace}-tenant-${randomBytes(3).toString('hex')}`;
    await scenario.create('OpenSearchTenant', tenant, { connectionRef: { name } });
    await scenario.untilReason('OpenSearchTenant', tenant, 'Applied');
  }

  it('is shown with its roles', async () => {
    expect((await connection()).status).toMatchObject({
      authenticatedAs: {
        name: own.username,
        method: 'Basic',
        backendRoles: ['admin'],
        roles: expect.arrayContaining(['all_access']),
      },
    });
  });

  it('gets the new password of its Secret, and goes on with it', async () => {
    const fresh = await rotate();
    await scenario.untilLogIn(fresh, 200);
    expect((await scenario.logIn(own)).status).toBe(401);
    await writeTenant();
    const reasons = (await scenario.events(name)).map(({ reason }) => reason);
    expect(reasons).toContain('PasswordChanged');
    expect(reasons).not.toContain('AuthenticationFailed');
  });

  it('keeps the old password when the server refuses the new one, says why, and takes a better one', async () => {
    await rotate('weakling');
    secrets.push('weakling');
    expect(await untilTold(/refused/)).toMatch(/refused the new password \(Weak password\)/);
    await writeTenant();
    expect((await scenario.logIn(own)).status).toBe(200);
    const fresh = await rotate();
    await scenario.untilLogIn(fresh, 200);
    await untilQuiet();
    await writeTenant();
  });

  it('takes a password that somebody put in force before', async () => {
    const password = newPassword();
    const value = { password, backend_roles: ['admin'] };
    await scenario.change('internalusers', [{ op: 'add', path: `/${own.username}`, value }]);
    await rotate(password);
    await writeTenant();
    await untilQuiet();
    expect((await scenario.events(name)).map(({ reason }) => reason)).not.toContain('PasswordChanged');
  });

  it('of a reserved user is left as it is, and the old login goes on', async () => {
    const { username, password } = scenario.real.cluster;
    await scenario.secret(name, { username, password });
    await waitFor('the other user', async () => {
      const { authenticatedAs } = (await connection()).status as { authenticatedAs?: { name: string } };
      return authenticatedAs?.name === username ? true : undefined;
    });
    await scenario.secret(name, { username, password: newPassword() });
    expect(await untilTold(/refused/)).toMatch(/Resource '.*' is reserved/);
    await writeTenant();
    await scenario.secret(name, { username, password });
    await untilQuiet();
  });

  it('has no password in what is told', async () => {
    const told = scenario.log + (await scenario.everythingTold());
    expect(told).toContain('PasswordNotChanged');
    for (const secret of secrets) expect(told).not.toContain(secret);
  });
});
