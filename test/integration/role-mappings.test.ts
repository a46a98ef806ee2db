import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { generatePassword } from '../../src/desired/generate-password.ts';
import { conditionOf, readyOf, Scenario, type Login } from '../support/scenario.ts';
import { waitFor } from '../support/wait-for.ts';

const ROLE_SPEC = { clusterPermissions: ['cluster_monitor'] };

describe('a role mapping', () => {
  let scenario: Scenario;

  beforeAll(async () => {
    scenario = await Scenario.start();
    await scenario.startConnected();
  });
  afterAll(() => scenario.stop());

  /** A role in force; its name is that of its object. */
  async function aRole(suffix: string): Promise<string> {
    const role = `${scenario.namespace}-${suffix}`;
    await scenario.create('OpenSearchRole', role, ROLE_SPEC);
    await scenario.untilReason('OpenSearchRole', role, 'Applied');
    return role;
  }

  async function map(name: string, spec: object): Promise<void> {
    await scenario.create('OpenSearchRoleMapping', name, spec);
    await scenario.untilReason('OpenSearchRoleMapping', name, 'Applied');
  }

  async function makeByHand(role: string, value: object): Promise<void> {
    await scenario.change('rolesmapping', [{ op: 'add', path: `/${role}`, value }]);
  }

  async function mapped(role: string): Promise<unknown> {
    const users = (await scenario.entity('rolesmapping', role))?.['users'] as readonly string[] | undefined;
    return users?.toSorted();
  }

  async function untilMapped(role: string, users: readonly string[] | undefined): Promise<void> {
    await waitFor(`${role} mapped to ${JSON.stringify(users)}`, async () =>
      JSON.stringify(await mapped(role)) === JSON.stringify(users) ? true : undefined,
    );
  }

  async function aLogin(suffix: string): Promise<Login> {
    const login = { username: `${scenario.namespace}-${suffix}`, password: generatePassword(20, randomBytes) };
    await scenario.secret(login.username, { ...login });
    return login;
  }

  it('gives the role to its users, whatever was applied first', async () => {
    const role = `${scenario.namespace}-ordered`;
    const login = await aLogin('jane');
    await scenario.create('OpenSearchRoleMapping', 'ordered', { role, users: [login.username] });
    await scenario.untilReason('OpenSearchRoleMapping', 'ordered', 'ReferenceNotFound');
    const passwordFrom = { secretKeyRef: { name: login.username } };
    await scenario.create('OpenSearchUser', login.username, { passwordFrom, securityRoles: [role] });
    await scenario.create('OpenSearchRole', role, ROLE_SPEC);
    await scenario.untilAllReady(['OpenSearchRole', 'OpenSearchUser', 'OpenSearchRoleMapping']);
    expect(await mapped(role)).toEqual([login.username]);
    await scenario.patch('OpenSearchUser', login.username, { spec: { securityRoles: null } });
    await waitFor('the role to be held by nothing but the mapping', async () =>
      JSON.stringify((await scenario.entity('internalusers', login.username))?.['opendistro_security_roles']) === '[]'
        ? true
        : undefined,
    );
    expect((await scenario.logIn(login)).roles).toContain(role);
  });

  it('is united with others of its role, and takes with it only what no other one grants', async () => {
    const role = await aRole('united');
    await Promise.all([
      map('united-a', { role, users: ['jane', 'joe'] }),
      map('united-b', { role, users: ['joe', 'jim'] }),
      map('united-c', { role, users: ['joe', 'jo'], mode: 'Merge' }),
    ]);
    expect(await mapped(role)).toEqual(['jane', 'jim', 'jo', 'joe']);
    scenario.searchProxy.forget();
    await scenario.delete('OpenSearchRoleMapping', 'united-a');
    await scenario.untilGone('OpenSearchRoleMapping', 'united-a');
    expect(await mapped(role)).toEqual(['jim', 'jo', 'joe']);
    await scenario.delete('OpenSearchRoleMapping', 'united-c');
    await scenario.untilGone('OpenSearchRoleMapping', 'united-c');
    expect(await mapped(role)).toEqual(['jim', 'joe']);
    const bodies = scenario.searchProxy.writes.map(({ body }) => body).filter((body) => body.includes(role));
    expect(bodies).toHaveLength(2);
    for (const body of bodies) expect(body).toMatch(/"op":"add".*"jim".*"joe"/);
    await scenario.delete('OpenSearchRoleMapping', 'united-b');
    await scenario.untilGone('OpenSearchRoleMapping', 'united-b');
    expect(await mapped(role)).toBeUndefined();
  });

  it('in Exclusive mode takes out what somebody adds by hand, and an event says so', async () => {
    const role = await aRole('exclusive');
    await map('exclusive', { role, users: ['jane'] });
    await makeByHand(role, { users: ['jane', 'mallory'], hosts: ['10.0.0.1'] });
    await untilMapped(role, ['jane']);
    expect(await scenario.entity('rolesmapping', role)).toMatchObject({ hosts: [] });
    await waitFor('the event', async () =>
      (await scenario.events('exclusive')).some(({ reason }) => reason === 'DriftCorrected') ? true : undefined,
    );
  });

  it('in Exclusive mode leaves a mapping made by hand alone until the policy takes it over', async () => {
    const role = await aRole('taken');
    await makeByHand(role, { users: ['by-hand'] });
    await scenario.create('OpenSearchRoleMapping', 'taken', { role, users: ['jane'] });
    const refused = await scenario.untilReason('OpenSearchRoleMapping', 'taken', 'AlreadyExists');
    expect(readyOf(refused)?.message).toMatch(/spec\.mode to Merge.*adoptionPolicy to Always/);
    expect(await mapped(role)).toEqual(['by-hand']);
    await scenario.patch('OpenSearchRoleMapping', 'taken', { spec: { adoptionPolicy: 'Always' } });
    await scenario.untilReason('OpenSearchRoleMapping', 'taken', 'Applied');
    expect(await mapped(role)).toEqual(['jane']);
  });

  it.each([
    ['the role first', ['OpenSearchRole', 'OpenSearchRoleMapping']],
    ['the mapping first', ['OpenSearchRoleMapping', 'OpenSearchRole']],
  ] as const)('goes with its role: %s', async (_, order) => {
    const role = await aRole(`goes-${order[0] === 'OpenSearchRole' ? 'last' : 'first'}`);
    await map(role, { role, users: ['jane'] });
    for (const kind of order) await scenario.delete(kind, role);
    for (const kind of order) await scenario.untilGone(kind, role);
    expect([await scenario.entity('roles', role), await scenario.entity('rolesmapping', role)]).toEqual([
      undefined,
      undefined,
    ]);
  });

  it('does not outlive its role, and comes back with it', async () => {
    const role = await aRole('outlived');
    await map('outlived', { role, users: ['jane'] });
    await scenario.delete('OpenSearchRole', role);
    await scenario.untilGone('OpenSearchRole', role);
    await scenario.untilReason('OpenSearchRoleMapping', 'outlived', 'ReferenceNotFound');
    await untilMapped(role, undefined);
    await scenario.create('OpenSearchRole', role, ROLE_SPEC);
    await scenario.untilReason('OpenSearchRoleMapping', 'outlived', 'Applied');
    expect(await mapped(role)).toEqual(['jane']);
  });

  it('waits for a role that does not exist, and goes on when somebody makes it by hand', async () => {
    const role = `${scenario.namespace}-nowhere`;
    await scenario.create('OpenSearchRoleMapping', 'nowhere', { role, users: ['jane'] });
    const waits = await scenario.untilReason('OpenSearchRoleMapping', 'nowhere', 'ReferenceNotFound');
    expect(readyOf(waits)?.message).toContain(`"${role}"`);
    expect(conditionOf(waits, 'Reconciling')).toMatchObject({ status: 'True' });
    expect(conditionOf(waits, 'Stalled')).toBeUndefined();
    await scenario.change('roles', [{ op: 'add', path: `/${role}`, value: { description: 'by hand' } }]);
    await scenario.untilReason('OpenSearchRoleMapping', 'nowhere', 'Applied');
    expect(await mapped(role)).toEqual(['jane']);
  });

  it('that is reserved is never changed', async () => {
    await scenario.create('OpenSearchRoleMapping', 'reserved', {
      role: 'kibana_server',
      users: ['jane'],
      mode: 'Merge',
    });
    const refused = await scenario.untilReason('OpenSearchRoleMapping', 'reserved', 'Reserved');
    expect(readyOf(refused)?.message).toMatch(/kibana_server.*reserved/);
    expect(conditionOf(refused, 'Stalled')).toMatchObject({ status: 'True' });
    expect(await mapped('kibana_server')).toEqual(['kibanaserver']);
  });

  it('that the operator itself owes its access to may grow, and never loses the operator', async () => {
    const role = 'security_rest_api_access';
    const own = await aLogin('own');
    const { username, password } = own;
    await scenario.change('internalusers', [{ op: 'add', path: `/${username}`, value: { password } }]);
    await makeByHand(role, { users: [username] });
    try {
      const auth = { basic: { secretRef: { name: username } } };
      await scenario.create('OpenSearchConnection', 'own', { ...scenario.connectionSpec(), auth });
      await scenario.untilReason('OpenSearchConnection', 'own', 'Connected');
      const spec = { role, users: ['jane'], connectionRef: { name: 'own' }, adoptionPolicy: 'Always' };
      await scenario.create('OpenSearchRoleMapping', 'own', spec);
      const refused = await scenario.untilReason('OpenSearchRoleMapping', 'own', 'WouldLockOut');
      expect(readyOf(refused)?.message).toContain(username);
      expect(await mapped(role)).toEqual([username]);
      await scenario.patch('OpenSearchRoleMapping', 'own', { spec: { mode: 'Merge' } });
      await scenario.untilReason('OpenSearchRoleMapping', 'own', 'Applied');
      expect(await mapped(role)).toEqual(['jane', username].sort());
      await scenario.delete('OpenSearchRoleMapping', 'own');
      await scenario.untilGone('OpenSearchRoleMapping', 'own');
      expect(await mapped(role)).toEqual([username]);
    } finally {
      await scenario.change('rolesmapping', [{ op: 'remove', path: `/${role}` }]);
    }
  });
});

describe('a role mapping in Merge mode', () => {
  let scenario: Scenario;

  beforeAll(async () => {
    scenario = await Scenario.start();
    await scenario.connect();
  });
  afterAll(() => scenario.stop());

  it('keeps what was made by hand and takes out only its own, also when it was edited while the operator was away', async () => {
    const role = `${scenario.namespace}-merged`;
    const users = async (): Promise<unknown> =>
      ((await scenario.entity('rolesmapping', role))?.['users'] as readonly string[]).toSorted();
    await scenario.change('roles', [{ op: 'add', path: `/${role}`, value: { description: 'by hand' } }]);
    const byHand = { users: ['both', 'by-hand'], backend_roles: ['staff'] };
    await scenario.change('rolesmapping', [{ op: 'add', path: `/${role}`, value: byHand }]);
    const first = scenario.startOperator();
    await scenario.create('OpenSearchRoleMapping', 'merged', { role, mode: 'Merge', users: ['jane', 'both'] });
    await scenario.untilReason('OpenSearchRoleMapping', 'merged', 'Applied');
    expect(await users()).toEqual(['both', 'by-hand', 'jane']);
    expect(await first.stop()).toBe(0);
    const later = { ...byHand, users: ['both', 'by-hand', 'jane', 'later'] };
    await scenario.change('rolesmapping', [{ op: 'add', path: `/${role}`, value: later }]);
    await scenario.patch('OpenSearchRoleMapping', 'merged', { spec: { users: ['jim', 'both'] } });
    scenario.startOperator();
    await scenario.untilReason('OpenSearchRoleMapping', 'merged', 'Applied');
    expect(await users()).toEqual(['both', 'by-hand', 'jim', 'later']);
    await scenario.delete('OpenSearchRoleMapping', 'merged');
    await scenario.untilGone('OpenSearchRoleMapping', 'merged');
    expect(await users()).toEqual(['both', 'by-hand', 'later']);
    expect(await scenario.entity('rolesmapping', role)).toMatchObject({ backend_roles: ['staff'] });
  });
});
