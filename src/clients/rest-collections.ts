import type { OpenSearchClient } from './opensearch.ts';
import { objectWith, type RestRead, type RestWrite } from './rest-answer.ts';
import { ask, tell, type RestRequest } from './rest-call.ts';
import type * as entities from './rest-entities.ts';
import { at } from './rest-name.ts';
import type { PatchOperation } from './rest-patch.ts';

export type EntityMap<Entity> = Readonly<Record<string, Entity>>;

/** Entities by name. Each write rewrites the whole collection, so many changes belong into one `patchAll`. */
export interface Collection<Body, Entity> {
  getAll(signal?: AbortSignal): Promise<RestRead<EntityMap<Entity>>>;
  /** Costs the server as much as `getAll`. */
  get(name: string, signal?: AbortSignal): Promise<RestRead<Entity>>;
  /** Creates or replaces; never `unchanged`. */
  put(name: string, body: Body, signal?: AbortSignal): Promise<RestWrite>;
  /** Paths begin inside of the entity, which must be there. */
  patch(name: string, operations: readonly PatchOperation[], signal?: AbortSignal): Promise<RestWrite>;
  /** Paths begin with a name. All or nothing. */
  patchAll(operations: readonly PatchOperation[], signal?: AbortSignal): Promise<RestWrite>;
  delete(name: string, signal?: AbortSignal): Promise<RestWrite>;
}

export interface InternalUsers extends Collection<entities.InternalUserBody, entities.InternalUser> {
  /** Service accounts are the users with the attribute `service: "true"`. */
  getOfType(type: 'internal' | 'service', signal?: AbortSignal): Promise<RestRead<EntityMap<entities.InternalUser>>>;
  /** Gives a service account a new password and tells it once, in `message`: a secret. */
  authToken(name: string, signal?: AbortSignal): Promise<RestWrite>;
}

export interface NodesDns extends Collection<entities.NodesDn, entities.NodesDn> {
  /** With `STATIC_OPENSEARCH_YML_NODES_DN`, the read-only list of the node's settings. */
  getAllWithStatic(signal?: AbortSignal): Promise<RestRead<EntityMap<entities.NodesDn>>>;
}

export interface Collections {
  readonly roles: Collection<entities.RoleBody, entities.Role>;
  readonly rolesMapping: Collection<entities.RoleMappingBody, entities.RoleMapping>;
  readonly internalUsers: InternalUsers;
  readonly tenants: Collection<entities.TenantBody, entities.Tenant>;
  readonly actionGroups: Collection<entities.ActionGroupBody, entities.ActionGroup>;
  /** For the admin certificate; there only with `plugins.security.nodes_dn_dynamic_config_enabled`. */
  readonly nodesDn: NodesDns;
}

/** @param api the path up to and with `/api` */
export function collections(client: OpenSearchClient, api: string): Collections {
  const users = `${api}/internalusers`;
  const nodesDn = `${api}/nodesdn`;
  return {
    roles: collection(client, `${api}/roles`),
    rolesMapping: collection(client, `${api}/rolesmapping`),
    internalUsers: {
      ...collection<entities.InternalUserBody, entities.InternalUser>(client, users),
      getOfType: (type, signal) => getMap(client, { path: `${users}?filterBy=${type}`, signal }),
      authToken: (name, signal) =>
        at(name, users, (path) => tell(client, { method: 'POST', path: `${path}/authtoken`, signal })),
    },
    tenants: collection(client, `${api}/tenants`),
    actionGroups: collection(client, `${api}/actiongroups`),
    nodesDn: {
      ...collection<entities.NodesDn, entities.NodesDn>(client, nodesDn),
      getAllWithStatic: (signal) => getMap(client, { path: `${nodesDn}?show_all=true`, signal }),
    },
  };
}

function collection<Body, Entity extends object>(client: OpenSearchClient, all: string): Collection<Body, Entity> {
  const entity = objectWith<Entity>();
  return {
    getAll: (signal) => getMap(client, { path: all, signal }),
    get: (name, signal) =>
      at(name, all, (path) => ask(client, { method: 'GET', path, signal }, (body) => entity(firstOf(body)))),
    put: (name, body, signal) => at(name, all, (path) => tell(client, { method: 'PUT', path, body, signal })),
    patch: (name, operations, signal) =>
      at(name, all, (path) => tell(client, { method: 'PATCH', path, operations, signal })),
    patchAll: (operations, signal) => tell(client, { method: 'PATCH', path: all, operations, signal }),
    delete: (name, signal) => at(name, all, (path) => tell(client, { method: 'DELETE', path, signal })),
  };
}

function getMap<Entity>(
  client: OpenSearchClient,
  { path, signal }: Pick<RestRequest, 'path' | 'signal'>,
): Promise<RestRead<EntityMap<Entity>>> {
  return ask(client, { method: 'GET', path, signal }, objectWith<EntityMap<Entity>>());
}

/** The one entity in the map that the server answers with. */
function firstOf(body: unknown): unknown {
  return Object.values(objectWith<EntityMap<unknown>>()(body))[0];
}
