import type { OpenSearchSecurityConfigSpec } from '../generated/opensearch-security-config.ts';
import type { Kind } from './kind.ts';

/** How a cluster authenticates and audits: one configuration that all objects of the connection share. */
export const securityConfig: Kind<OpenSearchSecurityConfigSpec> = {
  kind: 'OpenSearchSecurityConfig',
  plural: 'opensearchsecurityconfigs',
  document: 'securityconfig',
  noun: 'security configuration',
  maxOperations: 1,
  requiredFields: ['dynamic'],
  emptyValue: '',
  isConfiguration: true,
  resourceName: () => 'config',
  toEntity: () => ({}),
  problems: (_name, spec) => [...valuesFromProblems(spec), ...tenancyProblems(spec)],
  uses: () => ({ indexPatterns: [], tenants: [], actions: [], mappableRoles: [], backendRoles: [] }),
  references: () => [],
  secrets: (spec) => [
    ...(spec.valuesFrom ?? []).map(({ secretKeyRef }) => secretKeyRef.name),
    ...(spec.probes ?? []).map(({ secretRef }) => secretRef.name),
  ],
};

/** A text where the server wants a number is stored and then breaks every later write. */
function valuesFromProblems({
  valuesFrom = [],
  allowUnknownKeys = [],
}: OpenSearchSecurityConfigSpec): readonly string[] {
  return valuesFrom.flatMap(({ path }) =>
    /\/config\/|\/(signing|encryption)_key$/.test(path) ||
    allowUnknownKeys.some((key) => path === key || path.startsWith(`${key}/`))
      ? []
      : [
          `spec.valuesFrom ${path} is no place for a secret: only settings below config, signing_key, encryption_key and what allowUnknownKeys names are`,
        ],
  );
}

/** Source: TenancyConfigValidator of the plugin, which the securityconfig endpoint does not ask. */
function tenancyProblems({ tenancy }: OpenSearchSecurityConfigSpec): readonly string[] {
  const isPrivate = ['Private', 'private', '__user__'].includes(tenancy?.defaultTenant ?? '');
  return tenancy?.privateTenantEnabled === false && isPrivate
    ? ['spec.tenancy.defaultTenant is Private while privateTenantEnabled is false: choose another']
    : [];
}
