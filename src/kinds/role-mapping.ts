import type { OpenSearchRoleMappingSpec } from '../generated/opensearch-role-mapping.ts';
import type { Change, Kind, Self } from './kind.ts';
import { mapsSelf, reliedRoles } from './own-access.ts';
import { patternProblems } from './pattern-problems.ts';
import { blankProblems } from './spec-problems.ts';

export const roleMapping: Kind<OpenSearchRoleMappingSpec> = {
  kind: 'OpenSearchRoleMapping',
  plural: 'opensearchrolemappings',
  document: 'rolesmapping',
  noun: 'role mapping',
  maxOperations: 100,
  checksEach: true,
  requiredFields: ['users', 'backend_roles', 'and_backend_roles', 'hosts'],
  emptyValue: [],
  resourceName: (_metadataName, spec) => spec.role,
  toEntity: (spec) => ({
    description: spec.description ?? '',
    users: spec.users ?? [],
    backend_roles: spec.backendRoles ?? [],
    and_backend_roles: spec.andBackendRoles ?? [],
    hosts: spec.hosts ?? [],
  }),
  problems: (_name, spec) => {
    const lists = {
      'spec.users': spec.users ?? [],
      'spec.backendRoles': spec.backendRoles ?? [],
      'spec.andBackendRoles': spec.andBackendRoles ?? [],
      'spec.hosts': spec.hosts ?? [],
    };
    return [...blankProblems(lists), ...patternProblems(lists)];
  },
  uses: (spec) => ({ indexPatterns: [], tenants: [], actions: [], mappableRoles: [spec.role], backendRoles: [] }),
  references: (spec) => [{ document: 'roles', name: spec.role, isRequired: true }],
  sharing: {
    lists: ['users', 'backend_roles', 'hosts'],
    wholes: ['and_backend_roles'],
    mode: (spec) => spec.mode ?? 'Exclusive',
  },
  cutsOff,
};

function cutsOff(role: string, { live, wanted }: Change, self: Self): string | undefined {
  const isLost = reliedRoles(self).includes(role) && mapsSelf(live, self) && !mapsSelf(wanted, self);
  return isLost ? `the operator itself (${self.name}) holds this role by the mapping and would lose it` : undefined;
}
