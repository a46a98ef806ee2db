import { nearestName } from '../../desired/nearest-name.ts';
import { isMemberUnit, unitOf } from './config-change.ts';
import {
  isObject,
  isWithin,
  leavesOf,
  pathOf,
  pointerOf,
  valueAt,
  withValue,
  type ConfigTree,
  type Leaves,
  type Pointer,
} from './tree.ts';

const DOMAIN = ['http_enabled', 'transport_enabled', 'description'];
const BACKEND = ['type', 'config'];

/**
 * The keys of `dynamic` that some version is known to have, by the place they are in with names of domains as `*`. The
 * same on 2.19.4 and 3.4.0 (docs/security-api.md). What is in no place of these is free.
 */
export const KNOWN_KEYS: Readonly<Record<string, readonly string[]>> = {
  '/dynamic': [
    'auth_failure_listeners',
    'authc',
    'authz',
    'disable_intertransport_auth',
    'disable_rest_auth',
    'do_not_fail_on_forbidden',
    'do_not_fail_on_forbidden_empty',
    'filtered_alias_mode',
    'hosts_resolver_mode',
    'http',
    'kibana',
    'license',
    'multi_rolespan_enabled',
    'on_behalf_of',
    'respect_request_indices_options',
    'transport_userrname_attribute',
  ],
  '/dynamic/kibana': [
    'default_tenant',
    'index',
    'multitenancy_enabled',
    'opendistro_role',
    'private_tenant_enabled',
    'server_username',
    'sign_in_options',
  ],
  '/dynamic/http': ['anonymous_auth_enabled', 'xff'],
  '/dynamic/http/xff': ['enabled', 'internalProxies', 'remoteIpHeader'],
  '/dynamic/authc/*': [...DOMAIN, 'order', 'http_authenticator', 'authentication_backend'],
  '/dynamic/authc/*/http_authenticator': [...BACKEND, 'challenge'],
  '/dynamic/authc/*/authentication_backend': BACKEND,
  '/dynamic/authz/*': [...DOMAIN, 'authorization_backend'],
  '/dynamic/authz/*/authorization_backend': BACKEND,
  '/dynamic/auth_failure_listeners/*': [
    'allowed_tries',
    'authentication_backend',
    'block_expiry_seconds',
    'ignore_hosts',
    'max_blocked_clients',
    'max_tracked_clients',
    'time_window_seconds',
    'type',
  ],
  '/dynamic/on_behalf_of': ['enabled', 'encryption_key', 'signing_key'],
};

/** What pages of the documentation and people call something that is near in meaning alone. */
const OTHER_NAMES: Readonly<Record<string, string>> = {
  'opensearch-dashboards': 'kibana',
  opensearch_dashboards: 'kibana',
  dashboards: 'kibana',
};

/** The uppermost keys of the leaves that no version is known to have. */
export function unknownKeys(leaves: Leaves): readonly Pointer[] {
  return [...new Set([...leaves.keys()].flatMap((pointer) => unknownPart(pathOf(pointer)) ?? []))];
}

/**
 * What is wrong with declared keys that are unknown, and neither shown by the server in the same place nor allowed.
 *
 * @param allowed pointers below `dynamic`
 */
export function keyProblems(declared: Leaves, live: ConfigTree, allowed: readonly Pointer[]): readonly string[] {
  return unknownKeys(declared)
    .filter((pointer) => !allowed.some((one) => isWithin(pointer, `/dynamic${one}`)) && !isShown(pathOf(pointer), live))
    .map((pointer) => {
      const path = pathOf(pointer);
      const below = pointer.slice('/dynamic'.length);
      return `spec.${path.join('.')} is unknown to OpenSearch: ${advice(path)} (if a newer version knows it, name ${below} in spec.allowUnknownKeys)`;
    });
}

/**
 * A tree with what the server shows of keys that are unknown here and not declared: they may be defaults, which would be
 * missed for ever. In a domain only while that is declared.
 */
export function withUnknownKeys(tree: ConfigTree, live: ConfigTree, declared: Leaves): ConfigTree {
  const kept = unknownKeys(leavesOf(live['dynamic'], '/dynamic')).filter((pointer) => {
    const unit = unitOf(pointer);
    const hasPlace = unit === undefined || !isMemberUnit(unit) || [...declared.keys()].some((at) => isWithin(at, unit));
    return hasPlace && ![...declared.keys()].some((at) => isWithin(at, pointer));
  });
  return kept.reduce((rest, pointer) => withValue(rest, pathOf(pointer), valueAt(live, pathOf(pointer))), tree);
}

function unknownPart(path: readonly string[]): Pointer | undefined {
  const length = path.findIndex((key, index) => knownAt(path.slice(0, index))?.includes(key) === false);
  return length < 0 ? undefined : pointerOf(path.slice(0, length + 1));
}

function knownAt(path: readonly string[]): readonly string[] | undefined {
  const place = placeOf(path);
  return Object.hasOwn(KNOWN_KEYS, place) ? KNOWN_KEYS[place] : undefined;
}

function placeOf(path: readonly string[]): string {
  const isNamed = ['authc', 'authz', 'auth_failure_listeners'].includes(path[1] ?? '');
  return pointerOf(isNamed && path.length > 2 ? [...path.slice(0, 2), '*', ...path.slice(3)] : path);
}

/** Whether the server has the key there, or in another domain. */
function isShown(path: readonly string[], live: ConfigTree): boolean {
  if (valueAt(live, path) !== undefined) return true;
  if (!placeOf(path).includes('*')) return false;
  const members = valueAt(live, path.slice(0, 2));
  return isObject(members) && Object.values(members).some((member) => valueAt(member, path.slice(3)) !== undefined);
}

function advice(path: readonly string[]): string {
  const [key = '', known] = [path.at(-1), knownAt(path.slice(0, -1)) ?? []];
  const other = Object.hasOwn(OTHER_NAMES, key) ? OTHER_NAMES[key] : undefined;
  const meant = other !== undefined && known.includes(other) ? other : nearestName(key, known)?.name;
  return meant === undefined ? `write one of ${known.toSorted().join(', ')}` : `did you mean ${meant}?`;
}
