/* Made from crds/ by `npm run generate`; never edited. */

import type { Condition } from './condition.ts';

/**
 * The connection as it should be.
 */
export interface OpenSearchConnectionSpec {
  /**
   * Addresses of the cluster, each as https://host:port. They are tried in turn.
   */
  readonly endpoints: readonly string[];
  readonly auth: OpenSearchConnectionAuth;
  readonly rescue?: OpenSearchConnectionRescue;
  readonly tls?: OpenSearchConnectionTls;
  /**
   * Path of the REST API: /_plugins/_security/api (Plugins) or /_opendistro/_security/api (Opendistro). Auto (the default) finds out.
   */
  readonly apiPrefix?: 'Auto' | 'Plugins' | 'Opendistro';
  /**
   * Enforce (the default) writes. Observe writes nothing to this cluster and tells in each object what would change: the way to start on an existing cluster.
   */
  readonly managementPolicy?: 'Enforce' | 'Observe';
  readonly driftDetection?: OpenSearchConnectionDriftDetection;
  readonly passwords?: OpenSearchConnectionPasswords;
  /**
   * Seconds that a read may take. Absent means 30. A write is given at least 120, since it takes over 30 when a node hangs.
   */
  readonly requestTimeoutSeconds?: number;
  readonly certificates?: OpenSearchConnectionCertificates;
  readonly allowedNamespaces?: OpenSearchConnectionAllowedNamespaces;
  /**
   * What objects of other namespaces may claim. Their entries are compared as they are written: nothing is expanded, so that an action group is covered by its own name. Without a grant they may claim nothing; the own namespace needs none.
   */
  readonly grants?: readonly OpenSearchConnectionGrant[];
}
/**
 * Who the operator is for the cluster: exactly one of basic and clientCertificate.
 */
export interface OpenSearchConnectionAuth {
  readonly basic?: OpenSearchConnectionAuthBasic;
  readonly clientCertificate?: OpenSearchConnectionAuthClientCertificate;
}
/**
 * Name and password.
 */
export interface OpenSearchConnectionAuthBasic {
  readonly secretRef: OpenSearchConnectionAuthBasicSecretRef;
}
/**
 * A Secret of type kubernetes.io/basic-auth in the namespace of this connection, with the keys username and password.
 */
export interface OpenSearchConnectionAuthBasicSecretRef {
  /**
   * Name of the Secret.
   */
  readonly name: string;
}
/**
 * A TLS client certificate.
 */
export interface OpenSearchConnectionAuthClientCertificate {
  readonly secretRef: OpenSearchConnectionAuthClientCertificateSecretRef;
}
/**
 * A Secret of type kubernetes.io/tls in the namespace of this connection, with the keys tls.crt and tls.key.
 */
export interface OpenSearchConnectionAuthClientCertificateSecretRef {
  /**
   * Name of the Secret.
   */
  readonly name: string;
}
/**
 * Credentials that are used for nothing but putting back a security configuration that locks everybody out.
 */
export interface OpenSearchConnectionRescue {
  readonly clientCertificate: OpenSearchConnectionRescueClientCertificate;
}
/**
 * A TLS client certificate that is listed in plugins.security.authcz.admin_dn of the cluster.
 */
export interface OpenSearchConnectionRescueClientCertificate {
  readonly secretRef: OpenSearchConnectionRescueClientCertificateSecretRef;
}
/**
 * A Secret of type kubernetes.io/tls in the namespace of this connection, with the keys tls.crt and tls.key.
 */
export interface OpenSearchConnectionRescueClientCertificateSecretRef {
  /**
   * Name of the Secret.
   */
  readonly name: string;
}
/**
 * How the certificates of the cluster are checked. They always are, against the trust store of the system, unless said otherwise here.
 */
export interface OpenSearchConnectionTls {
  readonly caRef?: OpenSearchConnectionTlsCaRef;
  /**
   * The name to look for in the certificates when it is not the host of the endpoint.
   */
  readonly serverName?: string;
  /**
   * Accepts any certificate, so that anybody on the way can read the password. For experiments only.
   */
  readonly insecureSkipVerify?: boolean;
  /**
   * Allows http:// endpoints, where passwords travel in the clear. For experiments only.
   */
  readonly allowPlainHttp?: boolean;
}
/**
 * The certificate authority that signed the certificates of the cluster. Absent means the trust store of the system.
 */
export interface OpenSearchConnectionTlsCaRef {
  /**
   * What holds the certificate.
   */
  readonly kind: 'Secret' | 'ConfigMap';
  /**
   * Name of the Secret or ConfigMap in the namespace of this connection.
   */
  readonly name: string;
  /**
   * Key that holds the certificates in PEM form. Absent means "ca.crt".
   */
  readonly key?: string;
}
/**
 * How changes made behind the operator are found.
 */
export interface OpenSearchConnectionDriftDetection {
  /**
   * Seconds between two looks at the cluster. Absent means 60. The operator takes longer when the cluster is large.
   */
  readonly intervalSeconds?: number;
}
/**
 * How passwords of OpenSearchUser objects are handled. Set the rules to those of the cluster.
 */
export interface OpenSearchConnectionPasswords {
  /**
   * Operator (the default) hashes passwords itself, which spares the cluster about a second of work for each. Server sends them as they are.
   */
  readonly hashing?: 'Operator' | 'Server';
  /**
   * Shortest password (plugins.security.restapi.password_min_length). Absent means 8.
   */
  readonly minLength?: number;
  /**
   * Lowest strength on the scale of zxcvbn (plugins.security.restapi.password_score_based_validation_strength). Absent means 3.
   */
  readonly minScore?: number;
  /**
   * Regular expression that a password must match (plugins.security.restapi.password_validation_regex). Absent or empty means none.
   */
  readonly pattern?: string;
}
/**
 * What to do about certificates, of the cluster and of this connection.
 */
export interface OpenSearchConnectionCertificates {
  /**
   * Days before a certificate ends at which the condition CertificatesValid tells. Absent means 30.
   */
  readonly warnBeforeDays?: number;
  /**
   * Tells the nodes to read their certificates again when the Secret with the certificate authority or the client certificate changes. Needs plugins.security.ssl_cert_reload_enabled on the nodes.
   */
  readonly reload?: boolean;
}
/**
 * Namespaces, besides its own, whose objects may use this connection. Absent or empty means none. What they may do is said by grants.
 */
export interface OpenSearchConnectionAllowedNamespaces {
  /**
   * Names of namespaces.
   */
  readonly names?: readonly string[];
  readonly selector?: OpenSearchConnectionAllowedNamespacesSelector;
}
/**
 * Labels that the namespaces carry.
 */
export interface OpenSearchConnectionAllowedNamespacesSelector {
  readonly matchLabels?: OpenSearchConnectionAllowedNamespacesSelectorMatchLabelsMap;
  /**
   * Conditions on labels, all of which must hold.
   */
  readonly matchExpressions?: readonly OpenSearchConnectionAllowedNamespacesSelectorMatchExpression[];
}
/**
 * Labels that must all be there with exactly these values.
 */
export interface OpenSearchConnectionAllowedNamespacesSelectorMatchLabelsMap {
  readonly [k: string]: string;
}
/**
 * A condition on one label.
 */
export interface OpenSearchConnectionAllowedNamespacesSelectorMatchExpression {
  /**
   * The label.
   */
  readonly key: string;
  /**
   * How the label is compared.
   */
  readonly operator: 'In' | 'NotIn' | 'Exists' | 'DoesNotExist';
  /**
   * Values for In and NotIn; nothing for Exists and DoesNotExist.
   */
  readonly values?: readonly string[];
}
/**
 * What objects of some namespaces may claim. A list that is absent grants nothing of its sort.
 */
export interface OpenSearchConnectionGrant {
  readonly namespaces: OpenSearchConnectionGrantNamespaces;
  /**
   * Kinds of objects that they may create. OpenSearchSecurityConfig is not among them: only the own namespace of a connection may change the configuration.
   */
  readonly kinds: readonly (
    'OpenSearchActionGroup' | 'OpenSearchRole' | 'OpenSearchRoleMapping' | 'OpenSearchTenant' | 'OpenSearchUser'
  )[];
  /**
   * Names in OpenSearch that they may claim; * is a wildcard.
   */
  readonly names?: readonly string[];
  /**
   * Index patterns that their roles may name; * is a wildcard.
   */
  readonly indexPatterns?: readonly string[];
  /**
   * Tenants that their roles may name; * is a wildcard.
   */
  readonly tenants?: readonly string[];
  /**
   * Actions and action groups that their roles and action groups may contain, those of clusterPermissions and tenantPermissions included; * is a wildcard.
   */
  readonly actions?: readonly string[];
  /**
   * Roles that their mappings and users may give to somebody; * is a wildcard.
   */
  readonly mappableRoles?: readonly string[];
  /**
   * Backend roles that their users may have; * is a wildcard. Mappings of all teams go by them.
   */
  readonly backendRoles?: readonly string[];
}
/**
 * The namespaces that the grant is for; they must be in allowedNamespaces too.
 */
export interface OpenSearchConnectionGrantNamespaces {
  /**
   * Names of namespaces.
   */
  readonly names?: readonly string[];
  readonly selector?: OpenSearchConnectionGrantNamespacesSelector;
}
/**
 * Labels that the namespaces carry.
 */
export interface OpenSearchConnectionGrantNamespacesSelector {
  readonly matchLabels?: OpenSearchConnectionGrantNamespacesSelectorMatchLabelsMap;
  /**
   * Conditions on labels, all of which must hold.
   */
  readonly matchExpressions?: readonly OpenSearchConnectionGrantNamespacesSelectorMatchExpression[];
}
/**
 * Labels that must all be there with exactly these values.
 */
export interface OpenSearchConnectionGrantNamespacesSelectorMatchLabelsMap {
  readonly [k: string]: string;
}
/**
 * A condition on one label.
 */
export interface OpenSearchConnectionGrantNamespacesSelectorMatchExpression {
  /**
   * The label.
   */
  readonly key: string;
  /**
   * How the label is compared.
   */
  readonly operator: 'In' | 'NotIn' | 'Exists' | 'DoesNotExist';
  /**
   * Values for In and NotIn; nothing for Exists and DoesNotExist.
   */
  readonly values?: readonly string[];
}

/**
 * What the operator found and did. Written by the operator only.
 */
export interface OpenSearchConnectionStatus {
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
   * Version of OpenSearch.
   */
  readonly version?: string;
  /**
   * Identity of the cluster; it changes when the cluster is made anew.
   */
  readonly clusterUUID?: string;
  /**
   * The path of the REST API that is in use.
   */
  readonly apiPrefix?: 'Plugins' | 'Opendistro';
  readonly authenticatedAs?: OpenSearchConnectionStatusAuthenticatedAs;
  readonly pluginHealth?: OpenSearchConnectionStatusPluginHealth;
  /**
   * How many resources objects declare, and how many of these are so in the cluster, by type.
   */
  readonly resources?: readonly OpenSearchConnectionStatusResource[];
  /**
   * Certificates that the nodes use, as far as the operator may see them.
   */
  readonly certificates?: readonly OpenSearchConnectionStatusCertificate[];
  /**
   * The value of the annotation security.opensearch.org/flush-cache that was handled last.
   */
  readonly flushCacheHandledAt?: string;
}
/**
 * Who the operator is for the cluster.
 */
export interface OpenSearchConnectionStatusAuthenticatedAs {
  /**
   * Name of the user, or the subject of the client certificate.
   */
  readonly name: string;
  /**
   * How it proved that.
   */
  readonly method: 'Basic' | 'ClientCertificate';
  /**
   * Its roles in OpenSearch, at most 100 of them; none for the admin certificate.
   */
  readonly roles?: readonly string[];
  /**
   * Its backend roles, at most 100 of them.
   */
  readonly backendRoles?: readonly string[];
}
/**
 * What the Security plugin says of itself.
 */
export interface OpenSearchConnectionStatusPluginHealth {
  /**
   * UP or DOWN.
   */
  readonly status: string;
  /**
   * strict or lenient.
   */
  readonly mode?: string;
}
/**
 * The count of one type.
 */
export interface OpenSearchConnectionStatusResource {
  /**
   * Name of the type in the REST API, such as roles.
   */
  readonly type: string;
  /**
   * Number of resources that objects declare.
   */
  readonly declared: number;
  /**
   * Number of these that are in the cluster as declared.
   */
  readonly inSync: number;
}
/**
 * One certificate of one node.
 */
export interface OpenSearchConnectionStatusCertificate {
  /**
   * Name of the node.
   */
  readonly node: string;
  /**
   * What it is used for.
   */
  readonly kind: 'http' | 'transport';
  /**
   * Whose certificate it is.
   */
  readonly subject?: string;
  /**
   * Who signed it.
   */
  readonly issuer?: string;
  /**
   * When it ends.
   */
  readonly notAfter: string;
}
