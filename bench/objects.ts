import { randomBytes } from 'node:crypto';
import { generatePassword } from '../src/desired/generate-password.ts';

/** What can be measured. */
export type BenchKind = 'roles' | 'users' | 'mappings' | 'passwords';

interface Shape {
  /** Of the custom resource. */
  readonly kind: string;
  readonly plural: string;
  /** Of the Security API. */
  readonly document: string;
  /** Operations in one PATCH: what is best on the server, see docs/performance.md. */
  readonly batch: number;
  readonly spec: (name: string) => object;
  /** The least that OpenSearch stores in this document. */
  readonly entity: object;
  /** There has to be a role of the same name. */
  readonly needsRole?: true;
  /** What the Secret of an object holds, which has its name. */
  readonly secret?: () => Readonly<Record<string, string>>;
}

/** A hash that costs nobody anything: what is measured is not bcrypt. */
export const HASH = '$2a$04$6hvxIRmUynudtVpHsKgwt.oXRtxiQMfIqegvVXhueLk0MkiFx2cCa';
export const HASH_SECRET = 'bench-hash';

export const SHAPES: Readonly<Record<BenchKind, Shape>> = {
  roles: {
    kind: 'OpenSearchRole',
    plural: 'opensearchroles',
    document: 'roles',
    batch: 1000,
    spec: (name) => ({
      description: `of ${name}`,
      clusterPermissions: ['cluster_composite_ops_ro'],
      indexPermissions: [{ indexPatterns: [`${name}-*`], allowedActions: ['read'] }],
    }),
    entity: { cluster_permissions: ['cluster_composite_ops_ro'] },
  },
  users: {
    kind: 'OpenSearchUser',
    plural: 'opensearchusers',
    document: 'internalusers',
    batch: 100,
    spec: (name) => ({
      description: `of ${name}`,
      passwordHashFrom: { secretKeyRef: { name: HASH_SECRET, key: 'hash' } },
      backendRoles: [name],
    }),
    entity: { hash: HASH },
  },
  passwords: {
    kind: 'OpenSearchUser',
    plural: 'opensearchusers',
    document: 'internalusers',
    batch: 100,
    spec: (name) => ({ passwordFrom: { secretKeyRef: { name } } }),
    entity: { hash: HASH },
    secret: () => ({ password: aPassword() }),
  },
  mappings: {
    kind: 'OpenSearchRoleMapping',
    plural: 'opensearchrolemappings',
    document: 'rolesmapping',
    batch: 100,
    spec: (name) => ({ role: name, backendRoles: [name] }),
    entity: { backend_roles: ['bench'] },
    needsRole: true,
  },
};

/** One that the server's rules allow. */
export const aPassword = (): string => generatePassword(32, randomBytes);

export const GROUP = 'security.opensearch.org/v1alpha1';

/** As many names, in order, that nothing else in OpenSearch begins with. */
export function namesOf(prefix: string, count: number): readonly string[] {
  return Array.from({ length: count }, (_, index) => `${prefix}-${String(index).padStart(6, '0')}`);
}

export function manifest(kind: BenchKind, name: string): object {
  const { kind: type, spec } = SHAPES[kind];
  return { apiVersion: GROUP, kind: type, metadata: { name }, spec: spec(name) };
}
