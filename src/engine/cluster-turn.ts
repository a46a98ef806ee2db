import type { Cluster } from '../commit/cluster.ts';
import type { OwnerChange } from '../commit/ledger.ts';
import { forEachConcurrently } from '../concurrency.ts';
import { hasFinalizer, type ObjectKey, type Resource } from '../desired/resource.ts';
import { KubernetesError } from '../errors.ts';
import type { DocumentName, Kind } from '../kinds/kind.ts';
import type { Operation } from '../plan/operation.ts';
import { slotKeyOf } from './claim-index.ts';
import { toTarget, type ObjectTeller } from './object-teller.ts';
import { runPass, type CommitReport, type Task } from './pass.ts';
import { planTasks } from './plan-tasks.ts';
import { markAllDirty, settle, unseenDocuments, type SessionState } from './session-state.ts';
import type { World } from './world.ts';

/** What a turn works with. */
export interface TurnContext {
  readonly world: World;
  readonly state: SessionState;
  readonly teller: ObjectTeller;
  readonly cluster: Cluster;
  /** Only clean up: the connection is going. */
  readonly onlyRemovals: boolean;
  readonly signal: AbortSignal;
}

const FINALIZER_WRITERS = 16;
const DRIFT_CORRECTED = {
  type: 'Warning',
  reason: 'DriftCorrected',
  message: 'it was changed or deleted in OpenSearch behind the operator and has been put back',
} as const;

/** The documents that somebody declares something of. */
function declaredKinds({ world, state }: Pick<TurnContext, 'world' | 'state'>): readonly Kind[] {
  const kinds = new Set([...state.index.slots()].map((slot) => slot.kind));
  return world.kinds.filter((kind) => kinds.has(kind));
}

/** Makes sure that we know who owns what in the cluster that is open. */
export async function openLedger({ world, state, cluster }: TurnContext): Promise<void> {
  const clusterUuid = cluster.identity.clusterUuid ?? '';
  if (state.ledger?.clusterUuid === clusterUuid || state.connection === undefined) return;
  const isAnother = state.ledger !== undefined;
  state.ledger = { clusterUuid, owners: await world.loadLedger(state.connection, clusterUuid) };
  if (!isAnother) return;
  state.documents.clear();
  state.refusals.clear();
  markAllDirty(state);
}

/**
 * Reads the documents that are declared and older than `notBeforeMs`, or than a new claim, all at once; names that
 * changed become dirty.
 *
 * @returns milliseconds that it took; 0 when nothing had to be read
 */
export async function refreshDocuments(context: TurnContext, notBeforeMs: number): Promise<number> {
  const { world, state, cluster, signal } = context;
  const unseen = unseenDocuments(state);
  const stale = declaredKinds(context).filter(
    ({ document }) => unseen.has(document) || !state.documents.isFresh(document, notBeforeMs),
  );
  const startedMs = world.clock.now();
  await Promise.all(
    stale.map(async (kind) => {
      const changed = await state.documents.refresh(kind, cluster, { nowMs: startedMs, signal });
      for (const name of changed) noticeDrift(context, kind, name);
    }),
  );
  return stale.length === 0 ? 0 : world.clock.now() - startedMs;
}

function noticeDrift({ world, state }: TurnContext, kind: Kind, name: string): void {
  const key = slotKeyOf(kind.document, name);
  const slot = state.index.slot(key);
  if (slot === undefined) return;
  const owner = state.ledger?.owners.ownerOf(kind.document, name);
  const isHealthy = [...slot.claimants].some(
    ([claimant, resource]) => claimant === owner && isApplied(world, resource),
  );
  if (isHealthy) state.drifted.add(key);
  state.dirty.add(key, 'sweep');
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
    kinds: world.kinds,
    tasks: (kind, only) => tasksOf(context, kind, only),
    writeAhead: (tasks) => writeAhead(context, tasks),
    committed: (document, operations) => committed(context, document, operations),
    refused: (slot, refusal) => state.refusals.set(slot.key, refusal),
    finish: (task) => finish(context, task),
    forget: (changes) => recordOwners(context, changes),
    retract: (changes) => state.ledger?.owners.retract(changes),
    report: (commit) => report(context, commit),
  });
  return hasWritten;
}

function tasksOf(
  { world, state, signal, onlyRemovals }: TurnContext,
  kind: Kind,
  only: Operation['type'],
): readonly Task[] {
  if (signal.aborted) return [];
  const tasks = planTasks(state, kind, { only, namespaces: world.namespaces });
  return onlyRemovals && only === 'add' ? tasks.flatMap(releaseOnly) : tasks;
}

/** Of a task that may not write: what is being deleted and needs no removal goes all the same. */
function releaseOnly(task: Task): readonly Task[] {
  const released = [...task.decision.outcomes].filter(([, { type }]) => type === 'released');
  if (released.length === 0) return [];
  const owner = task.decision.owner === null ? { owner: null } : {};
  return [{ ...task, decision: { ...owner, outcomes: new Map(released) } }];
}

/** Finalizers first, then ownership, then OpenSearch: whatever breaks in between, nothing is written that nobody answers for. */
async function writeAhead(context: TurnContext, tasks: readonly Task[]): Promise<readonly Task[]> {
  const { world, state } = context;
  const owned = tasks.filter(
    ({ decision }) => typeof decision.owner === 'string' || decision.operation?.type === 'add',
  );
  if (owned.length > 0) await protectConnection(context);
  const gone = new Set<Task>();
  await forEachConcurrently(owned, FINALIZER_WRITERS, async (task) => {
    const resource = subjectOf(task);
    if (resource !== undefined && hasFinalizer(resource)) return;
    // Gone since the decision: nobody would be left to take away what is written now.
    if (resource === undefined || !(await world.writer.addFinalizer(toTarget(resource)))) gone.add(task);
  });
  for (const task of gone) settle(state, task.ticket);
  const ready = tasks.filter((task) => !gone.has(task));
  const changes = ready.flatMap(ownerChange);
  const isAdding = ready.some(({ decision }) => decision.operation?.type === 'add');
  // An addition waits for what could not be saved before, too: it may be about the same name.
  if (isAdding) await state.ledger?.owners.record(changes);
  else await recordOwners(context, changes);
  return ready;
}

function subjectOf({ slot, decision }: Task): Resource | undefined {
  const key: ObjectKey | undefined = decision.subject ?? decision.owner ?? undefined;
  return key === undefined ? undefined : slot.claimants.get(key);
}

/** A removal ends ownership after it; everything else changes it before. */
function ownerChange({ slot, decision }: Task): readonly OwnerChange[] {
  if (decision.owner === undefined || decision.operation?.type === 'remove') return [];
  return [{ document: slot.kind.document, name: slot.name, owner: decision.owner }];
}

async function recordOwners({ world, state }: TurnContext, changes: readonly OwnerChange[]): Promise<void> {
  if (changes.length === 0) return;
  try {
    await state.ledger?.owners.record(changes);
  } catch (error) {
    // A namespace that is going takes no new objects, and its ledger goes with it: ending ownership must not fail then.
    const isEnding = changes.every(({ owner }) => owner === null);
    if (!isEnding || !(error instanceof KubernetesError)) throw error;
    const level = error.status === 403 || error.status === 404 ? 'debug' : 'warn';
    world.log[level]({ connection: state.key, error: error.message }, 'end of ownership not recorded');
  }
}

/** A connection that something depends on stays until that is cleaned up. */
async function protectConnection({ world, state }: TurnContext): Promise<void> {
  const { connection } = state;
  if (connection === undefined || hasFinalizer(connection)) return;
  await world.writer.addFinalizer({ ...connection, plural: 'opensearchconnections' });
}

function committed({ state }: TurnContext, document: DocumentName, operations: readonly Operation[]): void {
  state.documents.committed(document, operations);
  for (const { name } of operations) state.refusals.delete(slotKeyOf(document, name));
}

function finish({ world, state, teller }: TurnContext, { ticket, slot, decision }: Task): void {
  const isCorrected = state.drifted.delete(slot.key) && decision.operation?.type === 'add';
  if (isCorrected) world.metrics.driftCorrected.inc({ document: slot.kind.document });
  settle(state, ticket);
  for (const [key, outcome] of decision.outcomes) {
    const resource = slot.claimants.get(key);
    if (resource === undefined) continue;
    teller.tell(resource, outcome);
    if (isCorrected && key === decision.subject) teller.record(resource, DRIFT_CORRECTED);
  }
}

function report({ world, state }: TurnContext, commit: CommitReport): void {
  const { document, operations, refused } = commit;
  world.metrics.commits.inc({ document });
  world.metrics.operations.inc({ document, outcome: 'accepted' }, operations - refused);
  world.metrics.operations.inc({ document, outcome: 'refused' }, refused);
  world.log.info({ connection: state.key, ...commit }, 'committed');
}
