import type { CommonSpec, KubernetesObject, ObjectStatus, Resource } from '../desired/resource.ts';
import type { Kind } from '../kinds/kind.ts';
import type { RawObject } from './list-watch.ts';

const PAUSED = 'security.opensearch.org/paused';
const REQUESTED = 'security.opensearch.org/reconcile-requested-at';
const FLUSH = 'security.opensearch.org/flush-cache';
/** Flux asks the same question with its own annotation. */
const FLUX_REQUESTED = 'reconcile.fluxcd.io/requestedAt';

/** RFC 3339, with its zone. */
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/;

/** What the status can hold of it (see the CRDs). */
const MAX_REQUEST_LENGTH = 1024;

/** Keeps of an object of ours what the engine uses. */
export function toObject<Spec, Status>(raw: RawObject): KubernetesObject<Spec, Status> {
  const { metadata } = raw;
  return {
    namespace: metadata.namespace ?? '',
    name: metadata.name,
    uid: metadata.uid,
    resourceVersion: metadata.resourceVersion,
    generation: metadata.generation ?? 0,
    creationTimestamp: metadata.creationTimestamp,
    ...(metadata.deletionTimestamp === undefined ? {} : { deletionTimestamp: metadata.deletionTimestamp }),
    finalizers: metadata.finalizers ?? [],
    paused: metadata.annotations?.[PAUSED] === 'true',
    ...requestsIn(metadata.annotations ?? {}),
    // The API server has checked both against the CRD from which the types were made.
    spec: (raw['spec'] ?? {}) as Spec,
    status: (raw['status'] ?? {}) as Status,
  };
}

function requestsIn(
  annotations: Readonly<Record<string, string>>,
): Pick<KubernetesObject, 'reconcileRequestedAt' | 'flushCacheRequested'> {
  const requested = laterOf(annotations[REQUESTED], annotations[FLUX_REQUESTED]);
  const flush = annotations[FLUSH];
  return {
    ...(requested === undefined ? {} : { reconcileRequestedAt: fit(requested) }),
    ...(flush === undefined ? {} : { flushCacheRequested: fit(flush) }),
  };
}

/** Of two requests the one that names the later time; ours where one of them is no time, which may be any text. */
function laterOf(ours: string | undefined, theirs: string | undefined): string | undefined {
  if (ours === undefined || theirs === undefined) return ours ?? theirs;
  return [ours, theirs].every((text) => TIME.test(text)) && Date.parse(theirs) > Date.parse(ours) ? theirs : ours;
}

function fit(request: string): string {
  return request.slice(0, MAX_REQUEST_LENGTH).toWellFormed();
}

export function toResource(kind: Kind, raw: RawObject): Resource {
  return { ...toObject<CommonSpec, ObjectStatus>(raw), kind };
}
