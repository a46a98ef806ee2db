/* Made from crds/ by `npm run generate`; never edited. */

import type { Condition } from './condition.ts';

/**
 * The mapping as it should be.
 */
export interface OpenSearchRoleMappingSpec {
  readonly connectionRef?: OpenSearchRoleMappingConnectionRef;
  /**
   * Name of the role in OpenSearch, which is also the name of the mapping. Immutable.
   */
  readonly role: string;
  /**
   * Exclusive (the default) makes what OpenSearchRoleMapping objects declare the whole truth. Merge adds the entries of this object to those that others put there, and removes only these later.
   */
  readonly mode?: 'Exclusive' | 'Merge';
  /**
   * Why these people hold the role.
   */
  readonly description?: string;
  /**
   * Names of users, also of users that come from LDAP, SAML or OpenID; * and ? are wildcards.
   */
  readonly users?: readonly string[];
  /**
   * Backend roles, of which a user needs one; * and ? are wildcards.
   */
  readonly backendRoles?: readonly string[];
  /**
   * Backend roles, all of which a user needs.
   */
  readonly andBackendRoles?: readonly string[];
  /**
   * Addresses or host names that requests come from; * and ? are wildcards.
   */
  readonly hosts?: readonly string[];
  /**
   * What happens when the mapping exists in OpenSearch already. IfIdentical (the default) takes it over when it matches this object, Always takes it over and corrects it, Never refuses.
   */
  readonly adoptionPolicy?: 'IfIdentical' | 'Always' | 'Never';
  /**
   * What happens to the mapping in OpenSearch when this object is deleted. Delete (the default) removes it, Orphan leaves it there.
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
export interface OpenSearchRoleMappingConnectionRef {
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
export interface OpenSearchRoleMappingStatus {
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
