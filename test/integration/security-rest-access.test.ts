import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { SecurityFixture, valueOf } from '../support/security-fixture.ts';

const PASSWORD = 'Correct-horse-99-battery';
const DENIED = { type: 'refused', words: 'Access denied' };
const NO_HANDLER = { type: 'unsupported', words: expect.stringMatching(/^no handler found for uri/) };
/** Comes with the plugin; few need it, so that it may be away for a moment. */
const DEFAULT_ROLE = 'ltr_read_access';

let fixture: SecurityFixture;

beforeAll(async () => {
  fixture = await SecurityFixture.start();
});
afterEach(async () => {
  await fixture.restore();
  expect(await fixture.shared()).toEqual(fixture.before);
});
afterAll(() => fixture.stop());

describe('the account', () => {
  it('tells who asks', async () => {
    const { username } = fixture.real.cluster;
    expect(valueOf(await fixture.user.account.get())).toMatchObject({ user_name: username, is_reserved: true });
    expect(valueOf(await fixture.admin.account.get())).toMatchObject({
      user_name: 'CN=admin,O=test',
      is_internal_user: false,
    });
  });

  it('changes the own password, given the old one', async () => {
    const name = fixture.name('account');
    valueOf(await fixture.admin.internalUsers.put(name, { password: PASSWORD }));
    const { account } = fixture.as(name, PASSWORD);
    const body = { current_password: PASSWORD, password: `${PASSWORD}-new` };
    expect(await account.put({ ...body, current_password: 'wrong' })).toEqual({
      type: 'refused',
      words: 'Could not validate your current password.',
    });
    expect(await account.put(body)).toEqual({ type: 'ok', value: { status: 'OK', message: `'${name}' updated.` } });
    expect(valueOf(await fixture.as(name, body.password).about.authInfo()).user_name).toBe(name);
  });

  it('is not changed for a reserved user, nor for a certificate', async () => {
    const { username } = fixture.real.cluster;
    const body = { current_password: 'does not matter', password: PASSWORD };
    expect(await fixture.user.account.put(body)).toMatchObject({ type: 'refused', name: username });
    expect(await fixture.admin.account.put(body)).toEqual({
      type: 'not-found',
      words: "account 'CN=admin,O=test' not found.",
    });
  });
});

describe('the cache', () => {
  it('can be flushed as a whole, and for one user on 3.x', async () => {
    const { cache } = fixture.user;
    const whole = { status: 'OK', message: 'Cache flushed successfully.' };
    expect(await cache.flush()).toEqual({ type: 'ok', value: whole });
    const one = { status: 'OK', message: 'Cache invalidated for user: a/b' };
    expect(await cache.flushUser('a/b')).toEqual(fixture.is3 ? { type: 'ok', value: one } : NO_HANDLER);
  });
});

describe('permissions', () => {
  it('are told to a user, and told wrongly to the admin certificate', async () => {
    expect(valueOf(await fixture.user.permissionsInfo())).toMatchObject({
      has_api_access: true,
      disabled_endpoints: {},
    });
    expect(valueOf(await fixture.admin.permissionsInfo()).has_api_access).toBe(false);
    expect(valueOf(await fixture.admin.about.whoAmI()).is_admin).toBe(true);
  });

  it('have a stub for a token', async () => {
    expect(await fixture.user.tokens.authToken()).toEqual({ type: 'ok', value: { status: 'OK', message: '' } });
  });
});

describe('certificates', () => {
  it('of all nodes are told to the admin certificate, with the authorities on 3.x', async () => {
    const { nodes } = valueOf(await fixture.admin.certificates.ofNodes());
    const http = Object.values(nodes).flatMap((node) => node.certificates.http ?? []);
    const own = http.filter((certificate) => certificate.has_private_key !== false);
    expect(own.map(({ subject_dn }) => subject_dn)).toEqual(['CN=node,O=test']);
    expect(http).toHaveLength(fixture.is3 ? 2 : 1);
    expect(own.map((certificate) => certificate.has_private_key)).toEqual([fixture.is3 ? true : undefined]);
    // A bug of the server, see NodeCertificate.
    expect(own.map(({ not_before }) => not_before)).toEqual(own.map(({ not_after }) => not_after));
  });

  it('of one node can be asked for, also by type; a node that is not there has none', async () => {
    const { certificates, cluster } = fixture.admin;
    const [id = ''] = Object.keys(valueOf(await cluster.nodes()).nodes);
    const { nodes } = valueOf(await certificates.ofNode(id, 'http'));
    expect(Object.keys(nodes)).toEqual([id]);
    expect(nodes[id]?.certificates.http).not.toEqual([]);
    expect(nodes[id]?.certificates.transport).toEqual(fixture.is3 ? undefined : []);
    expect(valueOf(await certificates.ofNode('nowhere')).nodes).toEqual({});
  });

  it('of the answering node have the right dates', async () => {
    const answer = valueOf(await fixture.admin.certificates.ofAnsweringNode());
    const [certificate] = answer.http_certificates_list;
    expect(certificate?.subject_dn).toBe('CN=node,O=test');
    expect(Date.parse(certificate?.not_before ?? '')).toBeLessThan(Date.parse(certificate?.not_after ?? ''));
    expect(answer.transport_certificates_list).toHaveLength(1);
  });

  it.each(['http', 'transport'] as const)('of the %s layer can be read again', async (type) => {
    const value = { message: `updated ${type} certs` };
    expect(await fixture.admin.certificates.reload(type)).toEqual({ type: 'ok', value });
  });

  it('are closed to a user of the API', async () => {
    const { certificates } = fixture.user;
    expect(await certificates.ofNodes()).toEqual(DENIED);
    expect(await certificates.ofNode('x')).toEqual(DENIED);
    expect(await certificates.ofAnsweringNode()).toEqual(DENIED);
    expect(await certificates.reload('http')).toEqual(DENIED);
  });
});

describe('an upgrade of the default roles', () => {
  const nothing = { type: 'ok', value: { status: 'OK', upgradeAvailable: false } };
  const refused = { type: 'refused', words: "Unable to upgrade, no differences found in 'roles' config" };
  const unknown = { type: 'unsupported', words: expect.stringMatching(/unrecognized parameter: \[configs\]/) };

  it('is not there when nothing differs; single documents can be named on 3.x', async () => {
    const { upgrade } = fixture.user;
    expect(await upgrade.check()).toEqual(nothing);
    expect(await upgrade.check(['roles'])).toEqual(fixture.is3 ? nothing : unknown);
    expect(await upgrade.perform()).toEqual(refused);
    expect(await upgrade.perform({ configs: ['roles'] })).toEqual(fixture.is3 ? refused : unknown);
  });

  it('brings back a role that is missing', async () => {
    valueOf(await fixture.admin.roles.delete(DEFAULT_ROLE));
    const roles = { add: [DEFAULT_ROLE] };
    const found = { status: 'OK', upgradeAvailable: true, upgradeActions: { roles } };
    expect(valueOf(await fixture.user.upgrade.check())).toEqual(found);
    expect(valueOf(await fixture.user.upgrade.perform())).toEqual({ status: 'OK', upgrades: { roles } });
    valueOf(await fixture.user.cache.flush());
    expect(await fixture.user.roles.get(DEFAULT_ROLE)).toEqual({
      type: 'ok',
      value: fixture.before.roles[DEFAULT_ROLE],
    });
  });

  it('can be had of single roles on 3.x, and is all or nothing on 2.19', async () => {
    const other = 'notifications_full_access';
    for (const name of [DEFAULT_ROLE, other]) valueOf(await fixture.admin.roles.delete(name));
    const answer = await fixture.user.upgrade.perform({ configs: ['roles'], entities: [DEFAULT_ROLE] });
    const left = valueOf(await fixture.user.upgrade.check()).upgradeActions?.['roles']?.add;
    expect([answer.type, [...(left ?? [])].sort()]).toEqual(
      fixture.is3 ? ['ok', [other]] : ['unsupported', [DEFAULT_ROLE, other]],
    );
    valueOf(await fixture.user.upgrade.perform());
    valueOf(await fixture.user.cache.flush());
    expect(await fixture.user.upgrade.check()).toEqual(nothing);
  });
});

describe('the migration from old formats', () => {
  it('was done long ago on 2.19 and is gone on 3.x', async () => {
    const words = 'Can not migrate configuration because it was already migrated.';
    const expected = fixture.is3 ? NO_HANDLER : { type: 'refused', words };
    expect(await fixture.admin.migration.validate()).toEqual(expected);
    expect(await fixture.admin.migration.migrate()).toEqual(expected);
  });
});

describe('what the plugin tells about itself', () => {
  it('is its health', async () => {
    const health = valueOf(await fixture.user.about.health());
    expect(health).toMatchObject({ status: 'UP', mode: 'strict', message: null });
    expect(Object.hasOwn(health, 'settings')).toBe(fixture.is3);
  });

  it('is who asks, by password', async () => {
    const { username } = fixture.real.cluster;
    const info = valueOf(await fixture.user.about.authInfo());
    expect(info).toMatchObject({ user_name: username, principal: null, backend_roles: ['admin'] });
    expect(info.roles).toContain('all_access');
    expect(valueOf(await fixture.user.about.whoAmI())).toEqual({
      dn: null,
      is_admin: false,
      is_node_certificate_request: false,
    });
  });

  it('is who asks, by certificate', async () => {
    const dn = 'CN=admin,O=test';
    expect(valueOf(await fixture.admin.about.authInfo())).toMatchObject({ user_name: dn, principal: dn });
    expect(valueOf(await fixture.admin.about.whoAmI())).toEqual({
      dn,
      is_admin: true,
      is_node_certificate_request: false,
    });
  });

  it('is what Dashboards needs', async () => {
    const info = valueOf(await fixture.user.about.dashboardsInfo());
    expect(info).toMatchObject({ multitenancy_enabled: true, opensearch_dashboards_index: '.kibana' });
    expect(info.password_validation_regex).not.toBe('');
    expect(Object.hasOwn(info, 'resource_sharing_enabled')).toBe(fixture.is3);
    expect(await fixture.admin.about.tenantInfo()).toEqual({ type: 'ok', value: {} });
    expect(await fixture.user.about.tenantInfo()).toEqual({ type: 'refused', words: 'answered 403' });
  });

  it('is the connection, with more about OpenSSL on 2.19', async () => {
    const info = valueOf(await fixture.admin.about.sslInfo());
    expect(info).toMatchObject({ principal: 'CN=admin,O=test', local_certificates_list: ['CN=node,O=test'] });
    expect(Object.hasOwn(info, 'ssl_openssl_available')).toBe(!fixture.is3);
  });
});

describe('the cluster', () => {
  it('tells its version', async () => {
    const { version, clusterName } = fixture.real.cluster;
    expect(valueOf(await fixture.user.cluster.main())).toMatchObject({
      cluster_name: clusterName,
      version: { number: version, distribution: 'opensearch' },
    });
  });

  it('tells its nodes and which start of each it is', async () => {
    const nodes = Object.values(valueOf(await fixture.user.cluster.nodes()).nodes);
    expect(nodes.map(({ name }) => name).sort()).toEqual(fixture.real.cluster.nodes.map(({ name }) => name));
    expect(nodes.every((node) => node.ephemeral_id.length > 0)).toBe(true);
  });

  it('refuses both to somebody without rights', async () => {
    const name = fixture.name('plain');
    valueOf(await fixture.admin.internalUsers.put(name, { password: PASSWORD }));
    const { cluster } = fixture.as(name, PASSWORD);
    const words = (action: string): unknown => expect.stringContaining(`no permissions for [${action}]`);
    expect(await cluster.main()).toEqual({ type: 'refused', words: words('cluster:monitor/main') });
    expect(await cluster.nodes()).toEqual({ type: 'refused', words: words('cluster:monitor/state') });
  });
});
