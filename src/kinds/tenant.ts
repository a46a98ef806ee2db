import type { OpenSearchTenantSpec } from '../generated/opensearch-tenant.ts';
import type { Kind } from './kind.ts';

export const tenant: Kind<OpenSearchTenantSpec> = {
  kind: 'OpenSearchTenant',
  plural: 'opensearchtenants',
  document: 'tenants',
  noun: 'tenant',
  maxOperations: 1000,
  requiredFields: ['description'],
  emptyValue: '',
  resourceName: (metadataName, spec) => spec.name ?? metadataName,
  place: {
    of: hashOfIndex,
    isShared: (name, other) =>
      lettersOf(name).startsWith(lettersOf(other)) || lettersOf(other).startsWith(lettersOf(name)),
  },
  toEntity: (spec) => ({ description: spec.description ?? '' }),
  problems: () => [],
  uses: () => ({ indexPatterns: [], tenants: [], actions: [], mappableRoles: [], backendRoles: [] }),
  references: () => [],
};

/**
 * The name of the index with the dashboards of a tenant is made of this hash and of the letters behind it. The plugin lets whoever has a
 * tenant use any index that begins like that of the tenant. Source: its PrivilegesInterceptorImpl (toUserIndexName, and
 * `startsWith` where an index is named).
 */
function hashOfIndex(name: string): string {
  return String(javaHashCode(name));
}

function lettersOf(name: string): string {
  return name.toLowerCase().replaceAll(/[^a-z0-9]+/g, '');
}

/** String.hashCode of Java, over units of UTF-16. */
function javaHashCode(text: string): number {
  let hash = 0;
  for (let index = 0; index < text.length; index++) hash = (Math.imul(31, hash) + text.charCodeAt(index)) | 0;
  return hash;
}
