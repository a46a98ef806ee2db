/**
 * Why the Security plugin refuses a request because of who asks, from the outside:
 * - `no-api-role`: none of the roles may use its REST API, which is true for all of it.
 * - `endpoint-disabled`: the role may use the API, but not this method of this endpoint.
 * - `admin-only`: only the admin certificate may, or a special permission is needed.
 *
 * `advice` names the setting or the permission to add.
 */
export interface AccessRefusal {
  readonly type: 'no-api-role' | 'endpoint-disabled' | 'admin-only';
  readonly advice: string;
}

/** Texts of 2.19.4 and 3.4.0, see docs/security-api.md. Undefined when the words are about something else. */
export function accessRefusal(words: string, request?: RefusedRequest): AccessRefusal | undefined {
  if (words === 'Access denied') return { type: 'admin-only', advice: adminAdvice(request) };
  if (!words.startsWith('No permission to access REST API')) return undefined;
  const { endpoint, method } = DISABLED.exec(words)?.groups ?? {};
  if (endpoint !== undefined && method !== undefined)
    return { type: 'endpoint-disabled', advice: disabledAdvice(endpoint, method) };
  return { type: 'no-api-role', advice: NO_ROLE };
}

/** What was asked for, where that tells what is missing: `/_plugins/_security/api/securityconfig`, for example. */
export interface RefusedRequest {
  readonly path: string;
}

const DISABLED = /does not have any access to endpoint (?<endpoint>\w+) and method (?<method>\w+)/;

const NO_ROLE = 'give the user a role that is listed in plugins.security.restapi.roles_enabled of opensearch.yml';

function disabledAdvice(endpoint: string, method: string): string {
  return `take ${method} out of plugins.security.restapi.endpoints_disabled.<role>.${endpoint} in opensearch.yml, for each role of the user that has such a list`;
}

/** Permissions that stand for the admin certificate while `plugins.security.restapi.admin.enabled` is true. */
const PERMISSIONS: readonly (readonly [path: RegExp, permission: string])[] = [
  [/\/api\/securityconfig/, 'restapi:admin/config/update'],
  [/\/api\/certificates|\/api\/ssl\/certs/, 'restapi:admin/ssl/certs/info'],
  [/\/api\/ssl\/\w+\/reloadcerts/, 'restapi:admin/ssl/certs/reload'],
  [/\/api\/allowlist/, 'restapi:admin/allowlist'],
  [/\/api\/nodesdn/, 'restapi:admin/nodesdn'],
];

function adminAdvice(request: RefusedRequest | undefined): string {
  const permission = PERMISSIONS.find(([path]) => path.test(request?.path ?? ''))?.[1] ?? 'restapi:admin/...';
  return `connect with a certificate of plugins.security.authcz.admin_dn, or with plugins.security.restapi.admin.enabled as a user with the permission ${permission}`;
}
