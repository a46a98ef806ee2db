/* Made from crds/ by `npm run generate`; never edited. */

import type { Condition } from './condition.ts';

/**
 * The user as it should be.
 */
export interface OpenSearchUserSpec {
  readonly connectionRef?: OpenSearchUserConnectionRef;
  /**
   * Name of the user in OpenSearch, for a name that Kubernetes does not allow. Absent means metadata.name. Immutable.
   */
  readonly name?: string;
  /**
   * What the user is for.
   */
  readonly description?: string;
  readonly passwordFrom?: OpenSearchUserPasswordFrom;
  readonly passwordHashFrom?: OpenSearchUserPasswordHashFrom;
  readonly generatePassword?: OpenSearchUserGeneratePassword;
  /**
   * Backend roles of the user: free words that OpenSearchRoleMapping turns into roles.
   */
  readonly backendRoles?: readonly string[];
  /**
   * Roles in OpenSearch that the user holds directly (opendistro_security_roles in the REST API). They must exist.
   */
  readonly securityRoles?: readonly string[];
  readonly attributes?: OpenSearchUserAttributesMap;
  /**
   * What happens when the user exists in OpenSearch already. IfIdentical (the default) takes it over when it matches this object, Always takes it over and corrects it, Never refuses.
   */
  readonly adoptionPolicy?: 'IfIdentical' | 'Always' | 'Never';
  /**
   * What happens to the user in OpenSearch when this object is deleted. Delete (the default) removes it, Orphan leaves it there.
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
export interface OpenSearchUserConnectionRef {
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
 * Takes the password from a Secret. Exactly one of passwordFrom, passwordHashFrom and generatePassword is needed.
 */
export interface OpenSearchUserPasswordFrom {
  readonly secretKeyRef: OpenSearchUserPasswordFromSecretKeyRef;
}
/**
 * A key of a Secret in the namespace of this object.
 */
export interface OpenSearchUserPasswordFromSecretKeyRef {
  /**
   * Name of the Secret.
   */
  readonly name: string;
  /**
   * Key of the Secret that holds the password. Absent means "password".
   */
  readonly key?: string;
}
/**
 * Takes the bcrypt hash of the password from a Secret, for a password that the operator must not know.
 */
export interface OpenSearchUserPasswordHashFrom {
  readonly secretKeyRef: OpenSearchUserPasswordHashFromSecretKeyRef;
}
/**
 * A key of a Secret in the namespace of this object.
 */
export interface OpenSearchUserPasswordHashFromSecretKeyRef {
  /**
   * Name of the Secret.
   */
  readonly name: string;
  /**
   * Key of the Secret that holds the bcrypt hash. Absent means "hash".
   */
  readonly key?: string;
}
/**
 * Makes a random password and keeps it in a Secret, which is created when it does not exist.
 */
export interface OpenSearchUserGeneratePassword {
  /**
   * Name of the Secret in the namespace of this object.
   */
  readonly secretName: string;
  /**
   * Key of the Secret that gets the password. Absent means "password".
   */
  readonly key?: string;
  /**
   * Length of the password in characters. Absent means 32.
   */
  readonly length?: number;
}
/**
 * Values that roles may use in index patterns and queries, as ${attr.internal.<name>}.
 */
export interface OpenSearchUserAttributesMap {
  readonly [k: string]: string;
}

/**
 * What the operator found and did. Written by the operator only.
 */
export interface OpenSearchUserStatus {
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
   * Which value of the Secret is in force, as <Secret>/<key>@<resourceVersion>. Tells nothing of the value.
   */
  readonly secretVersion?: string;
  /**
   * What would change in OpenSearch, while managementPolicy is Observe; at most the first 100 changes. Secret values are never shown.
   */
  readonly plannedChanges?: readonly string[];
}
