/** The endpoints of the Security API that are asked; each is the first segment below `/api` or below the prefix. */
const SECURITY = new Set([
  'account',
  'actiongroups',
  'allowlist',
  'audit',
  'authinfo',
  'authtoken',
  'cache',
  'certificates',
  'dashboardsinfo',
  'generateonbehalfoftoken',
  'health',
  'internalusers',
  'migrate',
  'nodesdn',
  'permissionsinfo',
  'ratelimiting',
  'roles',
  'rolesmapping',
  'securityconfig',
  'ssl',
  'tenancy',
  'tenantinfo',
  'tenants',
  'validate',
  'whitelist',
  'whoami',
  '_upgrade_check',
  '_upgrade_perform',
]);
const OTHERS: readonly (readonly [start: string, endpoint: string])[] = [
  ['/_cat/nodes', 'cat_nodes'],
  ['/_cluster/state/nodes', 'cluster_state_nodes'],
  ['/.opendistro_security', 'security_index'],
];

/** What a path is called in metrics: a template without any name in it, one of few. */
export function endpointOf(path: string): string {
  const [plain = ''] = path.split('?');
  if (plain === '/') return 'root';
  const security = /^\/_(?:plugins|opendistro)\/_security\/(?:api\/)?([^/]+)/.exec(plain)?.[1];
  if (security !== undefined) return SECURITY.has(security) ? security : 'other';
  return OTHERS.find(([start]) => plain.startsWith(start))?.[1] ?? 'other';
}
