import type { OpenSearchUserSpec } from '../generated/opensearch-user.ts';
import type { Change, CredentialSource, Kind, Self } from './kind.ts';
import { lost } from './own-access.ts';
import { blankProblems, type ListsByPath } from './spec-problems.ts';
import { joinedProblems, quotedProblems } from './unescaped-text.ts';

const defaultLength = 32;

export const user: Kind<OpenSearchUserSpec> = {
  kind: 'OpenSearchUser',
  plural: 'opensearchusers',
  document: 'internalusers',
  noun: 'user',
  maxOperations: 100,
  checksEach: true,
  requiredFields: ['backend_roles', 'attributes', 'opendistro_security_roles', 'description'],
  emptyValue: [],
  resourceName: (metadataName, spec) => spec.name ?? metadataName,
  toEntity: (spec) => ({
    description: spec.description ?? '',
    backend_roles: spec.backendRoles ?? [],
    opendistro_security_roles: spec.securityRoles ?? [],
    attributes: spec.attributes ?? {},
  }),
  problems: (name, spec) => [
    ...(name.includes(':') ? [`the user name "${name}" contains a colon: choose another`] : []),
    ...blankProblems({
      'spec.backendRoles': spec.backendRoles ?? [],
      'spec.securityRoles': spec.securityRoles ?? [],
    }),
    ...attributeProblems(spec),
  ],
  foreignProblems: (spec) => [
    ...joinedProblems({
      'spec.backendRoles': spec.backendRoles ?? [],
      'spec.securityRoles': spec.securityRoles ?? [],
    }),
    ...quotedProblems(attributesByPath(spec)),
  ],
  uses: (spec) => ({
    indexPatterns: [],
    tenants: [],
    actions: [],
    mappableRoles: spec.securityRoles ?? [],
    backendRoles: spec.backendRoles ?? [],
  }),
  references: (spec) => (spec.securityRoles ?? []).map((name) => ({ document: 'roles', name, isRequired: true })),
  credential: toSource,
  cutsOff,
};

/** OpenSearch replaces `${attr.internal.<name>}` as plain text, so that a brace in a name would reach beyond it. */
function attributeProblems({ attributes = {} }: OpenSearchUserSpec): readonly string[] {
  return Object.keys(attributes)
    .filter((name) => /[{}$]/.test(name))
    .map((name) => `spec.attributes has the name ${JSON.stringify(name)}: choose one without {, } and $`);
}

function attributesByPath({ attributes = {} }: OpenSearchUserSpec): ListsByPath {
  return Object.fromEntries(Object.entries(attributes).map(([name, value]) => [`spec.attributes.${name}`, [value]]));
}

function toSource({ passwordFrom, passwordHashFrom, generatePassword }: OpenSearchUserSpec): CredentialSource {
  const length = generatePassword?.length ?? defaultLength;
  if (generatePassword !== undefined)
    return {
      type: 'generated',
      secretName: generatePassword.secretName,
      key: generatePassword.key ?? 'password',
      length,
    };
  const [type, ref] =
    passwordFrom === undefined
      ? (['hash', passwordHashFrom?.secretKeyRef] as const)
      : (['password', passwordFrom.secretKeyRef] as const);
  return { type, secretName: ref?.name ?? '', key: ref?.key ?? type, length };
}

function cutsOff(name: string, { live, wanted }: Change, self: Self): string | undefined {
  if (self.method !== 'Basic' || self.isAdmin || name !== self.name) return undefined;
  if (wanted === undefined) return 'it is the user that the operator logs in as';
  const roles = [...lost(live, wanted, 'backend_roles'), ...lost(live, wanted, 'opendistro_security_roles')];
  return roles.length === 0
    ? undefined
    : `it is the user that the operator logs in as, and would lose ${roles.join(', ')}`;
}
