/** The body of `securityconfig`. Holds secrets in clear (keys of tokens, passwords of LDAP): never log it. */
export interface SecurityConfig {
  readonly dynamic: DynamicConfig;
}

/** The server refuses other fields with 500. */
export interface DynamicConfig {
  readonly filtered_alias_mode?: string;
  readonly disable_rest_auth?: boolean;
  readonly disable_intertransport_auth?: boolean;
  readonly respect_request_indices_options?: boolean;
  readonly license?: string;
  readonly kibana?: DashboardsConfig;
  readonly http?: HttpConfig;
  readonly authc?: Readonly<Record<string, AuthcDomain>>;
  readonly authz?: Readonly<Record<string, AuthzDomain>>;
  readonly auth_failure_listeners?: Readonly<Record<string, AuthFailureListenerBody>>;
  readonly do_not_fail_on_forbidden?: boolean;
  readonly do_not_fail_on_forbidden_empty?: boolean;
  readonly multi_rolespan_enabled?: boolean;
  readonly hosts_resolver_mode?: string;
  /** Spelled like this by the server. */
  readonly transport_userrname_attribute?: string;
  readonly on_behalf_of?: {
    readonly enabled?: boolean;
    readonly signing_key?: string;
    readonly encryption_key?: string;
  };
}

export interface DashboardsConfig {
  readonly multitenancy_enabled?: boolean;
  readonly private_tenant_enabled?: boolean;
  readonly default_tenant?: string;
  readonly server_username?: string;
  readonly opendistro_role?: string;
  readonly index?: string;
  readonly sign_in_options?: readonly string[];
}

export interface HttpConfig {
  readonly anonymous_auth_enabled?: boolean;
  readonly xff?: { readonly enabled?: boolean; readonly internalProxies?: string; readonly remoteIpHeader?: string };
}

/** An authenticator or a backend: its type and its own options, none of which the server checks. */
export interface Module {
  readonly type?: string;
  readonly config?: Readonly<Record<string, unknown>>;
}

export interface AuthcDomain {
  readonly http_enabled?: boolean;
  readonly order?: number;
  readonly http_authenticator?: Module & { readonly challenge?: boolean };
  readonly authentication_backend?: Module;
  readonly description?: string;
}

export interface AuthzDomain {
  readonly http_enabled?: boolean;
  readonly authorization_backend?: Module;
  readonly description?: string;
}

export interface AuthFailureListenerBody {
  /** `username` takes the backend `internal`; `ip` takes none. */
  readonly type: 'ip' | 'username';
  readonly authentication_backend?: 'internal';
  readonly allowed_tries?: number;
  readonly time_window_seconds?: number;
  readonly block_expiry_seconds?: number;
  readonly max_blocked_clients?: number;
  readonly max_tracked_clients?: number;
  readonly ignore_hosts?: readonly string[];
}

/** As the server has it, with its defaults. */
export interface AuthFailureListener extends Required<Omit<AuthFailureListenerBody, 'authentication_backend'>> {
  readonly name: string;
  readonly authentication_backend: 'internal' | null;
}

export interface AuditConfig {
  readonly enabled?: boolean;
  readonly audit?: AuditFilter;
  readonly compliance?: ComplianceConfig;
}

export interface AuditFilter {
  readonly ignore_users?: readonly string[];
  readonly ignore_requests?: readonly string[];
  readonly ignore_headers?: readonly string[];
  readonly ignore_url_params?: readonly string[];
  readonly disabled_rest_categories?: readonly string[];
  readonly disabled_transport_categories?: readonly string[];
  readonly log_request_body?: boolean;
  readonly resolve_indices?: boolean;
  readonly resolve_bulk_requests?: boolean;
  readonly exclude_sensitive_headers?: boolean;
  readonly enable_transport?: boolean;
  readonly enable_rest?: boolean;
}

export interface ComplianceConfig {
  readonly enabled?: boolean;
  readonly write_log_diffs?: boolean;
  readonly read_watched_fields?: Readonly<Record<string, readonly string[]>>;
  readonly read_ignore_users?: readonly string[];
  readonly write_watched_indices?: readonly string[];
  readonly write_ignore_users?: readonly string[];
  readonly read_metadata_only?: boolean;
  readonly write_metadata_only?: boolean;
  readonly external_config?: boolean;
  readonly internal_config?: boolean;
}

/** HTTP methods by path; while enabled, only these may be used without the admin certificate. */
export interface Allowlist {
  readonly enabled: boolean;
  readonly requests: Readonly<Record<string, readonly HttpMethod[]>>;
}

export type HttpMethod = 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE' | 'OPTIONS' | 'TRACE' | 'CONNECT';

/** Stored in `securityconfig`: whoever manages one of the two must leave the other alone. */
export type Tenancy = Required<
  Pick<DashboardsConfig, 'multitenancy_enabled' | 'private_tenant_enabled' | 'default_tenant' | 'sign_in_options'>
>;
