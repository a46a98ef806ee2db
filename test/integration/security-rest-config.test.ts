import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { PatchOperation } from '../../src/clients/rest-patch.ts';
import { NotInForceError } from '../../src/errors.ts';
import { SecurityFixture, valueOf } from '../support/security-fixture.ts';

const UPDATED = { type: 'ok', value: { status: 'OK', message: "'config' updated." } };
const PATCHED = { type: 'ok', value: { status: 'OK', message: 'Resource updated.' } };
const DENIED = { type: 'refused', words: 'Access denied' };
const NO_HANDLER = { type: 'unsupported', words: expect.stringMatching(/^no handler found for uri/) };
const SIGNING_KEY = Buffer.from('not a secret, but long enough to sign with, as is asked for by HS512').toString(
  'base64',
);

let fixture: SecurityFixture;

beforeAll(async () => {
  fixture = await SecurityFixture.start();
});
afterEach(async () => {
  await fixture.restore();
  expect(await fixture.shared()).toEqual(fixture.before);
});
afterAll(() => fixture.stop());

function add(value: unknown, ...path: [string, ...string[]]): PatchOperation {
  return { op: 'add', path, value };
}

describe('securityconfig', () => {
  const field: [string, ...string[]] = ['config', 'dynamic', 'do_not_fail_on_forbidden'];

  it('can be written back as it was read', async () => {
    const { config } = fixture.before.securityConfig;
    expect(Object.keys(config)).toEqual(['dynamic']);
    expect(await fixture.admin.securityConfig.put(config)).toEqual(UPDATED);
    expect(await fixture.shared()).toEqual(fixture.before);
  });

  it('can be patched, and says when nothing changed', async () => {
    const { securityConfig } = fixture.admin;
    expect(await securityConfig.patch([add(true, ...field)])).toEqual(PATCHED);
    expect(await securityConfig.patch([add(true, ...field)])).toEqual({ type: 'unchanged' });
    expect(valueOf(await securityConfig.get()).config.dynamic.do_not_fail_on_forbidden).toBe(true);
  });

  it('refuses to replace what has its default', async () => {
    const words = 'Missing field "do_not_fail_on_forbidden"';
    const operation = { op: 'replace', path: field, value: true } as const;
    expect(await fixture.admin.securityConfig.patch([operation])).toEqual({ type: 'refused', words });
  });

  it('refuses fields and values that it does not know, and stores nothing of them', async () => {
    const { securityConfig } = fixture.admin;
    const { dynamic } = fixture.before.securityConfig.config;
    const unknown = { ...dynamic, 'opensearch-dashboards': {} };
    expect(await securityConfig.put({ dynamic: unknown })).toEqual({
      type: 'refused',
      words: expect.stringMatching(/^Unrecognized field "opensearch-dashboards"/),
    });
    expect(await securityConfig.patch([add('six', 'config', 'dynamic', 'authc', 'ldap', 'order')])).toMatchObject({
      type: 'refused',
    });
    expect(await securityConfig.patch([{ op: 'remove', path: ['config'] }])).toMatchObject({ type: 'refused' });
    expect(await fixture.shared()).toEqual(fixture.before);
  });

  it('never repeats a key that was refused', async () => {
    const value = { enabled: SIGNING_KEY, signing_key: SIGNING_KEY };
    const answer = await fixture.admin.securityConfig.patch([add(value, 'config', 'dynamic', 'on_behalf_of')]);
    expect(answer).toEqual({ type: 'refused', words: expect.stringContaining('from String "[redacted]"') });
    expect(JSON.stringify(answer)).not.toContain(SIGNING_KEY.slice(0, 8));
  });

  it('can be read by a user of the API, and written with the admin certificate only', async () => {
    expect(await fixture.user.securityConfig.get()).toEqual({ type: 'ok', value: fixture.before.securityConfig });
    expect(await fixture.user.securityConfig.patch([add(true, ...field)])).toEqual(DENIED);
    expect(await fixture.user.securityConfig.put(fixture.before.securityConfig.config)).toEqual(DENIED);
  });
});

describe('audit', () => {
  it('can be read, put and patched by a user of the API', async () => {
    const { audit } = fixture.user;
    const before = valueOf(await audit.get());
    expect(before).toEqual({ _readonly: [], config: fixture.before.audit.config });
    expect(await audit.put(before.config)).toEqual(UPDATED);
    expect(await audit.get()).toEqual({ type: 'ok', value: before });
    const off = { op: 'replace', path: ['config', 'audit', 'enable_rest'], value: false } as const;
    expect(await audit.patch([off])).toEqual(PATCHED);
    expect(await audit.patch([off])).toEqual({ type: 'unchanged' });
    expect(valueOf(await audit.get()).config.audit?.enable_rest).toBe(false);
  });

  it('refuses a category that it does not know', async () => {
    const refused = { type: 'refused', words: 'Could not parse content of request.' };
    const categories = ['NONSENSE'];
    expect(await fixture.user.audit.put({ audit: { disabled_rest_categories: categories } })).toEqual(refused);
    const operation = add(categories, 'config', 'audit', 'disabled_rest_categories');
    expect(await fixture.user.audit.patch([operation])).toEqual(refused);
  });
});

describe('the list of allowed paths', () => {
  const operation = add(['GET'], 'config', 'requests', '/_cat/indices');

  it('can be read, put and patched with the admin certificate', async () => {
    const { allowlist } = fixture.admin;
    const { config } = valueOf(await allowlist.get());
    expect(await allowlist.patch([operation])).toEqual(PATCHED);
    expect(await allowlist.patch([operation])).toEqual({ type: 'unchanged' });
    const requests = { ...config.requests, '/_cat/indices': ['GET'] };
    expect(valueOf(await allowlist.get()).config).toEqual({ ...config, requests });
    expect(await allowlist.put(config)).toEqual(UPDATED);
    expect(valueOf(await allowlist.get()).config).toEqual(config);
  });

  it('refuses a method that is none, with 500', async () => {
    const requests = { '/_cat/nodes': ['FETCH' as 'GET'] };
    const refused = { type: 'refused', words: expect.stringContaining('"FETCH": not one of the values') };
    expect(await fixture.admin.allowlist.put({ enabled: false, requests })).toEqual(refused);
    expect(await fixture.admin.allowlist.patch([add(['FETCH'], 'config', 'requests', '/x')])).toEqual(refused);
  });

  it('is closed to a user of the API', async () => {
    const { allowlist } = fixture.user;
    expect(await allowlist.get()).toEqual(DENIED);
    expect(await allowlist.put(fixture.before.allowlist.config)).toEqual(DENIED);
    expect(await allowlist.patch([operation])).toEqual(DENIED);
  });

  it('has its old name on 2.19 only, as a document of its own', async () => {
    const { whitelist, allowlist } = fixture.admin;
    const { config } = fixture.before.allowlist;
    expect(await whitelist.get()).toEqual(fixture.is3 ? NO_HANDLER : { type: 'ok', value: { config } });
    expect(await whitelist.put(config)).toEqual(fixture.is3 ? NO_HANDLER : UPDATED);
    expect(await whitelist.patch([operation])).toEqual(fixture.is3 ? NO_HANDLER : PATCHED);
    expect(valueOf(await allowlist.get()).config).toEqual(config);
  });
});

describe('tenancy', () => {
  it('can be read and changed in part by a user of the API', async () => {
    const { tenancy } = fixture.user;
    const before = valueOf(await tenancy.get());
    const changed = { ...before, multitenancy_enabled: false };
    expect(await tenancy.put({ multitenancy_enabled: false })).toEqual({ type: 'ok', value: changed });
    expect(await tenancy.get()).toEqual({ type: 'ok', value: changed });
    expect(valueOf(await fixture.admin.securityConfig.get()).config.dynamic.kibana).toMatchObject(changed);
    expect(await tenancy.put(before)).toEqual({ type: 'ok', value: before });
  });

  it.each([
    ['a default that is no tenant', { default_tenant: 'nowhere' }, /can not be set to default tenant/],
    ['a private default without private tenants', { default_tenant: 'Private', private_tenant_enabled: false }, /./],
    ['a way to sign in that is not there', { sign_in_options: ['SAML'] }, /./],
  ])('refuses %s', async (_, body, words) => {
    expect(await fixture.user.tenancy.put(body)).toEqual({ type: 'refused', words: expect.stringMatching(words) });
  });
});

describe('listeners for failures of authentication', () => {
  it('can be read, put and deleted on 3.x only', async () => {
    const { authFailureListeners } = fixture.user;
    const name = fixture.name('listener');
    const body = { type: 'ip', allowed_tries: 500 } as const;
    if (!fixture.is3) {
      expect(await authFailureListeners.getAll()).toEqual(NO_HANDLER);
      expect(await authFailureListeners.put(name, body)).toEqual(NO_HANDLER);
      expect(await authFailureListeners.delete(name)).toEqual(NO_HANDLER);
      return;
    }
    const defaults = {
      authentication_backend: null,
      block_expiry_seconds: 600,
      ignore_hosts: [],
      max_blocked_clients: 100_000,
      max_tracked_clients: 100_000,
      time_window_seconds: 3600,
    };
    const made = { type: 'ok', value: { [name]: { name, ...defaults, ...body } } };
    expect(await authFailureListeners.put(name, body)).toEqual(made);
    expect(await authFailureListeners.getAll()).toEqual(made);
    expect(await authFailureListeners.delete(name)).toEqual({ type: 'ok', value: {} });
    const words = 'listener not found';
    expect(await authFailureListeners.delete(name)).toEqual({ type: 'not-found', words });
    expect(await authFailureListeners.put(name, { type: 'nonsense' as 'ip' })).toMatchObject({ type: 'refused' });
  });

  it('can be patched in securityconfig on both, where a value that cannot be loaded is stored but not in force', async () => {
    const { securityConfig } = fixture.admin;
    const path: [string, ...string[]] = ['config', 'dynamic', 'auth_failure_listeners'];
    const body = { type: 'ip', allowed_tries: 500 };
    const name = fixture.name('listener');
    expect(await securityConfig.patch([add({ [name]: body }, ...path)])).toEqual(PATCHED);
    const listeners = valueOf(await securityConfig.get()).config.dynamic.auth_failure_listeners;
    expect(listeners?.[name]).toMatchObject(body);
    const zero = add({ [name]: { ...body, allowed_tries: 0 } }, ...path);
    await expect(securityConfig.patch([zero])).rejects.toThrow(NotInForceError);
    expect(await securityConfig.patch([{ op: 'remove', path }])).toEqual(PATCHED);
  });
});

describe('tokens on behalf of a user', () => {
  const body = { description: 'test', service: 'test', durationSeconds: 60 };

  it('are not made while they are switched off', async () => {
    const words = expect.stringMatching(/^The OnBehalfOf token generating API has been disabled/);
    expect(await fixture.user.tokens.onBehalfOf(body)).toEqual({ type: 'unsupported', words });
  });

  it('are made while they are switched on', async () => {
    // 3.4.0 goes on making them until it is started again, so that the server would not be as it was.
    if (fixture.is3) return;
    const { tokens } = fixture.user;
    const value = { enabled: true, signing_key: SIGNING_KEY, encryption_key: SIGNING_KEY };
    valueOf(await fixture.admin.securityConfig.patch([add(value, 'config', 'dynamic', 'on_behalf_of')]));
    const user = fixture.real.cluster.username;
    const token = { user, authenticationToken: expect.stringMatching(/^ey[^.]+\.[^.]+\.[^.]+$/), durationSeconds: 60 };
    expect(await tokens.onBehalfOf(body)).toEqual({ type: 'ok', value: token });
    expect(valueOf(await tokens.onBehalfOf({ durationSeconds: 99_999 })).durationSeconds).toBe(600);
    const nonsense = { ...body, nonsense: 1 };
    expect(await tokens.onBehalfOf(nonsense)).toEqual({ type: 'refused', words: 'Unrecognized parameter: nonsense' });
  });
});
