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
  placeOf: hashOfIndex,
  toEntity: (spec) => ({ description: spec.description ?? '' }),
  problems: () => [],
  uses: () => ({ indexPatterns: [], tenants: [], actions: [], mappableRoles: [], backendRoles: [] }),
  references: () => [],
};

/**
 * Of the name of the index with the dashboards of a tenant, what counts: the plugin lets whoever has a tenant use any index that
 * begins like that of the tenant. Behind the hash stands the name without all but small letters and digits, which may be as short as one
 * likes. Source: PrivilegesInterceptorImpl of the plugin (toUserIndexName, and `startsWith` where an index is named).
 */
function hashOfIndex(name: string): string {
  return String(javaHashCode(name));
}

/** String.hashCode of Java, over units of UTF-16. */
function javaHashCode(text: string): number {
  let hash = 0;
  for (let index = 0; index < text.length; index++) hash = (Math.imul(31, hash) + text.charCodeAt(index)) | 0;
  return hash;
}
