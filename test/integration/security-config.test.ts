import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { documentedRestore, runRestore } from '../support/documented-commands.ts';
import { conditionOf, readyOf, Scenario, type Login } from '../support/scenario.ts';
import { waitFor } from '../support/wait-for.ts';

const KIND = 'OpenSearchSecurityConfig';
const PATH = '/_plugins/_security/api/securityconfig';

type Tree = Readonly<Record<string, unknown>>;
type Domain = Readonly<Record<string, unknown>>;

const BASIC = 'basic_internal_auth_domain';
const noop = { type: 'noop', config: {} };

describe('the security configuration', () => {
  let scenario: Scenario;
  let before: unknown;
  let audit: unknown;
  let allowlist: unknown;
  let people: readonly Login[];
  let provider: Server;
  let address: string;

  beforeAll(async () => {
    scenario = await Scenario.start();
    before = (await scenario.search.ok<{ config: unknown }>('GET', PATH)).config;
    audit = (await scenario.search.ok<{ config: unknown }>('GET', '/_plugins/_security/api/audit')).config;
    allowlist = (await scenario.search.ok<{ config: unknown }>('GET', '/_plugins/_security/api/allowlist')).config;
    provider = createServer((_request, response) => response.end('{"issuer":"me"}'));
    await new Promise<void>((resolve) => void provider.listen(0, '127.0.0.1', resolve));
    address = `http://127.0.0.1:${(provider.address() as AddressInfo).port}/.well-known/openid-configuration`;
    const { username, password } = scenario.real.cluster;
    people = [{ username, password }, await scenario.person()];
    await scenario.connectAsAdmin();
    scenario.startOperator();
    await scenario.untilReason('OpenSearchConnection', 'default', 'Connected');
  });
  afterEach(async () => {
    await everybodyGetsIn();
    for (const { metadata } of await scenario.list(KIND)) {
      await pause(metadata.name, null);
      await scenario.delete(KIND, metadata.name);
      await scenario.untilGone(KIND, metadata.name);
    }
    await scenario.search.ok('PUT', `${PATH}/config`, before);
  });
  afterAll(async () => {
    await scenario.search.ok('PUT', '/_plugins/_security/api/audit/config', audit);
    await scenario.search.ok('PUT', '/_plugins/_security/api/allowlist', allowlist);
    await scenario.stop();
    provider.close();
  });

  async function dynamic(): Promise<Tree> {
    return (await scenario.search.ok<{ config: { dynamic: Tree } }>('GET', PATH)).config.dynamic;
  }

  /** As the plugin keeps it, where it shows passwords, too. */
  async function storedDocument(): Promise<string> {
    const document = await scenario.search.ok<{ _source: { config: string } }>(
      'GET',
      '/.opendistro_security/_doc/config',
    );
    return Buffer.from(document._source.config, 'base64').toString();
  }

  async function domains(): Promise<Readonly<Record<string, Domain>>> {
    return (await dynamic())['authc'] as Readonly<Record<string, Domain>>;
  }

  const openid = (url: string, order = 1): object => ({
    http_enabled: true,
    transport_enabled: true,
    order,
    http_authenticator: {
      type: 'openid',
      challenge: false,
      config: { subject_key: 'preferred_username', roles_key: 'roles', openid_connect_url: url },
    },
    authentication_backend: noop,
  });

  /** Whoever could log in before the tests. */
  async function everybodyGetsIn(): Promise<void> {
    for (const login of people) expect(await scenario.logIn(login)).toMatchObject({ status: 200 });
  }

  function pause(name: string, value: 'true' | null): Promise<unknown> {
    return scenario.patch(KIND, name, { metadata: { annotations: { 'security.opensearch.org/paused': value } } });
  }

  it('gets an OpenID domain with subject and roles key, which is read back as declared and stays quiet', async () => {
    const domain = openid(address);
    await scenario.create(KIND, 'sso', { dynamic: { authc: { openid_auth_domain: domain } } });
    const object = await scenario.untilReason(KIND, 'sso', 'Applied');
    const kept = Object.entries(domain).filter(([field]) => field !== 'transport_enabled');
    expect((await domains())['openid_auth_domain']).toMatchObject(Object.fromEntries(kept));
    expect(object.status['backups']).toHaveLength(1);
    const checked = await waitFor('the check for an upgrade', async () => {
      const now = await scenario.get(KIND, 'sso');
      return now?.status['upgrade'] === undefined ? undefined : now;
    });
    expect(checked.status['upgrade']).toMatchObject({ available: false });
    const { resourceVersion } = checked.metadata;
    await new Promise((resolve) => setTimeout(resolve, 6000));
    expect((await scenario.get(KIND, 'sso'))?.metadata.resourceVersion).toBe(resourceVersion);
  });

  it('gets an LDAP source of roles, with its password from a Secret that is shown nowhere', async () => {
    await scenario.secret('ldap', { password: 'bind-password-of-ldap' });
    const config = {
      hosts: ['ldap.example.com:8389'],
      bind_dn: 'cn=admin,dc=example,dc=com',
      rolebase: 'ou=groups,dc=example,dc=com',
      rolesearch: '(uniqueMember={0})',
      rolename: 'cn',
      userbase: 'ou=people,dc=example,dc=com',
      usersearch: '(uid={0})',
    };
    const authz = { ldap: { http_enabled: true, authorization_backend: { type: 'ldap', config } } };
    const path = '/authz/ldap/authorization_backend/config/password';
    const valuesFrom = [{ path, secretKeyRef: { name: 'ldap', key: 'password' } }];
    await scenario.create(KIND, 'ldap', { dynamic: { authz }, valuesFrom });
    await scenario.untilReason(KIND, 'ldap', 'Applied');
    const stored = (await dynamic())['authz'] as { ldap: { authorization_backend: { config: Tree } } };
    expect(stored.ldap.authorization_backend.config).toEqual({ ...config, password: '******' });
    expect(await storedDocument()).toContain('bind-password-of-ldap');
    await scenario.patch(KIND, 'ldap', { spec: { dynamic: { authz: { ldap: { description: 'people' } } } } });
    await waitFor('the description', async () =>
      JSON.stringify((await dynamic())['authz']).includes('people') ? true : undefined,
    );
    expect(await storedDocument()).toContain('bind-password-of-ldap');
    expect(await scenario.everythingTold()).not.toContain('bind-password-of-ldap');
    expect(scenario.log).not.toContain('bind-password-of-ldap');
  });

  it('gets a SAML domain while a legacy domain goes in the same change', async () => {
    const legacy = {
      http_enabled: true,
      order: 7,
      http_authenticator: { type: 'clientcert', challenge: false },
      authentication_backend: noop,
    };
    await scenario.create(KIND, 'swap', { dynamic: { authc: { legacy } } });
    await scenario.untilReason(KIND, 'swap', 'Applied');
    const saml = {
      http_enabled: true,
      order: 8,
      http_authenticator: {
        type: 'saml',
        challenge: true,
        config: {
          idp: { metadata_url: address, entity_id: 'urn:idp' },
          sp: { entity_id: 'urn:sp' },
          kibana_url: 'https://dashboards.example.com',
          exchange_key: 'k'.repeat(64),
          roles_key: 'Role',
        },
      },
      authentication_backend: noop,
    };
    await scenario.patch(KIND, 'swap', {
      spec: { dynamic: { multi_rolespan_enabled: true, authc: { legacy: null, saml } } },
    });
    await waitFor('the swap', async () => ((await domains())['saml'] === undefined ? undefined : true));
    await scenario.untilReason(KIND, 'swap', 'Applied');
    const now = await domains();
    expect([now['saml'], now['legacy']]).toEqual([saml, undefined]);
    expect((await dynamic())['multi_rolespan_enabled']).toBe(true);
  });

  it('keeps apart what two objects declare, and loses only what one of them declared when it goes', async () => {
    await scenario.create(KIND, 'one', { dynamic: { authc: { one: openid(address, 11) } } });
    await scenario.create(KIND, 'two', {
      dynamic: { authc: { two: openid(address, 12) }, do_not_fail_on_forbidden: true },
    });
    await scenario.untilReason(KIND, 'one', 'Applied');
    await scenario.untilReason(KIND, 'two', 'Applied');
    await scenario.delete(KIND, 'one');
    await scenario.untilGone(KIND, 'one');
    const left = await domains();
    expect([left['one'], left['two']]).toEqual([undefined, expect.objectContaining({ order: 12 })]);
    expect((await dynamic())['do_not_fail_on_forbidden']).toBe(true);
    expect(
      readyOf(
        (await scenario.get(KIND, 'two')) ??
          (() => {
            throw new Error('gone');
          })(),
      )?.status,
    ).toBe('True');
  });

  it('sets tenancy, audit, the list of allowed paths and the certificates of other clusters, and puts back what is changed', async () => {
    const spec = {
      adoptionPolicy: 'Always',
      tenancy: { privateTenantEnabled: false },
      audit: { audit: { ignore_users: ['kibanaserver', 'monitor'] } },
      allowlist: { enabled: false, requests: { '/_cat/nodes': ['GET'] } },
      nodesDn: { 'other-cluster': ['CN=node,O=other'] },
    };
    await scenario.create(KIND, 'rest', spec);
    await scenario.untilReason(KIND, 'rest', 'Applied');
    expect(((await dynamic())['kibana'] as Tree)['private_tenant_enabled']).toBe(false);
    const nodes = await scenario.search.ok<Tree>('GET', '/_plugins/_security/api/nodesdn');
    expect(nodes['other-cluster']).toEqual({ nodes_dn: ['CN=node,O=other'] });
    const audit = await scenario.search.ok<{ config: { audit: Tree } }>('GET', '/_plugins/_security/api/audit');
    expect(audit.config.audit['ignore_users']).toEqual(['kibanaserver', 'monitor']);
    await scenario.search.ok('PUT', '/_plugins/_security/api/nodesdn/other-cluster', { nodes_dn: ['CN=evil'] });
    await waitFor('the certificates put back', async () => {
      const now = await scenario.search.ok<Tree>('GET', '/_plugins/_security/api/nodesdn');
      return JSON.stringify(now['other-cluster']).includes('CN=node,O=other') ? true : undefined;
    });
  });

  it('is put back when somebody who must get in does not', async () => {
    await scenario.secret('jane', { ...people[1] });
    const ldap = { type: 'ldap', config: { hosts: ['127.0.0.1:1'], userbase: 'x', usersearch: '(uid={0})' } };
    const was = await dynamic();
    await scenario.create(KIND, 'broken', {
      adoptionPolicy: 'Always',
      dynamic: { authc: { [BASIC]: { authentication_backend: ldap } } },
      probes: [{ secretRef: { name: 'jane' } }],
    });
    const object = await scenario.untilReason(KIND, 'broken', 'RolledBack');
    expect(readyOf(object)?.message).toContain('the user of the probe in Secret jane');
    expect(await dynamic()).toEqual(was);
  });

  it('is as it was before a change when its backup is put back by the command of the documentation', async () => {
    const was = await dynamic();
    await scenario.create(KIND, 'sso', { dynamic: { authc: { openid_auth_domain: openid(address) } } });
    const { status } = await scenario.untilReason(KIND, 'sso', 'Applied');
    expect(await dynamic()).not.toEqual(was);
    await pause('sso', 'true');
    await waitFor('the pause', async () => {
      const object = await scenario.get(KIND, 'sso');
      return object !== undefined && conditionOf(object, 'Paused')?.status === 'True' ? true : undefined;
    });
    const [backup] = status['backups'] as readonly { readonly secretName: string }[];
    expect(runRestore(documentedRestore('securityconfig'), backup?.secretName ?? '', scenario.real)).toContain('OK');
    await new Promise((resolve) => setTimeout(resolve, 11_000));
    expect(await dynamic()).toEqual(was);
    await pause('sso', null);
    await scenario.untilReason(KIND, 'sso', 'Applied');
  });

  it.each([
    [
      'the only domain for internal users is switched off',
      () => ({ dynamic: { authc: { [BASIC]: { http_enabled: false } } } }),
      'WouldLockOut',
    ],
    [
      'the only domain for internal users is left out in mode Replace',
      () => ({ mode: 'Replace', dynamic: { authc: { x: openid(address, 21) } } }),
      'WouldLockOut',
    ],
    [
      'anonymous access is opened and the domain broken',
      () => ({
        dynamic: {
          http: { anonymous_auth_enabled: true },
          authc: { [BASIC]: { authentication_backend: { type: 'nosuch' } } },
        },
      }),
      'InvalidSpec',
    ],
    [
      'the type of an authenticator is unknown',
      () => ({
        dynamic: { authc: { x: { order: 9, http_authenticator: { type: 'nosuch' }, authentication_backend: noop } } },
      }),
      'InvalidSpec',
    ],
    [
      'two domains have one order',
      () => ({
        dynamic: { authc: { x: openid('https://id.example', 21), y: openid('https://id.example', 21) } },
      }),
      'InvalidSpec',
    ],
  ])('is left as it is when %s', async (_what, spec, reason) => {
    const was = await dynamic();
    await scenario.create(KIND, 'bad', { adoptionPolicy: 'Always', ...spec() });
    await scenario.untilReason(KIND, 'bad', reason);
    expect(await dynamic()).toEqual(was);
  });

  it('is left as it is by an authc that is empty', async () => {
    const was = await dynamic();
    await scenario.create(KIND, 'bad', { adoptionPolicy: 'Always', dynamic: { authc: {} } });
    await scenario.untilReason(KIND, 'bad', 'Applied');
    expect(await dynamic()).toEqual(was);
  });

  it('waits when a domain comes first whose provider does not answer', async () => {
    const was = await dynamic();
    await scenario.create(KIND, 'bad', { dynamic: { authc: { x: openid('https://127.0.0.1:1/x', -1) } } });
    const object = await scenario.untilReason(KIND, 'bad', 'Verifying');
    expect(readyOf(object)?.message).toContain('https://127.0.0.1:1/x does not answer');
    expect(await dynamic()).toEqual(was);
  });

  it.each([
    ['an empty authc in mode Replace', { mode: 'Replace', dynamic: { authc: {} } }],
    [
      'a failure listener with a text for a number',
      { dynamic: { auth_failure_listeners: { l: { type: 'ip', allowed_tries: 'x' } } } },
    ],
  ])('is refused by the API server: %s', async (_what, spec) => {
    const was = await dynamic();
    await expect(scenario.create(KIND, 'bad', spec)).rejects.toThrow();
    expect(await dynamic()).toEqual(was);
  });

  it('is replaced as a whole in mode Replace, reads back as declared, and stays quiet', async () => {
    const { [BASIC]: domain } = await domains();
    const listener = { type: 'ip', allowed_tries: 7 };
    const declared = {
      authc: { [BASIC]: domain },
      auth_failure_listeners: { slow: listener },
      kibana: { multitenancy_enabled: true, server_username: 'kibanaserver' },
      multi_rolespan_enabled: false,
    };
    await scenario.create(KIND, 'whole', { mode: 'Replace', adoptionPolicy: 'Always', dynamic: declared });
    const { status } = await scenario.untilReason(KIND, 'whole', 'Applied');
    const now = await dynamic();
    expect(now).toMatchObject(declared);
    expect([Object.keys(await domains()), now['authz']]).toEqual([[BASIC], {}]);
    await new Promise((resolve) => setTimeout(resolve, 11_000));
    expect(await scenario.get(KIND, 'whole')).toMatchObject({ status: { backups: status['backups'] } });
  });
});
