import { toClaim, type Claim } from '../../src/desired/claim.ts';
import { canonical, type Canonical } from '../../src/desired/canonical.ts';
import { FINALIZER, type Condition, type KubernetesObject, type Resource } from '../../src/desired/resource.ts';
import type { Connection } from '../../src/engine/resolve-settings.ts';
import type { OpenSearchActionGroupSpec } from '../../src/generated/opensearch-action-group.ts';
import type { OpenSearchConnectionSpec } from '../../src/generated/opensearch-connection.ts';
import type { OpenSearchRoleSpec } from '../../src/generated/opensearch-role.ts';
import type { OpenSearchTenantSpec } from '../../src/generated/opensearch-tenant.ts';
import type { OpenSearchUserSpec } from '../../src/generated/opensearch-user.ts';
import { actionGroup } from '../../src/kinds/action-group.ts';
import type { Entity, Kind } from '../../src/kinds/kind.ts';
import { role } from '../../src/kinds/role.ts';
import { tenant } from '../../src/kinds/tenant.ts';
import { user } from '../../src/kinds/user.ts';
import type { SlotView } from '../../src/plan/slot.ts';
import type { Operation } from '../../src/plan/operation.ts';

type Overrides<Spec> = Partial<Omit<KubernetesObject, 'spec' | 'status'>> & {
  readonly spec?: Partial<Spec>;
  readonly status?: Resource['status'];
};

export const CREATED = '2026-01-01T00:00:00Z';
export const LATER = '2026-01-02T00:00:00Z';

/** What every object of ours has. */
function anObject(overrides: Partial<KubernetesObject>): Omit<KubernetesObject, 'spec' | 'status'> {
  const { namespace = 'team-a', name = 'ops' } = overrides;
  return {
    namespace,
    name,
    uid: `uid-of-${namespace}-${name}`,
    resourceVersion: '1',
    generation: 1,
    creationTimestamp: CREATED,
    finalizers: [],
    paused: false,
  };
}

/** A role that can read `logs-*`. */
export function aRole(overrides: Overrides<OpenSearchRoleSpec> = {}): Resource {
  const spec = { indexPermissions: [{ indexPatterns: ['logs-*'], allowedActions: ['read'] }], ...overrides.spec };
  return { ...anObject(overrides), status: {}, ...overrides, spec, kind: role };
}

export function aTenant(overrides: Overrides<OpenSearchTenantSpec> = {}): Resource {
  const spec = { description: 'a tenant', ...overrides.spec };
  return { ...anObject(overrides), status: {}, ...overrides, spec, kind: tenant };
}

export function anActionGroup(overrides: Overrides<OpenSearchActionGroupSpec> = {}): Resource {
  const spec = { allowedActions: ['indices:data/read/get'], ...overrides.spec };
  return { ...anObject(overrides), status: {}, ...overrides, spec, kind: actionGroup };
}

export function aUser(overrides: Overrides<OpenSearchUserSpec> = {}): Resource {
  const spec = { passwordFrom: { secretKeyRef: { name: 'password' } }, ...overrides.spec };
  return { ...anObject(overrides), status: {}, ...overrides, spec, kind: user };
}

/** The connection `default` of namespace `team-a`. */
export function aConnection(
  overrides: Partial<Omit<Connection, 'spec'>> & { readonly spec?: Partial<OpenSearchConnectionSpec> } = {},
): Connection {
  const spec = {
    endpoints: ['https://opensearch.example:9200'],
    auth: { basic: { secretRef: { name: 'admin' } } },
    ...overrides.spec,
  };
  return { ...anObject({ name: 'default', ...overrides }), status: {}, ...overrides, spec };
}

export function aClaim(resource: Resource): Claim {
  return toClaim(resource, {});
}

/** A resource on its way out, whose finalizer waits for us. */
export function leaving(resource: Resource): Resource {
  return { ...resource, deletionTimestamp: LATER, finalizers: [FINALIZER] };
}

/** The name `ops` among roles, which nobody claims and nobody has. */
export function aSlot(overrides: Partial<SlotView> = {}): SlotView {
  return {
    kind: role,
    name: 'ops',
    claims: [],
    live: undefined,
    rivals: [],
    home: 'team-a',
    owner: undefined,
    parts: new Map(),
    unseen: new Set(),
    isUnrecorded: false,
    secretInForce: undefined,
    self: undefined,
    refusal: undefined,
    isObserving: false,
    ...overrides,
  };
}

/** The entity that a resource declares, in its canonical spelling. */
export function desiredOf(resource: Resource): Canonical {
  return canonical(resource.kind, resource.kind.toEntity(resource.spec as never));
}

export function aCanonicalRole(entity: Entity): Canonical {
  return canonical(role, entity);
}

export function anAdd(name: string, entity: Entity = { description: name }): Operation {
  return { type: 'add', name, value: JSON.stringify(entity) };
}

export function aRemove(name: string): Operation {
  return { type: 'remove', name };
}

export function aCondition(overrides: Partial<Condition> = {}): Condition {
  return {
    type: 'Ready',
    status: 'True',
    reason: 'Applied',
    message: 'role "ops" is in force',
    lastTransitionTime: CREATED,
    observedGeneration: 1,
    ...overrides,
  };
}

/** A kind as the engine knows it, without the type of its spec. */
export const roleKind: Kind = role;
export const tenantKind: Kind = tenant;
export const actionGroupKind: Kind = actionGroup;
