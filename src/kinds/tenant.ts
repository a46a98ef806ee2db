import type { OpenSearchTenantSpec } from '../generated/opensearch-tenant.ts';
import type { Kind } from './kind.ts';

export const tenant: Kind<OpenSearchTenantSpec> = {
  kind: 'OpenSearchTenant',
  plural: 'opensearchtenants',
  document: 'tenants',
  noun: 'tenant',
  order: 20,
  maxOperations: 1000,
  requiredFields: ['description'],
  emptyValue: '',
  resourceName: (metadataName, spec) => spec.name ?? metadataName,
  placeOf: dashboardsIndex,
  toEntity: (spec) => ({ description: spec.description ?? '' }),
  problems: () => [],
  uses: () => ({ indexPatterns: [], tenants: [], actions: [], mappableRoles: [], backendRoles: [] }),
  references: () => [],
};

/**
 * What tells the index with the dashboards of a tenant from those of others; in front of it stands what all have in common.
 * Source: PrivilegesInterceptorImpl.toUserIndexName of the plugin.
 */
export function dashboardsIndex(name: string): string {
  return `${javaHashCode(name)}_${name.toLowerCase().replaceAll(/[^a-z0-9]+/g, '')}`;
}

/** String.hashCode of Java, over units of UTF-16. */
function javaHashCode(text: string): number {
  let hash = 0;
  for (let index = 0; index < text.length; index++) hash = (Math.imul(31, hash) + text.charCodeAt(index)) | 0;
  return hash;
}
