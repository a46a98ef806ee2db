import { timestamp } from '../clock.ts';
import { connectionOf, type Condition, type ObjectStatus, type Resource } from '../desired/resource.ts';
import { sortedJson } from '../desired/sorted-json.ts';
import { assertNever } from '../errors.ts';
import type { Outcome, OutcomeDetails } from '../plan/outcome.ts';

/** When the status is computed, and how long waiting counts as progress. */
export interface StatusContext {
  readonly nowMs: number;
  readonly stallAfterMs: number;
  /** Absent when that is not known. */
  readonly unresolved?: Unresolved;
}

/** What the spec names and the cluster does not have, in words. */
export type Unresolved = readonly string[] | 'names nothing';

/** As many as the definitions of the kinds allow. */
const MAX_PLANNED_CHANGES = 100;

/** An outcome that an object lives to tell. */
export type TellableOutcome = Exclude<Outcome, { type: 'released' }>;

/** What the status of a resource says after an outcome. Pure; equal to the present status when nothing changed. */
export function nextStatus(resource: Resource, outcome: TellableOutcome, context: StatusContext): ObjectStatus {
  if (outcome.type === 'paused') return pausedStatus(resource, context);
  const { status, generation, reconcileRequestedAt } = resource;
  const owned = 'resourceName' in outcome ? outcome.resourceName : status.resourceName;
  const planned = outcome.type === 'observed' ? outcome.plannedChanges.slice(0, MAX_PLANNED_CHANGES) : [];
  const secretVersion = outcome.type === 'applied' ? outcome.secretVersion : status.secretVersion;
  return {
    observedGeneration: generation,
    conditions: nextConditions(
      resource,
      [...claims(resource, outcome, context), ...detailClaims(outcome), ...referencesClaim(status, context)],
      context,
    ),
    connection: connectionOf(resource),
    ...(secretVersion === undefined ? {} : { secretVersion }),
    ...(owned === undefined ? {} : { resourceName: owned }),
    ...(reconcileRequestedAt === undefined ? {} : { lastHandledReconcileAt: reconcileRequestedAt }),
    ...(planned.length === 0 ? {} : { plannedChanges: planned }),
    ...shownDetails(status, outcome),
  };
}

/** What is not told anew stays as it was. */
function shownDetails(status: ObjectStatus, outcome: TellableOutcome): Pick<ObjectStatus, 'backups' | 'upgrade'> {
  const details = detailsOf(outcome);
  const [backups, upgrade] = [details.backups ?? status.backups, details.upgrade ?? status.upgrade];
  return { ...(backups === undefined ? {} : { backups }), ...(upgrade === undefined ? {} : { upgrade }) };
}

function detailsOf(outcome: TellableOutcome): OutcomeDetails {
  return outcome.type === 'applied' || outcome.type === 'stalled' ? (outcome.details ?? {}) : {};
}

/** A condition before it is known since when it holds. */
export type Claimed = Pick<Condition, 'type' | 'status' | 'reason' | 'message'>;

/** Ready, and the one of Reconciling and Stalled that explains why it is not: never both (kstatus, Flux). */
function claims(
  resource: Resource,
  outcome: Exclude<TellableOutcome, { type: 'paused' }>,
  context: StatusContext,
): readonly Claimed[] {
  switch (outcome.type) {
    case 'applied':
      return [{ type: 'Ready', status: 'True', reason: 'Applied', message: outcome.message }];
    case 'observed':
      return [
        { type: 'Ready', status: 'True', reason: 'Observed', message: observedMessage(outcome.plannedChanges.length) },
      ];
    case 'stalled':
      return notReady('Stalled', outcome);
    case 'waiting':
      return notReadyWhileWaiting(resource, outcome, context);
    default:
      return assertNever(outcome);
  }
}

/** What blocks nothing. */
function detailClaims(outcome: TellableOutcome): readonly Claimed[] {
  const { noWayBack: message, upgradePerformed } = detailsOf(outcome);
  return [
    ...(message === undefined ? [] : [{ type: 'WayBack', status: 'False', reason: 'NoWayBack', message } as const]),
    ...(upgradePerformed === undefined ? [] : [{ type: 'UpgradePerformed', ...upgradePerformed }]),
  ];
}

/** A warning that blocks nothing. */
function referencesClaim({ conditions = [] }: ObjectStatus, { unresolved }: StatusContext): readonly Claimed[] {
  const type = 'ReferencesResolved';
  if (unresolved === undefined) return conditions.filter((condition) => condition.type === type);
  if (unresolved === 'names nothing') return [];
  if (unresolved.length === 0)
    return [{ type, status: 'True', reason: 'Resolved', message: 'all that the spec names is known' }];
  return [{ type, status: 'False', reason: 'NotFound', message: unresolved.join('; ') }];
}

/** An object whose conditions are computed here. */
type Conditioned = { readonly generation: number; readonly status: ObjectStatus };

type Why = { readonly reason: string; readonly message: string };

/** Waiting is progress at first; after a while it is told as stalled, though the operator goes on trying. */
export function notReadyWhileWaiting(object: Conditioned, why: Why, context: StatusContext): readonly Claimed[] {
  return notReady(hasStalled(object, context) ? 'Stalled' : 'Reconciling', why);
}

export function notReady(type: 'Reconciling' | 'Stalled', why: Why): readonly Claimed[] {
  const { reason, message } = why;
  return [
    { type: 'Ready', status: 'False', reason, message },
    { type, status: 'True', reason, message },
  ];
}

function observedMessage(changes: number): string {
  return changes === 0
    ? 'OpenSearch agrees with the spec; nothing is written'
    : `${changes} changes would be made, see status.plannedChanges; nothing is written`;
}

const WAITING = new Set([
  'Pending',
  'ConnectionNotFound',
  'ConnectionNotReady',
  'SecretNotFound',
  'ReferenceNotFound',
  'Retrying',
  'Verifying',
  'Unreachable',
  'NotInitialized',
  'AnotherCluster',
]);

function hasStalled({ generation, status }: Conditioned, { nowMs, stallAfterMs }: StatusContext): boolean {
  if (status.observedGeneration !== generation) return false;
  const since = waitingSinceMs(status);
  if (since !== undefined) return nowMs - since >= stallAfterMs;
  const stalled = status.conditions?.find(({ type }) => type === 'Stalled');
  return stalled !== undefined && WAITING.has(stalled.reason);
}

/** Since when, in milliseconds since 1970, a resource has been waiting; undefined when it is not. */
export function waitingSinceMs(status: Pick<ObjectStatus, 'conditions'>): number | undefined {
  const reconciling = status.conditions?.find(({ type }) => type === 'Reconciling');
  return reconciling === undefined ? undefined : Date.parse(reconciling.lastTransitionTime);
}

/** The new conditions, with times that move only when a status does. */
export function nextConditions(
  object: Conditioned,
  claimed: readonly Claimed[],
  { nowMs }: Pick<StatusContext, 'nowMs'>,
): readonly Condition[] {
  const previous = object.status.conditions ?? [];
  return claimed.map((condition) => {
    const before = previous.find(({ type }) => type === condition.type);
    const isUnchanged = before?.status === condition.status && !isNewAttempt(object, before);
    const lastTransitionTime = isUnchanged ? before.lastTransitionTime : timestamp(nowMs);
    return {
      ...condition,
      message: condition.message.slice(0, 32768).toWellFormed(),
      observedGeneration: object.generation,
      lastTransitionTime,
    };
  });
}

/** An edited object waits anew. */
function isNewAttempt({ generation }: Conditioned, { type, observedGeneration }: Condition): boolean {
  return type === 'Reconciling' && observedGeneration !== generation;
}

/** The status of a paused resource: as it was, with the condition that says so. */
function pausedStatus(resource: Resource, context: Pick<StatusContext, 'nowMs'>): ObjectStatus {
  const message = 'the annotation security.opensearch.org/paused is "true": remove it to go on';
  const told = { reason: 'Paused', message };
  const others = (resource.status.conditions ?? []).filter(({ type }) => type !== 'Paused');
  const { isAboutTheSpec, kept } = beforeThePause(resource, others);
  // A spec that nobody looks at is not in force: whoever waits for it must see why nothing comes.
  const ready: readonly Claimed[] = isAboutTheSpec ? [] : [{ ...told, type: 'Ready', status: 'False' }];
  const added = nextConditions(resource, [...ready, { ...told, type: 'Paused', status: 'True' }], context);
  return {
    ...resource.status,
    connection: connectionOf(resource),
    conditions: [...added.slice(0, -1), ...kept, ...added.slice(-1)],
  };
}

/** What was told before and holds while nothing is done; of an older spec, whether it was in force does not. */
function beforeThePause(
  { generation, status }: Resource,
  conditions: readonly Condition[],
): { readonly isAboutTheSpec: boolean; readonly kept: readonly Condition[] } {
  if (status.observedGeneration === generation) return { isAboutTheSpec: true, kept: conditions };
  const verdicts = new Set(['Ready', 'Reconciling', 'Stalled']);
  return { isAboutTheSpec: false, kept: conditions.filter(({ type }) => !verdicts.has(type)) };
}

/** Whether writing `next` would change anything. */
export function isSameStatus(a: unknown, b: unknown): boolean {
  return sortedJson(a) === sortedJson(b);
}

/** Whether the status says that the object, as it is now, is in force. */
export function isReady({ generation, status }: Conditioned): boolean {
  return status.observedGeneration === generation && readyCondition(status)?.status === 'True';
}

export function readyCondition(status: Pick<ObjectStatus, 'conditions'>): Condition | undefined {
  return status.conditions?.find(({ type }) => type === 'Ready');
}
