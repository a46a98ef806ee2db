import type { KindName } from '../support/scenario.ts';

/** What it takes to bring an object of a kind into each phase. */
export interface Recipe {
  readonly kind: KindName;
  /** Of one that gets into force. */
  readonly spec: (prefix: string) => object;
  /** Another spec that gets into force as well; a merge patch. */
  readonly edit: object;
  readonly waiting: { readonly spec: (prefix: string) => object; readonly reason: string };
  readonly stalled: { readonly spec: (prefix: string) => object; readonly reason: string };
}

/** The role that is mapped; nobody else's. */
export function mappedRole(prefix: string): string {
  return `${prefix}-mapped`;
}

const described = { spec: { description: 'another one' } };

/** One whose connection is missing. */
function orphaned(spec: (prefix: string) => object): Recipe['waiting'] {
  return {
    spec: (prefix) => ({ ...spec(prefix), connectionRef: { name: 'missing' } }),
    reason: 'ConnectionNotFound',
  };
}

type Resource = Pick<Recipe, 'kind' | 'spec' | 'stalled'> & { readonly edit?: object };

function aResource({ kind, spec, stalled, edit = described }: Resource): Recipe {
  return { kind, spec, edit, stalled, waiting: orphaned(spec) };
}

const actions = { allowedActions: ['indices:data/read/search'] };

/** All kinds but connections, which stand for themselves. */
export const RESOURCES: readonly Recipe[] = [
  aResource({
    kind: 'OpenSearchActionGroup',
    spec: () => ({ ...actions, description: 'one' }),
    stalled: { spec: () => ({ ...actions, name: 'read' }), reason: 'Reserved' },
  }),
  aResource({
    kind: 'OpenSearchTenant',
    spec: () => ({ description: 'one' }),
    stalled: { spec: () => ({ name: 'global_tenant' }), reason: 'Reserved' },
  }),
  aResource({
    kind: 'OpenSearchRole',
    spec: () => ({ description: 'one', clusterPermissions: ['cluster_monitor'] }),
    stalled: { spec: () => ({ name: 'kibana_user' }), reason: 'Reserved' },
  }),
  aResource({
    kind: 'OpenSearchUser',
    spec: () => ({ description: 'one', passwordFrom: { secretKeyRef: { name: 'person' } } }),
    stalled: { spec: () => ({ passwordHashFrom: { secretKeyRef: { name: 'no-hash' } } }), reason: 'InvalidSpec' },
  }),
  aResource({
    kind: 'OpenSearchRoleMapping',
    spec: (prefix) => ({ role: mappedRole(prefix), backendRoles: ['conformance'] }),
    edit: { spec: { backendRoles: ['conformance', 'more'] } },
    stalled: {
      spec: () => ({ role: 'kibana_server', mode: 'Merge', backendRoles: ['conformance'] }),
      reason: 'Reserved',
    },
  }),
  // Declares nothing, so that the one configuration that a cluster has stays as other tests want it.
  aResource({
    kind: 'OpenSearchSecurityConfig',
    spec: () => ({ dynamic: {} }),
    edit: { spec: { upgrade: { policy: 'Ignore' } } },
    stalled: {
      spec: () => ({
        dynamic: {
          authc: {
            x: {
              order: 9,
              http_authenticator: { type: 'nosuch' },
              authentication_backend: { type: 'noop', config: {} },
            },
          },
        },
      }),
      reason: 'InvalidSpec',
    },
  }),
];
