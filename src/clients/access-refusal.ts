/**
 * Why the Security plugin refuses a request because of who asks, as far as its words tell:
 * - `no-api-role`: none of the roles may use its REST API, which is true for all of it.
 * - `endpoint-disabled`: the roles may use the API, but not this method of this endpoint.
 * - `admin-only`: only the admin certificate may, or a special permission is needed.
 * - `switched-off`: not even the admin certificate may.
 *
 * `advice` is a sentence without a full stop that names the setting or the permission to add.
 */
interface AccessRefusal {
  readonly type: 'no-api-role' | 'endpoint-disabled' | 'admin-only' | 'switched-off';
  readonly advice: string;
}

/** What was asked for, since "Access denied" is all that the server says. */
interface RefusedRequest {
  readonly path: string;
  /** Whether the admin certificate asked. */
  readonly isAdmin: boolean;
}

/** Undefined when the words are about something else. Texts of 2.19.4 and 3.4.0: docs/security-api.md. Pure. */
export function accessRefusal(words: string, request?: RefusedRequest): AccessRefusal | undefined {
  if (words === 'Access denied') return denied(request);
  if (!words.startsWith('No permission to access REST API')) return undefined;
  const { endpoint, method } = DISABLED.exec(words)?.groups ?? {};
  if (endpoint === undefined || method === undefined) return { type: 'no-api-role', advice: NO_ROLE };
  return { type: 'endpoint-disabled', advice: disabledAdvice(endpoint, method) };
}

const DISABLED = /does not have any access to endpoint (?<endpoint>\w+) and method (?<method>\w+)/;

const NO_ROLE = 'give the user a role that is listed in plugins.security.restapi.roles_enabled of opensearch.yml';

/** Without the roles of the user that the server lists: each node lists them in another order. */
function disabledAdvice(endpoint: string, method: string): string {
  return `OpenSearch has the method ${method} of ${endpoint} disabled for the roles of the operator: take it out of plugins.security.restapi.endpoints_disabled.<role>.${endpoint} in opensearch.yml`;
}

function denied(request: RefusedRequest | undefined): AccessRefusal {
  const isConfig = request?.path.includes('/api/securityconfig') === true;
  if (isConfig && request.isAdmin) return { type: 'switched-off', advice: SWITCHED_OFF };
  const permission = PERMISSIONS.find(([path]) => path.test(request?.path ?? ''))?.[1] ?? 'restapi:admin/...';
  const advice = `only the admin certificate may do that (plugins.security.authcz.admin_dn), or a user whose role has the permission ${permission} while plugins.security.restapi.admin.enabled is true`;
  return { type: 'admin-only', advice: isConfig ? `${advice}${WHERE_ADMIN_IS_OFF}` : advice };
}

/** With both settings at their default nobody may change the configuration. */
const WHERE_ADMIN_IS_OFF =
  '; where that is false, plugins.security.unsupported.restapi.allow_securityconfig_modification must be true, whoever asks';

const SWITCHED_OFF =
  'changes of the security configuration are switched off in opensearch.yml: set plugins.security.restapi.admin.enabled to true, or plugins.security.unsupported.restapi.allow_securityconfig_modification';

/** What stands for the admin certificate where `plugins.security.restapi.admin.enabled` is true. */
const PERMISSIONS: readonly (readonly [path: RegExp, permission: string])[] = [
  [/\/api\/securityconfig/, 'restapi:admin/config/update'],
  [/\/api\/(certificates|ssl\/certs)/, 'restapi:admin/ssl/certs/info'],
  [/\/api\/ssl\/\w+\/reloadcerts/, 'restapi:admin/ssl/certs/reload'],
  [/\/api\/allowlist/, 'restapi:admin/allowlist'],
  [/\/api\/nodesdn/, 'restapi:admin/nodesdn'],
];
