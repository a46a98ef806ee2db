/* Made from crds/ by `npm run generate`; never edited. */

import type { Condition } from './condition.ts';

/**
 * The role as it should be.
 */
export interface OpenSearchRoleSpec {
  readonly connectionRef?: OpenSearchRoleConnectionRef;
  /**
   * Name of the role in OpenSearch, for a name that Kubernetes does not allow. Absent means metadata.name. Immutable.
   */
  readonly name?: string;
  /**
   * What the role is for; shown in OpenSearch Dashboards.
   */
  readonly description?: string;
  /**
   * Actions and action groups that are allowed on the cluster as a whole, such as cluster_composite_ops_ro.
   */
  readonly clusterPermissions?: readonly string[];
  /**
   * What is allowed on which indices.
   */
  readonly indexPermissions?: readonly OpenSearchRoleIndexPermission[];
  /**
   * What is allowed in which tenants of OpenSearch Dashboards.
   */
  readonly tenantPermissions?: readonly OpenSearchRoleTenantPermission[];
  /**
   * What happens when the role exists in OpenSearch already. IfIdentical (the default) takes it over when it matches this object, Always takes it over and corrects it, Never refuses.
   */
  readonly adoptionPolicy?: 'IfIdentical' | 'Always' | 'Never';
  /**
   * What happens to the role in OpenSearch when this object is deleted. Delete (the default) removes it, Orphan leaves it there.
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
export interface OpenSearchRoleConnectionRef {
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
 * What is allowed on some indices.
 */
export interface OpenSearchRoleIndexPermission {
  /**
   * Names of indices, aliases and data streams; * and ? are wildcards, /.../ is a regular expression, ${user.name} and ${attr.internal.x} are filled in at login.
   */
  readonly indexPatterns: readonly string[];
  /**
   * Actions and action groups, such as read or indices:data/read/search*.
   */
  readonly allowedActions: readonly string[];
  /**
   * Document-level security: an OpenSearch query in JSON. Only documents that match are seen.
   */
  readonly dls?: string;
  /**
   * Field-level security: the only fields that are seen or, with a leading ~, the fields that are not.
   */
  readonly fls?: readonly string[];
  /**
   * Fields whose values are shown as a hash or, written field::/regex/::replacement or field::algorithm, masked that way.
   */
  readonly maskedFields?: readonly string[];
}
/**
 * What is allowed in some tenants.
 */
export interface OpenSearchRoleTenantPermission {
  /**
   * Names of tenants; * is a wildcard.
   */
  readonly tenantPatterns: readonly string[];
  /**
   * kibana_all_read or kibana_all_write, or an action group.
   */
  readonly allowedActions: readonly string[];
}

/**
 * What the operator found and did. Written by the operator only.
 */
export interface OpenSearchRoleStatus {
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
}
