import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { bcrypt } from 'hash-wasm';
import { conditionOf, readyOf, Scenario, type KindName, type Login } from '../support/scenario.ts';
import { waitFor } from '../support/wait-for.ts';

const PASSWORD = 'Correct-Horse-7-Battery';
/** Roles for which the stack disables a part of the API, see test/stack/opensearch/settings.ts. */
const LIMITED = ['stack_no_role_writes', 'stack_no_role_reads', 'stack_no_cache'] as const;
type Limited = (typeof LIMITED)[number];
const FLUSH = 'security.opensearch.org/flush-cache';

describe('access to the Security API', () => {
  let scenario: Scenario;
  /** Cheap to check, since every connection logs in anew. */
  let hash: string;

  beforeAll(async () => {
    scenario = await Scenario.start();
    hash = await bcrypt({ password: PASSWORD, salt: randomBytes(16), costFactor: 4, outputType: 'encoded' });
    const roles = LIMITED.map((role) => ({ op: 'add', path: `/${role}`, value: { cluster_permissions: [] } }));
    await scenario.change('roles', roles);
    await scenario.secret('opensearch-ca', { 'ca.crt': scenario.real.caPem });
    scenario.startOperator();
  });
  afterAll(async () => {
    // Before the users that name them, for the names are not those that are cleaned up.
    await scenario.change(
      'roles',
      LIMITED.map((role) => ({ op: 'remove', path: `/${role}` })),
    );
    await scenario.stop();
  });

  /** A connection as a user of these roles. */
  async function connectAs(name: string, value: object): Promise<void> {
    const login: Login = { username: `${scenario.namespace}-${name}`, password: PASSWORD };
    const user = { hash, ...value };
    await scenario.change('internalusers', [{ op: 'add', path: `/${login.username}`, value: user }]);
    await scenario.secret(name, { ...login });
    const auth = { basic: { secretRef: { name } } };
    await scenario.create('OpenSearchConnection', name, { ...scenario.connectionSpec(), auth });
  }

  /** As an administrator but for what the role may not. */
  async function connectLimited(name: string, role: Limited): Promise<void> {
    await connectAs(name, { backend_roles: ['admin'], opendistro_security_roles: [role] });
    await scenario.untilReason('OpenSearchConnection', name, 'Connected');
  }

  async function declare(kind: KindName, connection: string): Promise<string> {
    const name = `${scenario.namespace}-${connection}`;
    await scenario.create(kind, name, { connectionRef: { name: connection } });
    return name;
  }

  async function untilCondition(connection: string, type: string): Promise<string> {
    return waitFor(`${type} of ${connection}`, async () => {
      const object = await scenario.get('OpenSearchConnection', connection);
      return object === undefined ? undefined : conditionOf(object, type)?.message;
    });
  }

  it('without any role of the API is the trouble of the whole connection, and names the setting', async () => {
    await connectAs('nobody', {});
    await declare('OpenSearchTenant', 'nobody');
    const refused = await scenario.untilReason('OpenSearchConnection', 'nobody', 'Forbidden');
    expect(readyOf(refused)?.message).toContain('plugins.security.restapi.roles_enabled');
  });

  it('with a wrong password is told apart from that', async () => {
    await connectAs('stranger', {});
    await scenario.secret('stranger', { username: `${scenario.namespace}-unknown`, password: PASSWORD });
    await scenario.untilReason('OpenSearchConnection', 'stranger', 'AuthenticationFailed');
  });

  it('without writes of roles is told on roles alone, and heals as another user', async () => {
    await connectLimited('writes', 'stack_no_role_writes');
    const name = await declare('OpenSearchRole', 'writes');
    await declare('OpenSearchTenant', 'writes');
    const refused = await scenario.untilReason('OpenSearchRole', name, 'Forbidden');
    expect(readyOf(refused)?.message).toContain('the method PATCH of ROLES');
    expect(readyOf(refused)?.message).toContain('plugins.security.restapi.endpoints_disabled.<role>.ROLES');
    await scenario.untilReason('OpenSearchTenant', name, 'Applied');
    expect(await untilCondition('writes', 'EndpointsPermitted')).toContain('the method PATCH of ROLES');
    await scenario.untilReason('OpenSearchConnection', 'writes', 'Connected');
    // Another user: the server never forgets what it once found out for one, whatever its roles are by then.
    const { username, password } = scenario.real.cluster;
    await scenario.secret('writes', { username, password });
    await scenario.untilReason('OpenSearchRole', name, 'Applied');
  });

  it('without reads of roles is told on roles alone', async () => {
    await connectLimited('reads', 'stack_no_role_reads');
    const name = await declare('OpenSearchRole', 'reads');
    await declare('OpenSearchTenant', 'reads');
    const refused = await scenario.untilReason('OpenSearchRole', name, 'Forbidden');
    expect(readyOf(refused)?.message).toContain('the method GET of ROLES');
    await scenario.untilReason('OpenSearchTenant', name, 'Applied');
    await scenario.untilReason('OpenSearchConnection', 'reads', 'Connected');
  });

  it.each(['Merge', 'Replace'])(
    'without changes of the configuration names the permission, with mode %s',
    async (mode) => {
      const path = '/_plugins/_security/api/securityconfig';
      const before = await scenario.search.ok<{ config: { dynamic: object } }>('GET', path);
      const name = `config-${mode.toLowerCase()}`;
      await connectAs(name, { backend_roles: ['admin'] });
      const whole = mode === 'Replace' ? before.config.dynamic : {};
      const dynamic = { ...whole, do_not_fail_on_forbidden: true };
      const spec = { connectionRef: { name }, mode, dynamic, adoptionPolicy: 'Always' };
      await scenario.create('OpenSearchSecurityConfig', name, spec);
      const refused = await scenario.untilReason('OpenSearchSecurityConfig', name, 'Rejected');
      expect(readyOf(refused)?.message).toContain('the permission restapi:admin/config/update');
      expect(await scenario.search.ok('GET', path)).toEqual(before);
    },
  );

  it('without the flush of caches is told when that is asked for, and takes nothing else', async () => {
    await connectLimited('cache', 'stack_no_cache');
    await scenario.patch('OpenSearchConnection', 'cache', { metadata: { annotations: { [FLUSH]: 'now' } } });
    const message = await waitFor('the event', async () =>
      (await scenario.events('cache')).find(({ reason }) => reason === 'CacheNotFlushed'),
    );
    expect(message.message).toContain('the method DELETE of CACHE disabled');
    await scenario.untilReason('OpenSearchTenant', await declare('OpenSearchTenant', 'cache'), 'Applied');
    await scenario.untilReason('OpenSearchConnection', 'cache', 'Connected');
  });
});
