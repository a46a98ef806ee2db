import type { OpenSearchActionGroupSpec } from '../generated/opensearch-action-group.ts';
import type { Kind } from './kind.ts';
import { patternProblems } from './pattern-problems.ts';
import { adminActionProblems, adminPatternProblems, blankProblems, isGroupName } from './spec-problems.ts';

export const actionGroup: Kind<OpenSearchActionGroupSpec> = {
  kind: 'OpenSearchActionGroup',
  plural: 'opensearchactiongroups',
  document: 'actiongroups',
  noun: 'action group',
  maxOperations: 100,
  checksEach: true,
  requiredFields: ['allowed_actions'],
  emptyValue: [],
  resourceName: (metadataName, spec) => spec.name ?? metadataName,
  toEntity: (spec) => ({
    description: spec.description ?? '',
    type: spec.type ?? '',
    allowed_actions: spec.allowedActions,
  }),
  // The server takes the type in any case and keeps it as it came.
  normalize: (entity) =>
    typeof entity['type'] === 'string' ? { ...entity, type: entity['type'].toLowerCase() } : entity,
  problems: (name, spec) => [
    ...blankProblems({ 'spec.allowedActions': spec.allowedActions }),
    ...adminActionProblems({ 'spec.allowedActions': spec.allowedActions }),
    ...adminPatternProblems({ 'spec.allowedActions': spec.allowedActions }),
    ...patternProblems({ 'spec.allowedActions': spec.allowedActions }),
    ...(spec.allowedActions.includes(name)
      ? [`spec.allowedActions names the group itself ("${name}"): remove it`]
      : []),
  ],
  uses: (spec) => ({
    indexPatterns: [],
    tenants: [],
    actions: spec.allowedActions,
    mappableRoles: [],
    backendRoles: [],
  }),
  references: (spec) =>
    [...new Set(spec.allowedActions.filter(isGroupName))].map((name) => ({
      document: 'actiongroups',
      name,
      isRequired: false,
    })),
};
