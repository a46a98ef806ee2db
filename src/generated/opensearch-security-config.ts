/* Made from crds/ by `npm run generate`; never edited. */

import type { Condition } from './condition.ts';
import type { JsonObject } from './json-value.ts';

/**
 * The configuration as it should be.
 */
export interface OpenSearchSecurityConfigSpec {
  readonly connectionRef?: OpenSearchSecurityConfigConnectionRef;
  /**
   * Merge (the default) changes only what dynamic declares. Replace makes dynamic the whole configuration.
   */
  readonly mode?: 'Merge' | 'Replace';
  readonly dynamic?: OpenSearchSecurityConfigDynamic;
  /**
   * Keys of dynamic that this operator does not know and a newer OpenSearch does. An unknown key is refused unless it is named here or OpenSearch shows it already.
   */
  readonly allowUnknownKeys?: readonly string[];
  /**
   * Values of dynamic that come from Secrets.
   */
  readonly valuesFrom?: readonly OpenSearchSecurityConfigValuesFrom[];
  /**
   * Logins that must still work after a change; it is put back when one fails.
   */
  readonly probes?: readonly OpenSearchSecurityConfigProbe[];
  readonly tenancy?: OpenSearchSecurityConfigTenancy;
  readonly audit?: OpenSearchSecurityConfigAudit;
  readonly allowlist?: OpenSearchSecurityConfigAllowlist;
  readonly nodesDn?: OpenSearchSecurityConfigNodesDnMap;
  readonly upgrade?: OpenSearchSecurityConfigUpgrade;
  /**
   * What happens when a part of the configuration exists in OpenSearch already. IfIdentical (the default) takes it over when it matches this object, Always takes it over and corrects it, Never refuses.
   */
  readonly adoptionPolicy?: 'IfIdentical' | 'Always' | 'Never';
  /**
   * What happens when this object is deleted. Delete (the default) takes out the parts that it added, Orphan leaves everything as it is.
   */
  readonly deletionPolicy?: 'Delete' | 'Orphan';
  /**
   * Enforce (the default) keeps OpenSearch as this object says. Observe writes nothing and tells in status.plannedChanges what would change.
   */
  readonly managementPolicy?: 'Enforce' | 'Observe';
}
/**
 * The OpenSearchConnection that leads to the cluster. Absent means the connection named "default" in the namespace of this object. Immutable: to move the resource to another cluster, create a new object.
 */
export interface OpenSearchSecurityConfigConnectionRef {
  /**
   * Name of the OpenSearchConnection. Absent means "default".
   */
  readonly name?: string;
  /**
   * Namespace of the OpenSearchConnection. Absent means the namespace of this object. Another namespace must consent: see allowedNamespaces and grants of the connection.
   */
  readonly namespace?: string;
}
/**
 * The part below config.dynamic of config.yml, in its own words. What is not named here stays as it is, unless mode is Replace. A key that neither this operator nor OpenSearch knows is refused with the nearest one that is known: see allowUnknownKeys.
 */
export interface OpenSearchSecurityConfigDynamic {
  /**
   * What to do when several filtered aliases meet: warn, nowarn or disallow.
   */
  readonly filtered_alias_mode?: string;
  /**
   * Switches off authentication of REST requests.
   */
  readonly disable_rest_auth?: boolean;
  /**
   * Switches off authentication between nodes.
   */
  readonly disable_intertransport_auth?: boolean;
  /**
   * Evaluates permissions with the indices options of the request.
   */
  readonly respect_request_indices_options?: boolean;
  /**
   * Unused by OpenSearch; accepted because config.yml may contain it.
   */
  readonly license?: string;
  /**
   * Leaves out what a user may not see, where it would refuse the whole request otherwise.
   */
  readonly do_not_fail_on_forbidden?: boolean;
  /**
   * The same for requests of which nothing is left.
   */
  readonly do_not_fail_on_forbidden_empty?: boolean;
  /**
   * Lets the permissions for one request come from several roles.
   */
  readonly multi_rolespan_enabled?: boolean;
  /**
   * How hosts of role mappings are compared: ip-only, ip-hostname or ip-hostname-lookup.
   */
  readonly hosts_resolver_mode?: string;
  /**
   * Attribute of a transport client certificate that names the user. The spelling is that of OpenSearch.
   */
  readonly transport_userrname_attribute?: string;
  readonly kibana?: OpenSearchSecurityConfigDynamicKibana;
  readonly http?: OpenSearchSecurityConfigDynamicHttp;
  readonly authc?: OpenSearchSecurityConfigDynamicAuthcMap;
  readonly authz?: OpenSearchSecurityConfigDynamicAuthzMap;
  readonly auth_failure_listeners?: OpenSearchSecurityConfigDynamicAuthFailureListenersMap;
  readonly on_behalf_of?: OpenSearchSecurityConfigDynamicOnBehalfOf;
}
/**
 * What the plugin needs to know of OpenSearch Dashboards. Tenancy is better said in spec.tenancy.
 */
export interface OpenSearchSecurityConfigDynamicKibana {
  /**
   * Whether there are tenants.
   */
  readonly multitenancy_enabled?: boolean;
  /**
   * Whether each user has a private tenant.
   */
  readonly private_tenant_enabled?: boolean;
  /**
   * The tenant that users start in.
   */
  readonly default_tenant?: string;
  /**
   * Name of the user that OpenSearch Dashboards logs in as.
   */
  readonly server_username?: string;
  /**
   * Name of the role of OpenSearch Dashboards.
   */
  readonly opendistro_role?: string;
  /**
   * Name of the index of OpenSearch Dashboards.
   */
  readonly index?: string;
  /**
   * Ways to sign in that OpenSearch Dashboards offers.
   */
  readonly sign_in_options?: readonly string[];
}
/**
 * How HTTP requests are read.
 */
export interface OpenSearchSecurityConfigDynamicHttp {
  /**
   * Lets requests without credentials in as an anonymous user.
   */
  readonly anonymous_auth_enabled?: boolean;
  readonly xff?: OpenSearchSecurityConfigDynamicHttpXff;
}
/**
 * Whose word is taken for the address that a request comes from.
 */
export interface OpenSearchSecurityConfigDynamicHttpXff {
  /**
   * Whether the header is read.
   */
  readonly enabled?: boolean;
  /**
   * Regular expression for the addresses of trusted proxies.
   */
  readonly internalProxies?: string;
  /**
   * Name of the header.
   */
  readonly remoteIpHeader?: string;
}
/**
 * Authentication domains: the ways to log in, by name.
 */
export interface OpenSearchSecurityConfigDynamicAuthcMap {
  readonly [k: string]: OpenSearchSecurityConfigDynamicAuthc;
}
/**
 * One way to log in.
 */
export interface OpenSearchSecurityConfigDynamicAuthc {
  /**
   * Whether the domain is used.
   */
  readonly http_enabled?: boolean;
  /**
   * Accepted and ignored by OpenSearch, since config.yml may contain it.
   */
  readonly transport_enabled?: boolean;
  /**
   * Domains are tried from the lowest order to the highest.
   */
  readonly order?: number;
  /**
   * What the domain is for.
   */
  readonly description?: string;
  readonly http_authenticator?: OpenSearchSecurityConfigDynamicAuthcHttpAuthenticator;
  readonly authentication_backend?: OpenSearchSecurityConfigDynamicAuthcAuthenticationBackend;
}
/**
 * How credentials are taken from a request.
 */
export interface OpenSearchSecurityConfigDynamicAuthcHttpAuthenticator {
  /**
   * basic, clientcert, jwt, openid, saml, kerberos, proxy, extended-proxy or a class name.
   */
  readonly type?: string;
  /**
   * Whether a request without credentials is asked for them.
   */
  readonly challenge?: boolean;
  /**
   * Settings of that type, in its own words. Take passwords and keys from Secrets with valuesFrom.
   */
  readonly config?: JsonObject;
}
/**
 * Who checks the credentials.
 */
export interface OpenSearchSecurityConfigDynamicAuthcAuthenticationBackend {
  /**
   * internal (or intern), ldap, noop or a class name.
   */
  readonly type?: string;
  /**
   * Settings of that type, in its own words. Take passwords and keys from Secrets with valuesFrom.
   */
  readonly config?: JsonObject;
}
/**
 * Authorization domains: where backend roles of users come from, by name.
 */
export interface OpenSearchSecurityConfigDynamicAuthzMap {
  readonly [k: string]: OpenSearchSecurityConfigDynamicAuthz;
}
/**
 * One source of backend roles.
 */
export interface OpenSearchSecurityConfigDynamicAuthz {
  /**
   * Whether the domain is used.
   */
  readonly http_enabled?: boolean;
  /**
   * Accepted and ignored by OpenSearch, since config.yml may contain it.
   */
  readonly transport_enabled?: boolean;
  /**
   * What the domain is for.
   */
  readonly description?: string;
  readonly authorization_backend?: OpenSearchSecurityConfigDynamicAuthzAuthorizationBackend;
}
/**
 * Who knows the backend roles.
 */
export interface OpenSearchSecurityConfigDynamicAuthzAuthorizationBackend {
  /**
   * ldap, noop or a class name.
   */
  readonly type?: string;
  /**
   * Settings of that type, in its own words. Take passwords and keys from Secrets with valuesFrom.
   */
  readonly config?: JsonObject;
}
/**
 * Limits on failed logins, by name.
 */
export interface OpenSearchSecurityConfigDynamicAuthFailureListenersMap {
  readonly [k: string]: OpenSearchSecurityConfigDynamicAuthFailureListeners;
}
/**
 * One limit.
 */
export interface OpenSearchSecurityConfigDynamicAuthFailureListeners {
  /**
   * Whether addresses (ip) or user names (username) are blocked.
   */
  readonly type: 'ip' | 'username';
  /**
   * internal for the type username; nothing for the type ip.
   */
  readonly authentication_backend?: string;
  /**
   * Failed logins before the block.
   */
  readonly allowed_tries?: number;
  /**
   * Seconds within which they count.
   */
  readonly time_window_seconds?: number;
  /**
   * Seconds that the block lasts.
   */
  readonly block_expiry_seconds?: number;
  /**
   * Blocked clients that are kept in mind.
   */
  readonly max_blocked_clients?: number;
  /**
   * Clients whose failures are kept in mind.
   */
  readonly max_tracked_clients?: number;
  /**
   * Addresses that are never blocked.
   */
  readonly ignore_hosts?: readonly string[];
}
/**
 * Tokens that a service uses on behalf of a user.
 */
export interface OpenSearchSecurityConfigDynamicOnBehalfOf {
  /**
   * Whether such tokens are issued and accepted.
   */
  readonly enabled?: boolean;
  /**
   * Key that signs the tokens, in Base64. Take it from a Secret with valuesFrom, path /on_behalf_of/signing_key.
   */
  readonly signing_key?: string;
  /**
   * Key that encrypts the roles in the tokens, in Base64. Take it from a Secret with valuesFrom, path /on_behalf_of/encryption_key.
   */
  readonly encryption_key?: string;
}
/**
 * One value.
 */
export interface OpenSearchSecurityConfigValuesFrom {
  /**
   * Where the value goes: a JSON pointer below dynamic, such as /authz/ldap/authorization_backend/config/password.
   */
  readonly path: string;
  readonly secretKeyRef: OpenSearchSecurityConfigValuesFromSecretKeyRef;
}
/**
 * A key of a Secret in the namespace of this object.
 */
export interface OpenSearchSecurityConfigValuesFromSecretKeyRef {
  /**
   * Name of the Secret.
   */
  readonly name: string;
  /**
   * Key of the Secret that holds the value.
   */
  readonly key: string;
}
/**
 * One login.
 */
export interface OpenSearchSecurityConfigProbe {
  readonly secretRef: OpenSearchSecurityConfigProbeSecretRef;
}
/**
 * A Secret of type kubernetes.io/basic-auth in the namespace of this object, with the keys username and password.
 */
export interface OpenSearchSecurityConfigProbeSecretRef {
  /**
   * Name of the Secret.
   */
  readonly name: string;
}
/**
 * Tenants of OpenSearch Dashboards.
 */
export interface OpenSearchSecurityConfigTenancy {
  /**
   * Whether there are tenants.
   */
  readonly multitenancyEnabled?: boolean;
  /**
   * Whether each user has a private tenant.
   */
  readonly privateTenantEnabled?: boolean;
  /**
   * The tenant that users start in; empty lets them choose.
   */
  readonly defaultTenant?: string;
  /**
   * Ways to sign in that OpenSearch Dashboards offers, such as BASIC or OPENID.
   */
  readonly signInOptions?: readonly string[];
}
/**
 * The audit configuration, in the words of audit.yml below config.
 */
export interface OpenSearchSecurityConfigAudit {
  /**
   * Whether audit events are written.
   */
  readonly enabled?: boolean;
  /**
   * Which events are written, and how much of each.
   */
  readonly audit?: JsonObject;
  /**
   * Which reads and writes of indices and of the configuration are written.
   */
  readonly compliance?: JsonObject;
}
/**
 * REST paths that people may call. Only a client certificate listed in plugins.security.authcz.admin_dn may change it.
 */
export interface OpenSearchSecurityConfigAllowlist {
  /**
   * Whether the list is in force: everything that is not on it is then refused.
   */
  readonly enabled?: boolean;
  readonly requests?: OpenSearchSecurityConfigAllowlistRequestsMap;
}
/**
 * Methods that may be used, by path.
 */
export interface OpenSearchSecurityConfigAllowlistRequestsMap {
  /**
   * Methods of the path.
   */
  readonly [k: string]: readonly ('GET' | 'POST' | 'PUT' | 'DELETE' | 'OPTIONS' | 'HEAD' | 'PATCH' | 'TRACE' | 'CONNECT')[];
}
/**
 * Certificates of nodes of other clusters that may connect, by the name of the cluster. Needs plugins.security.nodes_dn_dynamic_config_enabled on the nodes.
 */
export interface OpenSearchSecurityConfigNodesDnMap {
  /**
   * Subjects of certificates; * and ? are wildcards.
   */
  readonly [k: string]: readonly string[];
}
/**
 * What to do when the cluster has newer default roles than the stored ones.
 */
export interface OpenSearchSecurityConfigUpgrade {
  /**
   * Ignore says nothing, Check (the default) tells in the status, Perform backs up and upgrades.
   */
  readonly policy?: 'Ignore' | 'Check' | 'Perform';
  /**
   * Parts of the configuration to upgrade, such as roles. Absent means all that the cluster offers.
   */
  readonly components?: readonly string[];
}

/**
 * What the operator found and did. Written by the operator only.
 */
export interface OpenSearchSecurityConfigStatus {
  /**
   * The metadata.generation that this status describes; -1 until the operator has seen the object.
   */
  readonly observedGeneration?: number;
  /**
   * Ready is always there once the operator has seen the object. Reconciling and Stalled are there only while they are True, and never both.
   */
  readonly conditions?: readonly Condition[];
  /**
   * The value of the annotation security.opensearch.org/reconcile-requested-at that was handled last.
   */
  readonly lastHandledReconcileAt?: string;
  /**
   * The OpenSearchConnection in use, as namespace/name.
   */
  readonly connection?: string;
  /**
   * Name of the resource in OpenSearch.
   */
  readonly resourceName?: string;
  /**
   * What would change in OpenSearch, while managementPolicy is Observe; at most the first 100 changes. Secret values are never shown.
   */
  readonly plannedChanges?: readonly string[];
  /**
   * Secrets that hold the configuration as it was before a change, the newest first.
   */
  readonly backups?: readonly OpenSearchSecurityConfigStatusBackup[];
  readonly upgrade?: OpenSearchSecurityConfigStatusUpgrade;
}
/**
 * One backup.
 */
export interface OpenSearchSecurityConfigStatusBackup {
  /**
   * Name of the Secret, in the namespace of the operator.
   */
  readonly secretName: string;
  /**
   * When it was made.
   */
  readonly createdAt: string;
}
/**
 * What the cluster says about newer default roles.
 */
export interface OpenSearchSecurityConfigStatusUpgrade {
  /**
   * Whether there is something to upgrade.
   */
  readonly available: boolean;
  /**
   * What would change, such as "roles: add all_access".
   */
  readonly changes?: readonly string[];
}
