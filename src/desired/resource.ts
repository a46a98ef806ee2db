import type { Kind } from '../kinds/kind.ts';

/** `namespace/name`, unique within one kind. */
export type NamespacedName = string;

/** `Kind/namespace/name`, unique in the Kubernetes cluster. */
export type ObjectKey = string;

/** A metav1.Condition. */
export interface Condition {
  readonly type: string;
  readonly status: 'True' | 'False' | 'Unknown';
  readonly reason: string;
  readonly message: string;
  readonly lastTransitionTime: string;
  readonly observedGeneration?: number;
}

/** The status fields that every kind has. */
export interface ObjectStatus {
  readonly observedGeneration?: number;
  readonly conditions?: readonly Condition[];
  /** `namespace/name` of the connection in use. */
  readonly connection?: NamespacedName;
  readonly resourceName?: string;
  readonly lastHandledReconcileAt?: string;
  readonly plannedChanges?: readonly string[];
  /** Which value of the Secret is in force, for kinds with a secret part. */
  readonly secretVersion?: string;
  /** Secrets with the configuration of before, the newest first. */
  readonly backups?: readonly { readonly secretName: string; readonly createdAt: string }[];
  /** What the cluster says about newer default roles. */
  readonly upgrade?: { readonly available: boolean; readonly changes?: readonly string[] };
}

/** What is kept of a Kubernetes object: only what is used, since thousands of them stay in memory. */
export interface KubernetesObject<Spec = unknown, Status = unknown> {
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
  readonly resourceVersion: string;
  readonly generation: number;
  /** RFC 3339, second precision, so that text order is time order. */
  readonly creationTimestamp: string;
  readonly deletionTimestamp?: string;
  readonly finalizers: readonly string[];
  readonly paused: boolean;
  readonly reconcileRequestedAt?: string;
  /** On a connection: any new value asks for the caches to be flushed. */
  readonly flushCacheRequested?: string;
  readonly spec: Spec;
  readonly status: Status;
}

/** Where a connection is, as a spec says it. */
export interface ConnectionRef {
  readonly name?: string;
  readonly namespace?: string;
}

/** The spec fields that the engine reads of every kind. */
export interface CommonSpec {
  readonly connectionRef?: ConnectionRef;
  readonly adoptionPolicy?: 'IfIdentical' | 'Always' | 'Never';
  readonly deletionPolicy?: 'Delete' | 'Orphan';
  readonly managementPolicy?: 'Enforce' | 'Observe';
}

/** A custom resource that stands for one resource in OpenSearch. */
export interface Resource extends KubernetesObject<CommonSpec, ObjectStatus> {
  readonly kind: Kind;
  /** It is not in the API server any more: it went without being waited for. */
  readonly hasDeparted?: true;
}

/** Group and version of all kinds; their collections are below `API_BASE`. */
export const API_VERSION = 'security.opensearch.org/v1alpha1';
export const API_BASE = `/apis/${API_VERSION}`;

export const FINALIZER = 'security.opensearch.org/finalizer';

export function namespacedName(object: { readonly namespace: string; readonly name: string }): NamespacedName {
  return `${object.namespace}/${object.name}`;
}

export function objectKey(resource: Resource): ObjectKey {
  return `${resource.kind.kind}/${resource.namespace}/${resource.name}`;
}

/** The connection that a resource belongs to: the one named `default` in its own namespace unless the spec says otherwise. */
export function connectionOf(resource: Resource): NamespacedName {
  const ref = resource.spec.connectionRef;
  return `${ref?.namespace ?? resource.namespace}/${ref?.name ?? 'default'}`;
}

/** The name in OpenSearch. */
export function resourceName(resource: Resource): string {
  return resource.kind.resourceName(resource.name, resource.spec as never);
}

export function isDeleting(object: { readonly deletionTimestamp?: string }): boolean {
  return object.deletionTimestamp !== undefined;
}

export function hasFinalizer(object: { readonly finalizers: readonly string[] }): boolean {
  return object.finalizers.includes(FINALIZER);
}
