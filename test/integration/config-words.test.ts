import { createSign, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { Rest } from '../support/rest.ts';
import { readyOf, Scenario } from '../support/scenario.ts';
import { waitFor } from '../support/wait-for.ts';

const KIND = 'OpenSearchSecurityConfig';
const API = '/_plugins/_security/api';
const BASIC = 'basic_internal_auth_domain';
const AUDIT = `${API}/audit`;

describe('a security configuration that the server would not take, or not as it was meant', () => {
  let scenario: Scenario;
  let is3: boolean;
  let before: { readonly config: { readonly dynamic: object } };
  let audit: { readonly config: Readonly<Record<string, unknown>> };
  let provider: Server;
  let privateKey: KeyObject;

  beforeAll(async () => {
    scenario = await Scenario.start();
    is3 = scenario.real.cluster.version.startsWith('3.');
    before = await scenario.search.ok('GET', `${API}/securityconfig`);
    audit = await scenario.search.ok('GET', AUDIT);
    const keys = generateKeyPairSync('rsa', { modulusLength: 2048 });
    privateKey = keys.privateKey;
    const jwk = { ...keys.publicKey.export({ format: 'jwk' }), kid: 'one', alg: 'RS256', use: 'sig' };
    provider = createServer((_request, response) =>
      response.setHeader('content-type', 'application/json').end(JSON.stringify({ keys: [jwk] })),
    );
    await new Promise<void>((resolve) => void provider.listen(0, '127.0.0.1', resolve));
    await scenario.connectAsAdmin();
    scenario.startOperator();
    await scenario.untilReason('OpenSearchConnection', 'default', 'Connected');
  });
  afterEach(async () => {
    await scenario.delete(KIND, 'one');
    await scenario.untilGone(KIND, 'one');
    await scenario.search.ok('PUT', `${API}/securityconfig/config`, before.config);
  });
  afterAll(async () => {
    await scenario.search.ok('PUT', `${AUDIT}/config`, audit.config);
    await scenario.stop();
    provider.close();
  });

  it.each<{ what: string; section: string; key: string; value: unknown; words: string }>([
    {
      what: 'a key',
      section: 'audit',
      key: 'enable_rset',
      value: true,
      words: 'enable_rset is unknown to OpenSearch: did you mean enable_rest?',
    },
    {
      what: 'a category',
      section: 'audit',
      key: 'disabled_rest_categories',
      value: ['AUTHENTICATE'],
      words: 'did you mean AUTHENTICATED?',
    },
    {
      what: 'a type',
      section: 'compliance',
      key: 'internal_config',
      value: 'no',
      words: 'spec.audit.compliance.internal_config is to be true or false',
    },
  ])('says which audit setting has $what that is wrong, where the server names none', async (row) => {
    const { section, key, value, words } = row;
    const byHand = await scenario.search.call('PATCH', AUDIT, [
      { op: 'add', path: `/config/${section}/${key}`, value },
    ]);
    expect([byHand.status, JSON.stringify(byHand.body)]).toEqual([400, expect.not.stringContaining(key)]);
    await scenario.create(KIND, 'one', { audit: { [section]: { [key]: value } }, adoptionPolicy: 'Always' });
    const refused = await scenario.untilReason(KIND, 'one', 'InvalidSpec');
    expect(readyOf(refused)?.message).toContain(words);
    expect(await scenario.search.ok('GET', AUDIT)).toEqual(audit);
  });

  it.each([
    ['a slip', { do_not_fail_on_forbiden: true }, 'did you mean do_not_fail_on_forbidden?'],
    ['a slip in a domain', { authc: { [BASIC]: { ordre: 7 } } }, `authc.${BASIC}.ordre is unknown`],
    [
      'the name that pages of the documentation have',
      { 'opensearch-dashboards': { index: 'x' } },
      'did you mean kibana?',
    ],
  ])('says before the write which key is unknown, and which one was meant: %s', async (_what, dynamic, words) => {
    await scenario.create(KIND, 'one', { dynamic, adoptionPolicy: 'Always' });
    const refused = await scenario.untilReason(KIND, 'one', 'InvalidSpec');
    expect(readyOf(refused)?.message).toContain(words);
    expect(await scenario.search.ok('GET', `${API}/securityconfig`)).toEqual(before);
  });

  it.each(['Merge', 'Replace'])(
    'lets the server decide about an unknown key that is allowed, with mode %s',
    async (mode) => {
      const whole = mode === 'Replace' ? before.config.dynamic : {};
      const dynamic = { ...whole, brand_new: true };
      await scenario.create(KIND, 'one', { mode, dynamic, allowUnknownKeys: ['/brand_new'], adoptionPolicy: 'Always' });
      const refused = await scenario.untilReason(KIND, 'one', 'Rejected');
      expect(readyOf(refused)?.message).toContain('Unrecognized field "brand_new"');
      expect(await scenario.search.ok('GET', `${API}/securityconfig`)).toEqual(before);
    },
  );

  it('takes every audit setting that the server shows', async () => {
    await scenario.create(KIND, 'one', { audit: audit.config, adoptionPolicy: 'Always' });
    await scenario.untilReason(KIND, 'one', 'Applied');
  });

  it('says which version has keys of tokens by address, and uses them there', async () => {
    const config = {
      jwks_uri: `http://127.0.0.1:${(provider.address() as AddressInfo).port}/keys`,
      roles_key: 'roles',
    };
    const domain = {
      http_enabled: true,
      // Before the domain for passwords, which answers 401 to whoever has none.
      order: 1,
      http_authenticator: { type: 'jwt', challenge: false, config },
      authentication_backend: { type: 'noop' },
    };
    await scenario.create(KIND, 'one', { dynamic: { authc: { tokens: domain } } });
    const object = await scenario.untilReason(KIND, 'one', is3 ? 'Applied' : 'Unsupported');
    if (is3) {
      await waitFor('a login by token', async () => ((await logsIn()) ? true : undefined));
      return;
    }
    expect(readyOf(object)?.message).toContain('jwks_uri needs OpenSearch 3.3, and this is 2.19');
    // What would come of it.
    const value = domain;
    await scenario.search.ok('PATCH', `${API}/securityconfig`, [
      { op: 'add', path: '/config/dynamic/authc/tokens', value },
    ]);
    expect(await logsIn()).toBe(false);
  });

  async function logsIn(): Promise<boolean> {
    const encode = (part: object): string => Buffer.from(JSON.stringify(part)).toString('base64url');
    const exp = Math.floor(Date.now() / 1000) + 600;
    const head = encode({ alg: 'RS256', kid: 'one', typ: 'JWT' });
    const signed = `${head}.${encode({ sub: 'jane', roles: 'staff', exp })}`;
    const signature = createSign('RSA-SHA256').update(signed).sign(privateKey, 'base64url');
    const { cluster, caPem } = scenario.real;
    const headers = { authorization: `Bearer ${signed}.${signature}` };
    const rest = new Rest({ url: cluster.nodes[0]?.url ?? '', caPem, headers });
    const { status, body } = await rest.call('GET', '/_plugins/_security/authinfo').finally(() => rest.close());
    return status === 200 && (body as { user_name: string }).user_name === 'jane';
  }
});
