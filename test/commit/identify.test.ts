import { describe, expect, test } from '@jest/globals';
import type { OpenSearchClient, OpenSearchRequest, OpenSearchResponse } from '../../src/clients/opensearch.ts';
import { identify } from '../../src/commit/identify.ts';
import { AuthenticationError, NotInitializedError, OperatorError, UnreachableError } from '../../src/errors.ts';

const up = { status: 200, body: { status: 'UP', mode: 'strict', message: null } };
const main = { status: 200, body: { cluster_uuid: 'uuid-1', version: { number: '3.4.0' } } };
const basic = { status: 200, body: { user_name: 'operator', principal: null } };

type Answers = Readonly<Record<string, OpenSearchResponse>>;

const healthy: Answers = {
  '/': main,
  '/_plugins/_security/health': up,
  '/_plugins/_security/authinfo': basic,
};

function ask(answers: Answers, prefix: 'Auto' | 'Plugins' | 'Opendistro' = 'Auto') {
  const request = ({ path }: OpenSearchRequest): Promise<OpenSearchResponse> =>
    Promise.resolve(answers[path] ?? { status: 400, body: { error: `no handler found for uri [${path}]` } });
  // The class is the only implementation; what is asked of it here is one method.
  const client = { request } as unknown as OpenSearchClient;
  return identify(client, prefix, AbortSignal.timeout(10_000));
}

describe('a cluster', () => {
  test('is known by version, uuid, health and the name that it knows us by', async () => {
    expect(await ask(healthy)).toEqual({
      version: '3.4.0',
      clusterUuid: 'uuid-1',
      apiPrefix: 'Plugins',
      authenticatedAs: { name: 'operator', method: 'Basic', roles: [], backendRoles: [] },
      pluginHealth: { status: 'UP', mode: 'strict' },
      self: { name: 'operator', method: 'Basic', isAdmin: false, backendRoles: [], roles: [] },
    });
  });

  test('says which roles we hold', async () => {
    const body = {
      user_name: 'operator',
      principal: null,
      roles: ['own_index', 'all_access'],
      backend_roles: ['admin'],
    };
    const { self, authenticatedAs } = await ask({ ...healthy, '/_plugins/_security/authinfo': { status: 200, body } });
    expect(self).toMatchObject({ roles: ['own_index', 'all_access'], backendRoles: ['admin'], isAdmin: false });
    expect(authenticatedAs).toMatchObject({ roles: ['all_access', 'own_index'], backendRoles: ['admin'] });
  });

  test('tells a client certificate from a login', async () => {
    const body = { user_name: 'CN=operator', principal: 'CN=operator' };
    const whoami = { status: 200, body: { dn: 'CN=operator', is_admin: true } };
    const identity = await ask({
      ...healthy,
      '/_plugins/_security/authinfo': { status: 200, body },
      '/_plugins/_security/whoami': whoami,
    });
    expect(identity.authenticatedAs).toMatchObject({ name: 'CN=operator', method: 'ClientCertificate' });
    expect(identity.self.isAdmin).toBe(true);
  });

  test('may keep its version to itself', async () => {
    const identity = await ask({ ...healthy, '/': { status: 403, body: { error: { reason: 'no permissions' } } } });
    expect(identity).not.toHaveProperty('version');
    expect(identity).not.toHaveProperty('clusterUuid');
  });

  const old: Answers = {
    '/': main,
    '/_opendistro/_security/health': up,
    '/_opendistro/_security/authinfo': basic,
  };

  test.each(['Auto', 'Opendistro'] as const)('of before the rename is found with the prefix %s', async (prefix) => {
    expect(await ask(old, prefix)).toMatchObject({ apiPrefix: 'Opendistro' });
  });

  test('is asked under no other prefix than the one that is set', async () => {
    await expect(ask(old, 'Plugins')).rejects.toThrow(/_plugins.*is the Security plugin installed/);
  });

  test('without the plugin is not taken for one that is down', async () => {
    await expect(ask({ '/': main })).rejects.toThrow(NotInitializedError);
  });

  test('that says it is down is not initialised', async () => {
    const down = { status: 503, body: { status: 'DOWN', mode: 'strict', message: 'Not initialized' } };
    await expect(ask({ ...healthy, '/_plugins/_security/health': down })).rejects.toThrow(NotInitializedError);
  });

  test.each([
    ['wrong credentials', { status: 401, body: 'Unauthorized' }, AuthenticationError],
    [
      'a plugin without a working login',
      { status: 503, body: 'OpenSearch Security not initialized.' },
      NotInitializedError,
    ],
    ['a proxy that gives up', { status: 502, body: 'Bad Gateway' }, UnreachableError],
  ])('with %s fails as such', async (_, authinfo, expected) => {
    await expect(ask({ ...healthy, '/_plugins/_security/authinfo': authinfo })).rejects.toThrow(expected);
  });
});

describe('what is no cluster, or not yet', () => {
  const page: Answers[string] = { status: 200, body: '<html>please log in</html>' };

  test.each<[string, Answers]>([
    [
      'answers every question with a page',
      { '/': page, '/_plugins/_security/health': page, '/_plugins/_security/authinfo': page },
    ],
    ['does not say who we are', { ...healthy, '/_plugins/_security/authinfo': { status: 200, body: {} } }],
    [
      'has no uuid yet',
      { ...healthy, '/': { status: 200, body: { cluster_uuid: '_na_', version: { number: '3.4.0' } } } },
    ],
  ])('%s', async (_, answers) => {
    await expect(ask(answers)).rejects.toThrow(NotInitializedError);
  });

  test.each([429, 500, 502, 503])('is asked again when it answers %d to the question who it is', async (status) => {
    await expect(ask({ ...healthy, '/': { status, body: { message: 'no' } } })).rejects.toThrow(OperatorError);
  });

  test('is not taken for an old one because a proxy fails for a moment', async () => {
    const answers = { ...healthy, '/_plugins/_security/health': { status: 502, body: 'bad gateway' } };
    await expect(ask(answers)).rejects.toThrow(UnreachableError);
  });
});
