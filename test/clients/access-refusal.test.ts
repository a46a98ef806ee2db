import { describe, expect, test } from '@jest/globals';
import { accessRefusal } from '../../src/clients/access-refusal.ts';

const WHO = 'No permission to access REST API: User u with Security roles [own_index]';
const NO_ROLE = `${WHO} does not have any role privileged for admin access. No client TLS certificate found in request`;
const DISABLED = `${WHO} does not have any access to endpoint ROLES and method PATCH. No client TLS certificate found in request`;
const DENIED = 'Access denied';

describe('a refusal because of who asks', () => {
  const asUser = (path: string) => ({ path: `/_plugins/_security/api/${path}`, isAdmin: false });

  test.each([
    { words: NO_ROLE, type: 'no-api-role', named: 'plugins.security.restapi.roles_enabled' },
    { words: DISABLED, type: 'endpoint-disabled', named: 'endpoints_disabled.<role>.ROLES' },
    { words: DENIED, type: 'admin-only', named: 'plugins.security.authcz.admin_dn' },
    { words: DENIED, request: asUser('securityconfig'), type: 'admin-only', named: 'restapi:admin/config/update' },
    {
      words: DENIED,
      request: asUser('securityconfig'),
      type: 'admin-only',
      named:
        'plugins.security.restapi.admin.enabled is true; where that is false, plugins.security.unsupported.restapi.allow_securityconfig_modification must be true, whoever asks',
    },
    { words: DENIED, request: asUser('certificates'), type: 'admin-only', named: 'restapi:admin/ssl/certs/info' },
    {
      words: DENIED,
      request: asUser('ssl/http/reloadcerts'),
      type: 'admin-only',
      named: 'restapi:admin/ssl/certs/reload',
    },
    {
      words: DENIED,
      request: { ...asUser('securityconfig'), isAdmin: true },
      type: 'switched-off',
      named: 'allow_securityconfig_modification',
    },
  ])('is told as $type, with $named', ({ words, request, type, named }) => {
    expect(accessRefusal(words, request)).toEqual({ type, advice: expect.stringContaining(named) });
  });

  test('speaks of the setting for the security configuration nowhere else', () => {
    expect(accessRefusal(DENIED, asUser('allowlist'))?.advice).toMatch(/admin\.enabled is true$/);
  });

  test('names the method and the endpoint, and not the roles in the order of one node', () => {
    const advice = accessRefusal(DISABLED)?.advice;
    expect(advice).toContain('the method PATCH of ROLES');
    expect(advice).not.toContain('own_index');
  });

  test.each(["Resource 'x' is reserved.", 'no permissions for [cluster:monitor/main]', ''])(
    'is not what %j is about',
    (words) => {
      expect(accessRefusal(words)).toBeUndefined();
    },
  );
});
