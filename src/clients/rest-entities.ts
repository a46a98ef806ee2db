/** What GET adds to an entity. PUT and PATCH take `reserved` and `hidden` from the admin certificate only. */
export interface EntityFlags {
  readonly reserved: boolean;
  readonly hidden: boolean;
  readonly static: boolean;
}

export interface IndexPermission {
  readonly index_patterns: readonly string[];
  /** A query as text; absent when there is none. Not checked by the server. */
  readonly dls?: string;
  readonly fls: readonly string[];
  readonly masked_fields: readonly string[];
  readonly allowed_actions: readonly string[];
}

export interface TenantPermission {
  readonly tenant_patterns: readonly string[];
  readonly allowed_actions: readonly string[];
}

export interface Role extends EntityFlags {
  readonly description?: string;
  readonly cluster_permissions: readonly string[];
  readonly index_permissions: readonly IndexPermission[];
  readonly tenant_permissions: readonly TenantPermission[];
}

/** At least one field. */
export interface RoleBody extends Partial<Pick<Role, 'description' | 'cluster_permissions'>> {
  readonly index_permissions?: readonly Partial<IndexPermission>[];
  readonly tenant_permissions?: readonly Partial<TenantPermission>[];
}

export interface RoleMapping extends Omit<EntityFlags, 'static'> {
  readonly description?: string;
  readonly users: readonly string[];
  readonly hosts: readonly string[];
  readonly backend_roles: readonly string[];
  readonly and_backend_roles: readonly string[];
}

/** At least one of the lists, which may be empty. */
export type RoleMappingBody = Partial<Omit<RoleMapping, 'reserved' | 'hidden'>>;

export interface InternalUser extends EntityFlags {
  /** Never told. */
  readonly hash: '';
  readonly description?: string;
  readonly backend_roles: readonly string[];
  readonly attributes: Readonly<Record<string, string>>;
  readonly opendistro_security_roles: readonly string[];
}

/** A new user needs `password` or `hash`; when both are given the password wins. */
export interface InternalUserBody extends Partial<
  Pick<InternalUser, 'description' | 'backend_roles' | 'attributes' | 'opendistro_security_roles'>
> {
  readonly password?: string;
  readonly hash?: string;
}

export interface Tenant extends EntityFlags {
  readonly description?: string;
}

export interface TenantBody {
  readonly description: string;
}

export interface ActionGroup extends EntityFlags {
  /** The server takes `cluster` and `index`, in any case; its own groups have others, too. */
  readonly type?: string;
  readonly description?: string;
  readonly allowed_actions: readonly string[];
}

export interface ActionGroupBody {
  readonly type?: 'cluster' | 'index';
  readonly description?: string;
  readonly allowed_actions: readonly string[];
}

export interface NodesDn {
  readonly nodes_dn: readonly string[];
}
