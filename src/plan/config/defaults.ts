import { sortedJson } from '../../desired/sorted-json.ts';
import type { JsonValue } from '../../generated/json-value.ts';
import { isObject, type Pointer } from './tree.ts';

/**
 * Defaults that are not simply empty, by the pointer with names of domains as `*`.
 * Source: the fields of the plugin's ConfigV7; seen on 2.19.4 and 3.4.0 (docs/security-api.md).
 */
const DEFAULTS: Readonly<Record<string, JsonValue>> = {
  '/dynamic/filtered_alias_mode': 'warn',
  '/dynamic/hosts_resolver_mode': 'ip-only',
  '/dynamic/multi_rolespan_enabled': true,
  '/dynamic/kibana/multitenancy_enabled': true,
  '/dynamic/kibana/private_tenant_enabled': true,
  '/dynamic/kibana/server_username': 'kibanaserver',
  '/dynamic/kibana/index': '.kibana',
  '/dynamic/kibana/sign_in_options': ['BASIC'],
  '/dynamic/http/xff/internalProxies': [
    String.raw`10\.\d{1,3}\.\d{1,3}\.\d{1,3}`,
    String.raw`192\.168\.\d{1,3}\.\d{1,3}`,
    String.raw`169\.254\.\d{1,3}\.\d{1,3}`,
    String.raw`127\.\d{1,3}\.\d{1,3}\.\d{1,3}`,
    String.raw`172\.1[6-9]{1}\.\d{1,3}\.\d{1,3}`,
    String.raw`172\.2[0-9]{1}\.\d{1,3}\.\d{1,3}`,
    String.raw`172\.3[0-1]{1}\.\d{1,3}\.\d{1,3}`,
  ].join('|'),
  '/dynamic/http/xff/remoteIpHeader': 'X-Forwarded-For',
  '/dynamic/authc/*/http_enabled': true,
  '/dynamic/authc/*/order': 0,
  '/dynamic/authc/*/http_authenticator/challenge': true,
  '/dynamic/authz/*/http_enabled': true,
  '/dynamic/authz/*/authorization_backend/type': 'noop',
  '/dynamic/auth_failure_listeners/*/allowed_tries': 10,
  '/dynamic/auth_failure_listeners/*/time_window_seconds': 3600,
  '/dynamic/auth_failure_listeners/*/block_expiry_seconds': 600,
  '/dynamic/auth_failure_listeners/*/max_blocked_clients': 100_000,
  '/dynamic/auth_failure_listeners/*/max_tracked_clients': 100_000,
};

/** Whether the value says nothing: the plugin does as if it were not there. */
export function isDefault(pointer: Pointer, value: JsonValue | undefined): boolean {
  if (value === undefined) return true;
  const pattern = pointer.replace(/^(\/dynamic\/(?:authc|authz|auth_failure_listeners))\/[^/]+/, '$1/*');
  const known = Object.hasOwn(DEFAULTS, pattern) ? DEFAULTS[pattern] : undefined;
  if (known !== undefined) return JSON.stringify(known) === JSON.stringify(value);
  if (value === null || value === false || value === '') return true;
  return Array.isArray(value) ? value.length === 0 : isObject(value) && Object.keys(value).length === 0;
}

/** An empty object that is declared takes away nothing of what is there; an empty list does. */
export function isNothing(pointer: Pointer, value: JsonValue): boolean {
  return (value === null || isObject(value)) && isDefault(pointer, value);
}

/** The plugin accepts these and forgets them at once, since old configuration files have them. */
export function isForgotten(pointer: Pointer): boolean {
  return /^\/dynamic\/auth[cz]\/[^/]+\/transport_enabled$/.test(pointer);
}

/** What the plugin shows in place of a password; written back, it would become the password (docs/security-api.md). */
export const MASK = '******';

/** Whether the plugin takes two values for the same. Lists of words outside of free settings are sets. */
export function isEquivalent(pointer: Pointer, a: JsonValue | undefined, b: JsonValue | undefined): boolean {
  if (isDefault(pointer, a) && isDefault(pointer, b)) return true;
  if ((a === MASK && typeof b === 'string') || (b === MASK && typeof a === 'string')) return true;
  return spell(pointer, a) === spell(pointer, b);
}

function spell(pointer: Pointer, value: JsonValue | undefined): string {
  const isSet =
    Array.isArray(value) && !pointer.includes('/config/') && value.every((item) => typeof item === 'string');
  return sortedJson(isSet ? [...new Set(value)].sort() : value);
}
