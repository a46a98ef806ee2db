import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { bcrypt } from 'hash-wasm';
import { request } from 'undici';
import { generatePassword } from '../../src/desired/generate-password.ts';
import type { OperatorProcess } from '../support/operator-process.ts';
import { conditionOf, readyOf, Scenario, type Login } from '../support/scenario.ts';
import { waitFor } from '../support/wait-for.ts';

/** Nothing is looked for within a test, so that what happens is due to what was changed. */
const NEVER = { driftDetection: { intervalSeconds: 3600 } };

describe('a user', () => {
  let scenario: Scenario;
  let operator: OperatorProcess;
  /** What must be nowhere but in Secrets and requests. */
  const secrets: string[] = [];

  beforeAll(async () => {
    scenario = await Scenario.start();
    await scenario.connect(NEVER);
    operator = scenario.startOperator();
    await scenario.untilReason('OpenSearchConnection', 'default', 'Connected');
  });
  afterAll(() => scenario.stop());

  function newPassword(): string {
    const password = generatePassword(20, randomBytes);
    secrets.push(password);
    return password;
  }

  /** A new password in a Secret, for the user of the same name. */
  async function putPassword(username: string): Promise<Login> {
    const password = newPassword();
    await scenario.secret(username, { password });
    return { username, password };
  }

  function fromSecret(name: string): object {
    return { passwordFrom: { secretKeyRef: { name } } };
  }

  async function inForce(suffix: string, spec: object = {}): Promise<Login> {
    const login = await putPassword(`${scenario.namespace}-${suffix}`);
    await scenario.create('OpenSearchUser', login.username, { ...fromSecret(login.username), ...spec });
    await scenario.untilReason('OpenSearchUser', login.username, 'Applied');
    return login;
  }

  async function makeByHand(username: string, value: object): Promise<Login> {
    const password = newPassword();
    await scenario.change('internalusers', [{ op: 'add', path: `/${username}`, value: { password, ...value } }]);
    return { username, password };
  }

  function looks(): number {
    return scenario.searchProxy.requests.filter(({ method, path }) => method === 'GET' && /\/api\/\w+$/.test(path))
      .length;
  }

  it('logs in with the password in its Secret, and no longer once the object is deleted', async () => {
    const login = await inForce('plain', { backendRoles: ['staff'], attributes: { team: 'a' } });
    expect(await scenario.entity('internalusers', login.username)).toMatchObject({
      backend_roles: ['staff'],
      attributes: { team: 'a' },
    });
    await scenario.untilLogIn(login, 200);
    expect((await scenario.logIn({ ...login, password: 'another' })).status).toBe(401);
    await scenario.delete('OpenSearchUser', login.username);
    await scenario.untilGone('OpenSearchUser', login.username);
    expect((await scenario.logIn(login)).status).toBe(401);
  });

  it('logs in with the new password when its Secret changes, without a look at the cluster or a restart', async () => {
    const before = await inForce('rotated');
    const version = (await scenario.get('OpenSearchUser', before.username))?.status['secretVersion'];
    scenario.searchProxy.forget();
    const after = await putPassword(before.username);
    await scenario.untilLogIn(after, 200);
    expect((await scenario.logIn(before)).status).toBe(401);
    expect(looks()).toBe(0);
    expect(scenario.searchProxy.changes.filter(({ method }) => method === 'PATCH')).toHaveLength(1);
    const told = await waitFor('the new version to be told', async () => {
      const user = await scenario.get('OpenSearchUser', before.username);
      return user?.status['secretVersion'] === version ? undefined : user;
    });
    expect(told.status.conditions?.map(({ type, status }) => `${type} ${status}`)).toEqual(['Ready True']);
  });

  it('keeps the password in force while the one in the Secret is weak, and hears it in the words of the server', async () => {
    const login = await inForce('weak');
    await scenario.secret(login.username, { password: 'testpassword1' });
    const refused = await scenario.untilReason('OpenSearchUser', login.username, 'Rejected');
    expect(readyOf(refused)?.message).toMatch(/^Weak password/);
    expect(conditionOf(refused, 'Stalled')).toMatchObject({ status: 'True' });
    await scenario.untilLogIn(login, 200);
    expect((await scenario.logIn({ ...login, password: 'testpassword1' })).status).toBe(401);
    const mended = await putPassword(login.username);
    await scenario.untilReason('OpenSearchUser', login.username, 'Applied');
    await scenario.untilLogIn(mended, 200);
  });

  it('waits for its Secret and for the key in it, and is never written without them', async () => {
    const username = `${scenario.namespace}-waits`;
    await scenario.create('OpenSearchUser', username, fromSecret(username));
    const waits = await scenario.untilReason('OpenSearchUser', username, 'SecretNotFound');
    expect(conditionOf(waits, 'Reconciling')).toMatchObject({ status: 'True' });
    expect(conditionOf(waits, 'Stalled')).toBeUndefined();
    await scenario.secret(username, { passwort: newPassword() });
    await waitFor('the key to be missed', async () => {
      const user = await scenario.get('OpenSearchUser', username);
      return user && readyOf(user)?.message.includes('has no key "password"') === true ? true : undefined;
    });
    expect(await scenario.entity('internalusers', username)).toBeUndefined();
    const login = await putPassword(username);
    await scenario.untilReason('OpenSearchUser', username, 'Applied');
    await scenario.untilLogIn(login, 200);
  });

  it('with a colon in its name is refused by the API server', async () => {
    const manifest = {
      apiVersion: 'security.opensearch.org/v1alpha1',
      kind: 'OpenSearchUser',
      metadata: { name: 'colon' },
      spec: { name: 'a:b', ...fromSecret('colon') },
    };
    const path = `/apis/security.opensearch.org/v1alpha1/namespaces/${scenario.namespace}/opensearchusers`;
    const { status, body } = await scenario.kube.call('POST', path, manifest);
    expect(status).toBe(422);
    expect(body).toMatchObject({ message: expect.stringContaining('must not contain a colon') });
  });

  it('gets back the password that somebody changed in OpenSearch within two intervals, and an event says so', async () => {
    await scenario.create('OpenSearchConnection', 'quick', scenario.connectionSpec());
    const login = await inForce('changed', { connectionRef: { name: 'quick' } });
    // A check that is due in that moment may put it back before anybody has logged in: then it is changed again.
    const byHand = await waitFor('a password that was changed by hand and works', async () => {
      const changed = await makeByHand(login.username, {});
      return (await scenario.logIn(changed)).status === 200 ? changed : undefined;
    });
    await scenario.untilLogIn(login, 200, 15_000);
    // A node forgets who is logged in a moment after it has loaded the users.
    await scenario.untilLogIn(byHand, 401);
    await waitFor('the event', async () =>
      (await scenario.events(login.username)).some(({ reason }) => reason === 'DriftCorrected') ? true : undefined,
    );
    await scenario.delete('OpenSearchUser', login.username);
    await scenario.untilGone('OpenSearchUser', login.username);
    await scenario.delete('OpenSearchConnection', 'quick');
  });

  it('without any fields is checked without a write', async () => {
    await scenario.create('OpenSearchConnection', 'bare', scenario.connectionSpec());
    const login = await inForce('bare', { connectionRef: { name: 'bare' } });
    scenario.searchProxy.forget();
    await waitFor('two checks', async () => {
      const answered = scenario.searchProxy.writes.filter(({ answer }) => answer !== undefined);
      return answered.filter(({ body }) => body.includes(login.username)).length < 2 ? undefined : true;
    });
    const changes = scenario.searchProxy.changes.filter(({ body }) => body.includes(login.username));
    expect(changes.map(({ answer }) => answer)).toEqual([]);
    expect((await scenario.events(login.username)).map(({ reason }) => reason)).not.toContain('DriftCorrected');
    await scenario.untilLogIn(login, 200);
    await scenario.delete('OpenSearchUser', login.username);
    await scenario.untilGone('OpenSearchUser', login.username);
    await scenario.delete('OpenSearchConnection', 'bare');
  });

  it('waits for the roles that it names, never stalled, and holds them when they are there', async () => {
    const role = `${scenario.namespace}-later`;
    const login = await putPassword(`${scenario.namespace}-holder`);
    scenario.kubeProxy.forget();
    await scenario.create('OpenSearchUser', login.username, { ...fromSecret(login.username), securityRoles: [role] });
    const waits = await scenario.untilReason('OpenSearchUser', login.username, 'ReferenceNotFound');
    expect(readyOf(waits)?.message).toContain(`"${role}"`);
    await scenario.create('OpenSearchRole', role, { clusterPermissions: ['cluster_monitor'] });
    await scenario.untilReason('OpenSearchUser', login.username, 'Applied');
    const told = scenario.kubeProxy.writes.filter(({ path }) => path.includes(`/${login.username}/status`));
    expect(told.filter(({ body }) => body.includes('Stalled'))).toEqual([]);
    expect((await scenario.logIn(login)).roles).toContain(role);
  });

  it('logs in with the password that was made for it, whose Secret goes with the object', async () => {
    const username = `${scenario.namespace}-made`;
    await scenario.create('OpenSearchUser', username, { generatePassword: { secretName: username } });
    await scenario.untilReason('OpenSearchUser', username, 'Applied');
    const made = await scenario.secretValues(username);
    expect(made).toMatchObject({ username });
    secrets.push(made?.['password'] ?? '');
    await scenario.untilLogIn({ username, password: made?.['password'] ?? '' }, 200);
    await scenario.delete('OpenSearchUser', username);
    await scenario.untilGone('OpenSearchUser', username);
    await waitFor('the Secret gone', async () => ((await scenario.secretValues(username)) ? undefined : true));
  });

  it('that is left behind keeps the password that was made for it, and its Secret', async () => {
    const username = `${scenario.namespace}-kept`;
    await scenario.create('OpenSearchUser', username, { generatePassword: { secretName: username } });
    await scenario.untilReason('OpenSearchUser', username, 'Applied');
    await scenario.patch('OpenSearchUser', username, { spec: { deletionPolicy: 'Orphan' } });
    await scenario.delete('OpenSearchUser', username);
    await scenario.untilGone('OpenSearchUser', username);
    // The garbage collector takes them in turn: what belonged to an object that goes later is gone later.
    const later = `${scenario.namespace}-kept-later`;
    await scenario.create('OpenSearchUser', later, { generatePassword: { secretName: later } });
    await scenario.untilReason('OpenSearchUser', later, 'Applied');
    await scenario.delete('OpenSearchUser', later);
    await waitFor('the other Secret gone', async () => ((await scenario.secretValues(later)) ? undefined : true));
    const password = (await scenario.secretValues(username))?.['password'] ?? '';
    secrets.push(password);
    expect((await scenario.logIn({ username, password })).status).toBe(200);
  });

  it('logs in with the password whose hash is in its Secret', async () => {
    const login = { username: `${scenario.namespace}-hashed`, password: newPassword() };
    const hash = await bcrypt({
      password: login.password,
      salt: randomBytes(16),
      costFactor: 4,
      outputType: 'encoded',
    });
    secrets.push(hash);
    await scenario.secret(login.username, { hash: `${hash} ` });
    const spec = { passwordHashFrom: { secretKeyRef: { name: login.username } } };
    await scenario.create('OpenSearchUser', login.username, spec);
    const refused = await scenario.untilReason('OpenSearchUser', login.username, 'InvalidSpec');
    expect(readyOf(refused)?.message).toContain('line break');
    await scenario.secret(login.username, { hash });
    await scenario.untilReason('OpenSearchUser', login.username, 'Applied');
    await scenario.untilLogIn(login, 200);
  });

  it('is hashed by the server where the connection says so, and gets a changed password there, too', async () => {
    const spec = { ...scenario.connectionSpec(), passwords: { hashing: 'Server' }, ...NEVER };
    await scenario.create('OpenSearchConnection', 'server', spec);
    const login = await inForce('server', { connectionRef: { name: 'server' } });
    await scenario.untilLogIn(login, 200);
    const rotated = await putPassword(login.username);
    await scenario.untilLogIn(rotated, 200);
    expect((await scenario.logIn(login)).status).toBe(401);
  });

  it('that was made by hand is left alone until the policy takes it over', async () => {
    const byHand = await makeByHand(`${scenario.namespace}-by-hand`, {});
    const login = await putPassword(byHand.username);
    await scenario.create('OpenSearchUser', login.username, fromSecret(login.username));
    const refused = await scenario.untilReason('OpenSearchUser', login.username, 'AlreadyExists');
    expect(readyOf(refused)?.message).toContain('adoptionPolicy to Always');
    expect((await scenario.logIn(byHand)).status).toBe(200);
    await scenario.patch('OpenSearchUser', login.username, { spec: { adoptionPolicy: 'Always' } });
    await scenario.untilReason('OpenSearchUser', login.username, 'Applied');
    await scenario.untilLogIn(login, 200);
    expect((await scenario.logIn(byHand)).status).toBe(401);
  });

  it('that the operator logs in as keeps its password and its roles, and stays when its object goes', async () => {
    const own = await makeByHand(`${scenario.namespace}-operator`, { backend_roles: ['admin'] });
    await scenario.secret('own', { ...own });
    await scenario.create('OpenSearchConnection', 'own', {
      ...scenario.connectionSpec(),
      ...NEVER,
      auth: { basic: { secretRef: { name: 'own' } } },
    });
    await scenario.untilReason('OpenSearchConnection', 'own', 'Connected');
    const { username } = await putPassword(own.username);
    const spec = { connectionRef: { name: 'own' }, adoptionPolicy: 'Always', ...fromSecret(username) };
    await scenario.create('OpenSearchUser', username, spec);
    await scenario.untilReason('OpenSearchUser', username, 'WouldLockOut');
    await scenario.patch('OpenSearchUser', username, { spec: fromSecret('own') });
    await waitFor('the roles to be told', async () => {
      const user = await scenario.get('OpenSearchUser', username);
      return user && readyOf(user)?.message.includes('would lose admin') === true ? true : undefined;
    });
    await scenario.patch('OpenSearchUser', username, { spec: { backendRoles: ['admin'], description: 'ours' } });
    await scenario.untilReason('OpenSearchUser', username, 'Applied');
    expect(await scenario.entity('internalusers', username)).toMatchObject({ description: 'ours' });
    await scenario.delete('OpenSearchUser', username);
    await scenario.untilGone('OpenSearchUser', username);
    expect((await scenario.logIn(own)).roles).toContain('all_access');
  });

  it('has no secret anywhere but in Secrets and requests', async () => {
    const login = await inForce('discreet');
    const hashes = scenario.searchProxy.writes.flatMap(
      ({ body }) => body.match(/\$2[aby]\$\d\d\$[./A-Za-z0-9]{53}/g) ?? [],
    );
    expect(hashes.length).toBeGreaterThan(0);
    const told = [scenario.log, await scenario.everythingTold(), await metrics()].join('\n');
    for (const text of [login.username, 'opensearch_security_commits_total']) expect(told).toContain(text);
    for (const secret of [...secrets, ...hashes]) expect(told).not.toContain(secret);
  });

  async function metrics(): Promise<string> {
    const port = /"port":(\d+)/.exec(operator.output)?.[1] ?? '';
    return (await request(`http://127.0.0.1:${port}/metrics`)).body.text();
  }
});
