import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { readyOf, Scenario, type KindName, type Login } from '../support/scenario.ts';
import { waitFor } from '../support/wait-for.ts';

const CONFIG = 'OpenSearchSecurityConfig';
const PATH = '/_plugins/_security/api/securityconfig';
const OWN = { connectionRef: { name: 'own' }, adoptionPolicy: 'Always' };
const ROLE = 'security_rest_api_access';
const BASIC = 'basic_internal_auth_domain';

/** The user of the connection holds its one role by a mapping that names it, and logs in with a password. */
describe('Promise 9: the access of the operator itself', () => {
  let scenario: Scenario;
  let own: Login;
  let config: unknown;

  beforeAll(async () => {
    scenario = await Scenario.start();
    own = { username: `${scenario.namespace}-operator`, password: randomBytes(12).toString('base64url') };
    const { username, password } = own;
    await scenario.change('internalusers', [{ op: 'add', path: `/${username}`, value: { password } }]);
    await scenario.change('rolesmapping', [{ op: 'add', path: `/${ROLE}`, value: { users: [username] } }]);
    config = (await scenario.search.ok<{ config: unknown }>('GET', PATH)).config;
    await scenario.secret('own', { ...own });
    await scenario.secret('opensearch-ca', { 'ca.crt': scenario.real.caPem });
    const auth = { basic: { secretRef: { name: 'own' } } };
    await scenario.create('OpenSearchConnection', 'own', { ...scenario.connectionSpec(), auth });
    scenario.startOperator();
    await scenario.untilReason('OpenSearchConnection', 'own', 'Connected');
  });
  afterAll(async () => {
    await scenario.search.ok('PUT', `${PATH}/config`, config);
    await scenario.change('rolesmapping', [{ op: 'remove', path: `/${ROLE}` }]);
    await scenario.stop();
  });

  async function deleted(kind: KindName, name: string): Promise<void> {
    await scenario.delete(kind, name);
    await scenario.untilGone(kind, name);
  }

  /** The event is written beside the end of the object, so it may come later. */
  function leftBehind(name: string): Promise<string> {
    return waitFor(`what ${name} left behind`, async () => {
      return (await scenario.events(name)).find(({ reason }) => reason === 'LeftBehind')?.message;
    });
  }

  async function stillWorks(): Promise<void> {
    expect(await scenario.entity('rolesmapping', ROLE)).toMatchObject({ users: [own.username] });
    expect(await scenario.logIn(own)).toMatchObject({ status: 200, roles: expect.arrayContaining([ROLE]) });
  }

  it('is not replaced by a mapping of its role to somebody else', async () => {
    await scenario.create('OpenSearchRoleMapping', 'other', { ...OWN, role: ROLE, users: ['jane'] });
    const refused = await scenario.untilReason('OpenSearchRoleMapping', 'other', 'WouldLockOut');
    expect(readyOf(refused)?.message).toContain(own.username);
    await deleted('OpenSearchRoleMapping', 'other');
    await stillWorks();
  });

  it('is not removed with the object that declared the mapping', async () => {
    await scenario.create('OpenSearchRoleMapping', 'same', { ...OWN, role: ROLE, users: [own.username] });
    await scenario.untilReason('OpenSearchRoleMapping', 'same', 'Applied');
    await deleted('OpenSearchRoleMapping', 'same');
    expect(await leftBehind('same')).toContain(ROLE);
    await stillWorks();
  });

  it('is not given another password, nor removed with the object that declared the user', async () => {
    const { username } = own;
    await scenario.secret('another', { password: randomBytes(12).toString('base64url') });
    const passwordFrom = { secretKeyRef: { name: 'another', key: 'password' } };
    await scenario.create('OpenSearchUser', username, { ...OWN, passwordFrom });
    const refused = await scenario.untilReason('OpenSearchUser', username, 'WouldLockOut');
    expect(readyOf(refused)?.message).toContain('name that Secret in passwordFrom');
    await stillWorks();
    await scenario.patch('OpenSearchUser', username, { spec: { passwordFrom: { secretKeyRef: { name: 'own' } } } });
    await scenario.untilReason('OpenSearchUser', username, 'Applied');
    await deleted('OpenSearchUser', username);
    expect(await leftBehind(username)).toContain(username);
    await stillWorks();
  });

  it.each([
    ['switched off beside another one', { authc: { [BASIC]: { http_enabled: false } } }, {}],
    ['removed by mode Replace', { authc: {} }, { mode: 'Replace' }],
    ['given another authenticator', { authc: { [BASIC]: { http_authenticator: { type: 'clientcert' } } } }, {}],
  ])('is not lost by a domain that is %s: refused before anything is written', async (_how, dynamic, fields) => {
    const another = {
      http_enabled: true,
      order: 61,
      http_authenticator: { type: 'basic', challenge: false },
      authentication_backend: { type: 'intern' },
    };
    const authc = { ...dynamic.authc, another };
    scenario.searchProxy.forget();
    await scenario.create(CONFIG, 'own', { ...OWN, ...fields, dynamic: { authc } });
    const refused = await scenario.untilReason(CONFIG, 'own', 'WouldLockOut');
    expect(readyOf(refused)?.message).toMatch(/the operator itself may log in through .*rescue\.clientCertificate/);
    expect(scenario.searchProxy.writes.filter(({ path }) => path.includes('/securityconfig'))).toEqual([]);
    await deleted(CONFIG, 'own');
    expect((await scenario.search.ok<{ config: unknown }>('GET', PATH)).config).toEqual(config);
    await stillWorks();
  });
});
