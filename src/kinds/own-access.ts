import type { Entity, Self } from './kind.ts';
import { matchesWildcard } from './wildcard.ts';

/** Roles that open the REST API unless a cluster says otherwise in plugins.security.restapi.roles_enabled. */
const usualApiRoles = ['all_access', 'security_rest_api_access'];

/**
 * The roles that the operator may owe its access to. Which ones open the API is a setting that the API does not show, so
 * where none of the usual ones is held, any of those held may be it.
 */
export function reliedRoles({ roles, isAdmin }: Self): readonly string[] {
  if (isAdmin) return [];
  const usual = roles.filter((role) => usualApiRoles.includes(role));
  return usual.length > 0 ? usual : roles;
}

/** Whether a role mapping gives its role to the operator; hosts count only when they are open to all. */
export function mapsSelf(mapping: Entity | undefined, self: Self): boolean {
  if (mapping === undefined) return false;
  const all = strings(mapping['and_backend_roles']);
  return (
    strings(mapping['users']).some((pattern) => matchesWildcard(pattern, self.name)) ||
    strings(mapping['backend_roles']).some((pattern) =>
      self.backendRoles.some((role) => matchesWildcard(pattern, role)),
    ) ||
    (all.length > 0 && all.every((pattern) => self.backendRoles.some((role) => matchesWildcard(pattern, role)))) ||
    strings(mapping['hosts']).includes('*')
  );
}

/** The entries of a list that another one lacks. */
export function lost(before: Entity | undefined, after: Entity, field: string): readonly string[] {
  const kept = new Set(strings(after[field]));
  return strings(before?.[field]).filter((entry) => !kept.has(entry));
}

function strings(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((entry) => typeof entry === 'string') : [];
}
