import { hasFinalizer, type KubernetesObject, type ObjectStatus } from '../desired/resource.ts';

/** A status that was wiped, by a restore for example, is written again. */
function isTold({ status }: KubernetesObject): boolean {
  return (status as ObjectStatus).conditions !== undefined;
}

/** Whether a change of an object is more than what the operator itself writes: its status and its finalizer. */
export function isNews(before: KubernetesObject, after: KubernetesObject): boolean {
  return (
    before.uid !== after.uid ||
    before.generation !== after.generation ||
    before.paused !== after.paused ||
    before.deletionTimestamp !== after.deletionTimestamp ||
    before.reconcileRequestedAt !== after.reconcileRequestedAt ||
    before.flushCacheRequested !== after.flushCacheRequested ||
    (hasFinalizer(before) && !hasFinalizer(after)) ||
    (isTold(before) && !isTold(after))
  );
}
