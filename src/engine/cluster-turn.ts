import type { ObjectKey, Resource } from '../desired/resource.ts';
import type { DocumentName, Kind } from '../kinds/kind.ts';
import type { Operation } from '../plan/operation.ts';
import type { Outcome } from '../plan/outcome.ts';
import { nobody } from '../commit/ownership.ts';
import { slotKeyOf, type Slot, type SlotKey } from './claim-index.ts';
import { inQuestion, takeOverProvisional } from './departed.ts';
import { forgetDisabled, isUnreadable, readUnlessDisabled, setAside } from './disabled-documents.ts';
import { toTarget } from './object-teller.ts';
import { runPass, type CommitReport, type Task } from './pass.ts';
import { planTasks } from './plan-tasks.ts';
import type { TurnContext } from './turn-context.ts';
import { forgetSecrets, recordOwners, writeAhead } from './write-ahead.ts';
import { unresolvedReferences } from './unresolved-references.ts';
import { lookAgain, settle, unseenDocuments, wake, wakeAll } from './session-state.ts';
import type { World } from './world.ts';
import { logWrite, logWrites } from './write-log.ts';

export const DRIFT_CORRECTED = {
  type: 'Warning',
  reason: 'DriftCorrected',
  message: 'it was changed or deleted in OpenSearch behind the operator and has been put back',
} as const;

/** The kinds whose objects are committed in batches. */
function bulkKinds({ kinds }: World): readonly Kind[] {
  return kinds.filter(({ isConfiguration }) => isConfiguration !== true);
}

/** The documents that somebody declares something of, or refers into. */
function neededKinds({ world, state }: Pick<TurnContext, 'world' | 'state'>): readonly Kind[] {
  const kinds = new Set([...state.index.slots()].map((slot) => slot.kind));
  return bulkKinds(world).filter((kind) => kinds.has(kind) || state.references.refersInto(kind.document));
}

/** Makes sure that we know who owns what in the cluster that is open. */
export async function openLedger({ world, state, cluster, signal }: TurnContext): Promise<void> {
  if (state.connection === undefined) return;
  // Where we may not ask who it is, another endpoint is another cluster: nothing is claimed there for what was here.
  const clusterUuid = cluster.identity.clusterUuid ?? `endpoints ${[...state.connection.spec.endpoints].sort().join()}`;
  if (state.ledger?.clusterUuid === clusterUuid) return;
  const isAnother = state.ledger !== undefined;
  const owners = await world.loadLedger(state.connection, clusterUuid);
  await world.catchUp(inQuestion(world, state, owners), signal);
  state.ledger = { clusterUuid, owners };
  takeOverProvisional(world, state);
  if (!isAnother) {
    // The process before was at work on another one, and what objects say of their passwords is about that.
    const { clusterUUID: told = clusterUuid } = state.connection.status;
    state.hasMoved = told !== clusterUuid;
    return;
  }
  state.documents.clear();
  state.refusals.clear();
  state.secretsInForce.clear();
  state.disabled.clear();
  state.drifted.clear();
  state.unrecorded.clear();
  state.hasMoved = true;
  wakeAll(state, world.clock.steady());
}

/**
 * Reads the documents that are declared and older than `notBeforeMs`, or than a new claim, all at once; names that
 * changed become dirty.
 *
 * @returns milliseconds that it took; 0 when nothing had to be read
 */
export async function refreshDocuments(context: TurnContext, notBeforeMs: number): Promise<number> {
  const { world, state, cluster, signal } = context;
  const startedMs = world.clock.steady();
  state.turnMs = startedMs;
  const unseen = unseenDocuments(state);
  const needed = neededKinds(context);
  // Where nobody wants anything nothing is refused.
  for (const kind of bulkKinds(world)) if (!needed.includes(kind)) forgetDisabled(state, kind);
  const stale = needed.filter(
    ({ document }) =>
      unseen.has(document) ||
      // What could not be written waits for long, and somebody else may have taken the name meanwhile.
      (state.disabled.has(`PATCH ${document}`) && state.dirty.tickets(document).next().done !== true) ||
      !state.documents.isFresh(document, notBeforeMs),
  );
  await Promise.all(
    stale.map((kind) =>
      readUnlessDisabled(state, kind, async () => {
        const changed = await state.documents.refresh(kind, cluster, { nowMs: startedMs, signal });
        for (const name of changed) noticeDrift(context, kind, name);
      }),
    ),
  );
  return stale.length === 0 ? 0 : world.clock.steady() - startedMs;
}

function noticeDrift(context: TurnContext, kind: Kind, name: string): void {
  const { world, state } = context;
  retryDependents(context, kind.document, name);
  if (state.documents.get(kind.document, name) === undefined) retryElsewhere(context, name);
  wakeDependents(context, kind.document, name);
  const key = slotKeyOf(kind.document, name);
  const slot = state.index.slot(key);
  if (slot === undefined) return;
  const { owner, parts } = state.ledger?.owners.ownershipOf(kind.document, name) ?? nobody;
  const isHealthy = [...slot.claimants].some(
    ([claimant, resource]) => (claimant === owner || parts.has(claimant)) && isApplied(world, resource),
  );
  if (isHealthy && !state.drifted.has(key)) {
    state.drifted.add(key);
    world.metrics.driftFound.inc({ document: kind.document });
  }
  wake(state, key, { priority: 'sweep', nowMs: state.turnMs });
}

/** Who refers to a name that came, changed or went, or waits for its place, has to be looked at again. */
function wakeDependents(context: TurnContext, document: DocumentName, name: string): void {
  const { world, state } = context;
  const nowMs = world.clock.steady();
  for (const slot of state.references.dependents(document, name)) wake(state, slot, { priority: 'sweep', nowMs });
  wakeBeside(context, slotKeyOf(document, name));
}

/** Who refers to a name may have been refused only since it was not there, or was another one. */
function retryDependents({ state }: TurnContext, document: DocumentName, name: string): void {
  for (const slot of state.references.dependents(document, name)) state.refusals.delete(slot);
}

/** What somebody who was refused refers to may be gone, though it was there when it was read. */
function doubtReferences({ state }: TurnContext, { claimants }: Slot): void {
  for (const { kind, spec } of claimants.values())
    for (const { document } of kind.references(spec as never)) state.documents.doubt(document);
}

function wakeBeside({ world, state }: TurnContext, key: SlotKey): void {
  const nowMs = world.clock.steady();
  for (const slot of state.index.beside(key)) wake(state, slot, { priority: 'sweep', nowMs });
}

function isApplied(world: World, resource: Resource): boolean {
  const status = world.statuses.current(toTarget(resource)) as Resource['status'];
  return (
    status.observedGeneration === resource.generation &&
    status.conditions?.some(({ reason }) => reason === 'Applied') === true
  );
}

/** Plans, commits and tells what is dirty. @returns whether anything was written to the cluster */
export async function runTurn(context: TurnContext): Promise<boolean> {
  const { world, state, cluster } = context;
  const hasWritten = await runPass({
    cluster,
    kinds: bulkKinds(world),
    limits: state.batchLimits,
    tasks: (kind, only) => tasksOf(context, kind, only),
    writeAhead: (tasks) => writeAhead(context, tasks),
    present: (document, name) => state.documents.present(document, name),
    committed: (document, operations) => committed(context, document, operations),
    disabled: (kind, tasks) => setAside(context, kind, tasks),
    refused: (slot, refusal) => {
      state.refusals.set(slot.key, refusal);
      doubtReferences(context, slot);
      logWrite(context, slot, { outcome: 'refused' });
    },
    finish: (task) => finish(context, task),
    forget: (changes) => recordOwners(context, changes),
    retract: (changes) => {
      state.ledger?.owners.retract(changes);
      forgetSecrets(state, changes);
    },
    report: (commit) => report(context, commit),
    now: () => world.clock.steady(),
  });
  return hasWritten;
}

function tasksOf(context: TurnContext, kind: Kind, only: Operation['type']): readonly Task[] {
  const { world, state, credentials, signal, onlyRemovals } = context;
  if (signal.aborted || isUnreadable(context, kind)) return [];
  const tasks = planTasks(state, kind, { only, world, credentials, onlyRemovals });
  return onlyRemovals && only === 'add' ? tasks.flatMap(releaseOnly) : tasks;
}

/**
 * Of a task that may not write: what is being deleted and needs no removal goes all the same. Out of a shared name what
 * goes is taken by an `add` of what is left.
 */
function releaseOnly(task: Task): readonly Task[] {
  const released = [...task.decision.outcomes].filter(([, { type }]) => type === 'released');
  if (released.length === 0) return [];
  if (task.slot.kind.sharing !== undefined) return [task];
  const owner = task.decision.owner === null ? { owner: null } : {};
  return [{ ...task, decision: { ...owner, outcomes: new Map(released) } }];
}

function committed(context: TurnContext, document: DocumentName, operations: readonly Operation[]): void {
  const { world, state } = context;
  logWrites(context, document, operations);
  state.documents.committed(document, operations);
  state.disabled.delete(`PATCH ${document}`);
  for (const operation of operations) {
    const key = slotKeyOf(document, operation.name);
    state.refusals.delete(key);
    if (operation.type === 'add') state.recentWrites.wrote(key, world.clock.steady());
    else state.recentWrites.removed(key);
    if (operation.type === 'remove') state.secretsInForce.delete(key);
    else if (operation.secret !== undefined) state.secretsInForce.set(key, operation.secret.version);
    if (operation.type === 'remove') {
      retryDependents(context, document, operation.name);
      retryElsewhere(context, operation.name);
    }
    wakeDependents(context, document, operation.name);
  }
}

/** A name may have been refused in one document only because another document had it. */
function retryElsewhere({ world, state }: TurnContext, name: string): void {
  const nowMs = world.clock.steady();
  for (const { document } of world.kinds) {
    const key = slotKeyOf(document, name);
    if (state.refusals.delete(key)) wake(state, key, { priority: 'sweep', nowMs });
  }
}

function finish(context: TurnContext, task: Task): void {
  const { world, state, teller, finalizers } = context;
  const { ticket, slot, decision } = task;
  const isCorrected = state.drifted.delete(slot.key) && decision.operation?.type === 'add';
  if (isCorrected) world.metrics.driftCorrected.inc({ document: slot.kind.document });
  settle(state, ticket);
  letOthersIn(context, task);
  // What is released is over only when its finalizer is off.
  if ([...decision.outcomes.values()].every(({ type }) => type !== 'released')) state.postponed.forget(slot.key);
  for (const [key, outcome] of decision.outcomes) {
    const resource = toldOf(task, key, outcome);
    if (resource === undefined) continue;
    teller.tell(resource, outcome, unresolvedReferences(state, resource));
    lookAgain(context, slot.key, { resource, outcome });
    if (outcome.type === 'applied') finalizers.ensure(slot.claimants.get(key) ?? resource);
    if (isCorrected && decision.subjects?.includes(key) === true) teller.record(resource, DRIFT_CORRECTED);
  }
}

/** Who begins to have a name may let others in beside it, and that is not always written. */
function letOthersIn(context: TurnContext, { slot, decision }: Task): void {
  if (typeof decision.owner === 'string') wakeBeside(context, slot.key);
}

/**
 * Whom an outcome is told of: the object as it was decided about, since what it became meanwhile was not looked at yet.
 * Nobody when it is gone, or another one has its name.
 */
function toldOf({ slot, seen }: Task, key: ObjectKey, { type }: Outcome): Resource | undefined {
  const [before, now] = [seen.get(key), slot.claimants.get(key)];
  if (now === undefined || now.uid !== before?.uid) return undefined;
  // The finalizer is taken off the object as it is now, and compared is the status that it has now.
  return type === 'released' ? now : { ...before, status: now.status, resourceVersion: now.resourceVersion };
}

function report({ world, state, meter }: TurnContext, commit: CommitReport): void {
  const { document, add, remove, refused, requests, durationMs } = commit;
  const { metrics } = world;
  const operations = add + remove;
  metrics.commits.inc({ document });
  metrics.commitSize.observe({ document }, operations);
  metrics.commitSeconds.observe({ document }, Math.max(0, durationMs) / 1000);
  if (operations > 1 && requests > 1) metrics.splitBatches.inc({ document });
  metrics.operations.inc({ document, outcome: 'accepted' }, operations - refused);
  metrics.operations.inc({ document, outcome: 'refused' }, refused);
  world.log.info({ connection: state.key, ...commit, opaqueId: meter.opaqueId }, 'committed');
}
