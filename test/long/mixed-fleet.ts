import type { Declared } from '../support/fleet.ts';
import { DOCUMENTS, type Scenario } from '../support/scenario.ts';

/** Of the password `Long-Test-7-Battery`, with the lowest cost that OpenSearch takes: nobody logs in with it. */
const HASH = '$2y$04$abcdefghijklmnopqrstuuUoYpSeq8NbNZ0cPXKbxSbqmVcnGmfLC';

/** The Secret from which all users of a fleet take their hash. */
export async function prepare(scenario: Scenario): Promise<void> {
  await scenario.secret('hash', { hash: HASH });
}

/**
 * So many objects of all kinds that name each other: each group of ten has an action group, a tenant, four roles that name
 * both, two users that hold two of the roles, and two mappings of the others.
 */
export function aMixedFleet(prefix: string, count: number): readonly Declared[] {
  return Array.from({ length: Math.ceil(count / 10) }, (_, index) =>
    tenOf(`${prefix}-${String(index).padStart(4, '0')}`),
  )
    .flat()
    .slice(0, count);
}

function tenOf(name: string): readonly Declared[] {
  const role = (index: number): string => `${name}-role-${index}`;
  const permission = { indexPatterns: [`${name}-*`], allowedActions: [`${name}-group`, 'read'] };
  const tenantPermission = { tenantPatterns: [`${name}-tenant`], allowedActions: ['kibana_all_read'] };
  const user = (index: number): Declared => ({
    kind: 'OpenSearchUser',
    name: `${name}-user-${index}`,
    spec: { passwordHashFrom: { secretKeyRef: { name: 'hash' } }, securityRoles: [role(index)], backendRoles: ['x'] },
  });
  const mapping = (index: number): Declared => ({
    kind: 'OpenSearchRoleMapping',
    name: role(index),
    spec: { role: role(index), users: [`${name}-user-0`], backendRoles: [`${name}-team`] },
  });
  return [
    { kind: 'OpenSearchActionGroup', name: `${name}-group`, spec: { allowedActions: ['indices:data/read/search'] } },
    { kind: 'OpenSearchTenant', name: `${name}-tenant`, spec: { description: `tenant of ${name}` } },
    ...[0, 1, 2, 3].map((index): Declared => ({
      kind: 'OpenSearchRole',
      name: role(index),
      spec: { description: `role ${index}`, indexPermissions: [permission], tenantPermissions: [tenantPermission] },
    })),
    user(0),
    user(1),
    mapping(2),
    mapping(3),
  ];
}

/** Objects that each declare a part of the one configuration: domains, a limit, settings, and certificates of another cluster. */
export function someConfigurations(prefix: string): readonly Declared[] {
  const domain = (order: number): object => ({
    http_enabled: true,
    order,
    http_authenticator: { type: 'clientcert', challenge: false },
    authentication_backend: { type: 'noop' },
  });
  const listener = { type: 'ip', allowed_tries: 50, time_window_seconds: 60, block_expiry_seconds: 60 };
  const specs: readonly object[] = [
    { dynamic: { authc: { [`${prefix}-one`]: domain(81) } } },
    { dynamic: { authc: { [`${prefix}-two`]: domain(82) } } },
    { dynamic: { auth_failure_listeners: { [`${prefix}-limit`]: listener } } },
    { dynamic: { do_not_fail_on_forbidden: true, http: { anonymous_auth_enabled: false } } },
    { nodesDn: { [`${prefix}-other`]: ['CN=node,O=other'] } },
  ];
  return specs.map((spec, index) => ({ kind: 'OpenSearchSecurityConfig', name: `config-${index}`, spec }));
}

/** What OpenSearch has of a fleet, without the prefix of its names, so that two fleets can be compared. */
export async function liveFleet(scenario: Scenario, prefix: string): Promise<Readonly<Record<string, unknown>>> {
  const read = async (document: string): Promise<[string, unknown]> => {
    const all = await scenario.search.ok<Record<string, object>>('GET', `/_plugins/_security/api/${document}`);
    const own = Object.entries(all).filter(([name]) => name.startsWith(prefix));
    return [document, JSON.parse(JSON.stringify(Object.fromEntries(own.sort())).replaceAll(prefix, ''))];
  };
  return Object.fromEntries(await Promise.all(DOCUMENTS.map(read)));
}

/** A list in another order; the same for the same seed. */
export function shuffled<T>(list: readonly T[], seed: number): readonly T[] {
  let state = seed * 2_654_435_761 + 1;
  const random = (): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state;
  };
  return list
    .map((item) => ({ item, at: random() }))
    .sort((a, b) => a.at - b.at)
    .map(({ item }) => item);
}
