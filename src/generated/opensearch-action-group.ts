/* Made from crds/ by `npm run generate`; never edited. */

import type { Condition } from './condition.ts';

/**
 * The action group as it should be.
 */
export interface OpenSearchActionGroupSpec {
  readonly connectionRef?: OpenSearchActionGroupConnectionRef;
  /**
   * Name of the action group in OpenSearch, for a name that Kubernetes does not allow. Absent means metadata.name. Immutable.
   */
  readonly name?: string;
  /**
   * What the action group is for; shown in OpenSearch Dashboards.
   */
  readonly description?: string;
  /**
   * Whether the actions are about indices or about the cluster.
   */
  readonly type?: 'index' | 'cluster';
  /**
   * Actions and other action groups; * is a wildcard.
   */
  readonly allowedActions: readonly string[];
  /**
   * What happens when the action group exists in OpenSearch already. IfIdentical (the default) takes it over when it matches this object, Always takes it over and corrects it, Never refuses.
   */
  readonly adoptionPolicy?: 'IfIdentical' | 'Always' | 'Never';
  /**
   * What happens to the action group in OpenSearch when this object is deleted. Delete (the default) removes it, Orphan leaves it there.
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
export interface OpenSearchActionGroupConnectionRef {
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
 * What the operator found and did. Written by the operator only.
 */
export interface OpenSearchActionGroupStatus {
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
