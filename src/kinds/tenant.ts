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
  toEntity: (spec) => ({ description: spec.description ?? '' }),
  problems: () => [],
  uses: () => ({ indexPatterns: [], tenants: [], actions: [], mappableRoles: [], backendRoles: [] }),
  references: () => [],
};
