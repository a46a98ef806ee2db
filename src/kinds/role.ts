import type { OpenSearchRoleSpec } from '../generated/opensearch-role.ts';
import type { Entity, Kind, Uses } from './kind.ts';
import { reliedRoles } from './own-access.ts';
import { fieldProblems, maskProblems, patternProblems, templateProblems } from './pattern-problems.ts';
import { anyIndexOf, lookedUp, parsedQuery } from './role-query.ts';
import {
  adminActionProblems,
  adminPatternProblems,
  blankProblems,
  isGroupName,
  type ListsByPath,
} from './spec-problems.ts';

type IndexPermission = NonNullable<OpenSearchRoleSpec['indexPermissions']>[number];
type TenantPermission = NonNullable<OpenSearchRoleSpec['tenantPermissions']>[number];

/** How regular expressions stand in a list, by its name; elsewhere an entry is one as a whole. */
const checks: Readonly<Record<string, typeof patternProblems>> = {
  indexPatterns: templateProblems,
  fls: fieldProblems,
  maskedFields: maskProblems,
};

export const role: Kind<OpenSearchRoleSpec> = {
  kind: 'OpenSearchRole',
  plural: 'opensearchroles',
  document: 'roles',
  noun: 'role',
  maxOperations: 1000,
  requiredFields: ['cluster_permissions', 'index_permissions', 'tenant_permissions', 'description'],
  emptyValue: [],
  resourceName: (metadataName, spec) => spec.name ?? metadataName,
  toEntity: (spec) => ({
    description: spec.description ?? '',
    cluster_permissions: spec.clusterPermissions ?? [],
    index_permissions: (spec.indexPermissions ?? []).map(toIndexPermission),
    tenant_permissions: (spec.tenantPermissions ?? []).map(toTenantPermission),
  }),
  problems: (_name, spec) => {
    const lists = stringLists(spec);
    return [
      ...blankProblems(lists),
      ...adminActionProblems(lists),
      ...adminPatternProblems({ 'spec.clusterPermissions': spec.clusterPermissions ?? [] }),
      ...regexProblems(lists),
      ...(spec.indexPermissions ?? []).flatMap(dlsProblems),
    ];
  },
  uses: (spec) => ({
    indexPatterns: (spec.indexPermissions ?? []).flatMap(({ indexPatterns, dls }) => [
      ...indexPatterns,
      ...lookedUp(dls),
    ]),
    tenants: (spec.tenantPermissions ?? []).flatMap((permission) => permission.tenantPatterns),
    actions: actionsOf(spec),
    mappableRoles: [],
    backendRoles: [],
    ...anyIndex(spec),
  }),
  references: (spec) =>
    [...new Set(actionsOf(spec).filter(isGroupName))].map((name) => ({
      document: 'actiongroups',
      name,
      isRequired: false,
    })),
  cutsOff: (name, { wanted }, self) =>
    wanted === undefined && reliedRoles(self).includes(name)
      ? `the operator itself (${self.name}) holds this role`
      : undefined,
};

function actionsOf(spec: OpenSearchRoleSpec): readonly string[] {
  const permissions = [...(spec.indexPermissions ?? []), ...(spec.tenantPermissions ?? [])];
  return [...(spec.clusterPermissions ?? []), ...permissions.flatMap(({ allowedActions }) => allowedActions)];
}

function anyIndex({ indexPermissions = [] }: OpenSearchRoleSpec): Pick<Uses, 'anyIndex'> {
  const why = indexPermissions.map(({ dls }, index) => anyIndexOf(`spec.indexPermissions[${index}].dls`, dls));
  const first = why.find((each) => each !== undefined);
  return first === undefined ? {} : { anyIndex: first };
}

function toIndexPermission(permission: IndexPermission): Entity {
  return {
    index_patterns: permission.indexPatterns,
    allowed_actions: permission.allowedActions,
    dls: permission.dls ?? '',
    fls: permission.fls ?? [],
    masked_fields: permission.maskedFields ?? [],
  };
}

function toTenantPermission(permission: TenantPermission): Entity {
  return { tenant_patterns: permission.tenantPatterns, allowed_actions: permission.allowedActions };
}

function stringLists(spec: OpenSearchRoleSpec): Record<string, readonly string[]> {
  const lists: Record<string, readonly string[]> = { 'spec.clusterPermissions': spec.clusterPermissions ?? [] };
  for (const [index, permission] of (spec.indexPermissions ?? []).entries()) {
    const at = `spec.indexPermissions[${index}]`;
    lists[`${at}.indexPatterns`] = permission.indexPatterns;
    lists[`${at}.allowedActions`] = permission.allowedActions;
    lists[`${at}.fls`] = permission.fls ?? [];
    lists[`${at}.maskedFields`] = permission.maskedFields ?? [];
  }
  for (const [index, permission] of (spec.tenantPermissions ?? []).entries()) {
    lists[`spec.tenantPermissions[${index}].tenantPatterns`] = permission.tenantPatterns;
    lists[`spec.tenantPermissions[${index}].allowedActions`] = permission.allowedActions;
  }
  return lists;
}

/**
 * The plugin fills in the placeholders of index patterns and tenants before it reads them; but 2.x, which fills in none
 * within the regular expression of a tenant, would fall over it. So only those of index patterns are let pass.
 */
function regexProblems(lists: ListsByPath): readonly string[] {
  return Object.entries(lists).flatMap(([path, list]) => {
    const find = checks[path.slice(path.lastIndexOf('.') + 1)] ?? patternProblems;
    return find({ [path]: list });
  });
}

/**
 * The server stores any text as a document-level security query and fails at search time, so it is checked here.
 * Placeholders such as `${user.name}` or `${user.roles}` may stand inside or outside quotes; a zero fits both.
 */
function dlsProblems(permission: IndexPermission, index: number): readonly string[] {
  if (permission.dls === undefined || permission.dls === '') return [];
  const at = `spec.indexPermissions[${index}].dls`;
  const query = parsedQuery(permission.dls);
  if (query === undefined) return [`${at} is not valid JSON: write a query such as {"term": {"public": true}}`];
  if (typeof query === 'object' && query !== null && !Array.isArray(query)) return [];
  return [`${at} is not a query: write a JSON object such as {"term": {"public": true}}`];
}
