import { commitOperations, type CommitResult, type RefusedOperation } from '../commit/commit-operations.ts';
import type { Cluster, WriteAnswer } from '../commit/cluster.ts';
import type { OwnerChange } from '../commit/ownership.ts';
import type { ObjectKey, Resource } from '../desired/resource.ts';
import { ConflictError, EndpointDisabledError, UnreachableError } from '../errors.ts';
import type { DocumentName, Kind } from '../kinds/kind.ts';
import type { Decision, Refusal } from '../plan/slot.ts';
import type { BatchLimits } from './batch-limits.ts';
import { batchLength, MAX_BATCH_BYTES } from '../plan/next-batch.ts';
import type { Operation } from '../plan/operation.ts';
import { stalled, type Outcome } from '../plan/outcome.ts';
import type { Slot } from './claim-index.ts';
import type { Ticket } from './dirty-slots.ts';

/** A slot with what is to be done about it. */
export interface Task {
  readonly ticket: Ticket;
  readonly slot: Slot;
  /** The claimants as they were decided about: an outcome is told of these, and not of what came meanwhile. */
  readonly seen: ReadonlyMap<ObjectKey, Resource>;
  readonly decision: Decision;
}

/** What a pass needs of the session around it. */
export interface PassContext {
  readonly cluster: Cluster;
  readonly kinds: readonly Kind[];
  readonly limits: BatchLimits;
  /** The dirty slots of one document, decided on what is known now; at most `maxOperations` of them have an operation. */
  readonly tasks: (kind: Kind, only: Operation['type']) => readonly Task[];
  /** Finalizers and ownership, stored before anything is written to the cluster. @returns the tasks that may go on */
  readonly writeAhead: (tasks: readonly Task[]) => Promise<readonly Task[]>;
  /** The operation that leaves a name as it is. */
  readonly present: (document: DocumentName, name: string) => Operation;
  readonly committed: (document: DocumentName, operations: readonly Operation[]) => void;
  /** The tasks cannot be carried out, none of them. */
  readonly disabled: (
    kind: Kind,
    refused: { readonly tasks: readonly Task[]; readonly error: EndpointDisabledError },
  ) => void;
  readonly refused: (slot: Slot, refusal: Refusal) => void;
  /** Everything about the task is in force: tell it. */
  readonly finish: (task: Task) => void;
  readonly forget: (changes: readonly OwnerChange[]) => Promise<void>;
  /** As `forget`, in memory. */
  readonly retract: (changes: readonly OwnerChange[]) => void;
  readonly report: (commit: CommitReport) => void;
  /** Milliseconds. */
  readonly now: () => number;
}

/** One line about one commit. */
export interface CommitReport {
  readonly document: DocumentName;
  /** Operations that were sent, by what they do. */
  readonly add: number;
  readonly remove: number;
  /** How many of them OpenSearch refused. */
  readonly refused: number;
  readonly requests: number;
  readonly durationMs: number;
}

/**
 * One pass: at most one batch a document, additions in the order of dependence, then removals in reverse.
 *
 * @returns whether anything was written
 * @throws the error of the whole connection; what was not finished stays dirty
 */
export async function runPass(context: PassContext): Promise<boolean> {
  let hasWritten = false;
  for (const kind of context.kinds) hasWritten = (await runBatch(context, kind, 'add')) || hasWritten;
  for (const kind of [...context.kinds].reverse()) hasWritten = (await runBatch(context, kind, 'remove')) || hasWritten;
  return hasWritten;
}

async function runBatch(context: PassContext, kind: Kind, only: Operation['type']): Promise<boolean> {
  const tasks = await context.writeAhead(fittingTasks(context.tasks(kind, only), context.limits.of(kind)));
  const byName = new Map(tasks.map((task) => [task.slot.name, task]));
  const operations = tasks.flatMap((task) => task.decision.operation ?? []);
  for (const task of tasks) if (task.decision.operation === undefined) context.finish(task);
  if (operations.length === 0) return false;
  const startedMs = context.now();
  const result = await commit(context, kind, { operations, byName, only });
  const durationMs = Math.round(context.now() - startedMs);
  if (result === undefined) return false;
  if (only === 'add') context.limits.took(kind, operations.length, durationMs);
  if (only === 'remove') await finishRemovals(context, kind, { byName, accepted: result.accepted });
  else await context.forget(shrunkParts(kind, byName, result.accepted));
  const refused = result.refused.map(({ operation }) => operation);
  if (only === 'add') await context.forget(claimedInVain(kind, byName, refused));
  for (const refusal of result.refused) refuse(context, byName, refusal);
  context.report({
    document: kind.document,
    add: only === 'add' ? operations.length : 0,
    remove: only === 'remove' ? operations.length : 0,
    refused: result.refused.length,
    requests: result.requests,
    durationMs,
  });
  return true;
}

/** The tasks that such operations are of. */
function tasksWith(byName: ReadonlyMap<string, Task>, operations: readonly Operation[]): readonly Task[] {
  return operations.flatMap(({ name }) => byName.get(name) ?? []);
}

/**
 * A conflict means that the batch, or what is left of it, was not stored.
 *
 * @returns undefined when we may not write this document at all
 */
async function commit(
  context: PassContext,
  kind: Kind,
  batch: { operations: readonly Operation[]; byName: ReadonlyMap<string, Task>; only: Operation['type'] },
): Promise<CommitResult | undefined> {
  const left = new Set(batch.operations);
  const onAccepted = (accepted: readonly Operation[]): void => {
    for (const operation of accepted) left.delete(operation);
    context.limits.stored(kind.document, context.now());
    context.committed(kind.document, accepted);
    if (batch.only === 'add') finishAll(context, batch.byName, accepted);
  };
  try {
    return await commitOperations(batch.operations, {
      send: (part) => send(context, kind, part),
      inverse: (part) => part.map(({ name }) => context.present(kind.document, name)),
      onAccepted,
    });
  } catch (error) {
    if (error instanceof ConflictError) {
      context.limits.failed(kind.document, left.size);
      context.retract(claimedInVain(kind, batch.byName, [...left]));
    }
    if (!(error instanceof EndpointDisabledError)) throw error;
    if (batch.only === 'add') await context.forget(claimedInVain(kind, batch.byName, [...left]));
    context.disabled(kind, { tasks: tasksWith(batch.byName, [...left]), error });
    return undefined;
  }
}

/** Without an answer it may have been more than the server can do in the time that we wait. */
async function send(context: PassContext, { document }: Kind, part: readonly Operation[]): Promise<WriteAnswer> {
  const startedMs = context.now();
  try {
    return await context.cluster.patchDocument(document, part);
  } catch (error) {
    const nowMs = context.now();
    const request = { operations: part.length, durationMs: nowMs - startedMs, nowMs };
    if (error instanceof UnreachableError && error.wasSent) context.limits.unanswered(document, request);
    throw error;
  }
}

/** Tasks without an operation cost nothing; of the others as many as one PATCH may hold. */
function fittingTasks(tasks: readonly Task[], maxOperations: number): readonly Task[] {
  const operations = tasks.flatMap((task) => task.decision.operation ?? []);
  const fitting = new Set(operations.slice(0, batchLength(operations, { maxOperations, maxBytes: MAX_BATCH_BYTES })));
  return tasks.filter(({ decision }) => decision.operation === undefined || fitting.has(decision.operation));
}

function finishAll(context: PassContext, byName: ReadonlyMap<string, Task>, accepted: readonly Operation[]): void {
  for (const { name } of accepted) {
    const task = byName.get(name);
    if (task !== undefined) context.finish(task);
  }
}

/** Ownership ends before the finalizer goes: the other way round a crash in between would leave a claim that nobody holds. */
async function finishRemovals(
  context: PassContext,
  kind: Kind,
  { byName, accepted }: { byName: ReadonlyMap<string, Task>; accepted: readonly Operation[] },
): Promise<void> {
  await context.forget(
    accepted.map(({ name }) => ({ document: kind.document, name, owner: null, parts: new Map<ObjectKey, string[]>() })),
  );
  finishAll(context, byName, accepted);
}

/** What was taken out of shared names is on record until it is really out. */
function shrunkParts(
  kind: Kind,
  byName: ReadonlyMap<string, Task>,
  accepted: readonly Operation[],
): readonly OwnerChange[] {
  return accepted.flatMap(({ name }) => {
    const parts = byName.get(name)?.decision.parts;
    return parts === undefined ? [] : [{ document: kind.document, name, parts }];
  });
}

/** What was put on record for a write that was then not stored: the name is still whoever's it was, unless it was inherited. */
function claimedInVain(
  kind: Kind,
  byName: ReadonlyMap<string, Task>,
  notStored: readonly Operation[],
): readonly OwnerChange[] {
  return notStored.flatMap(({ name }) => {
    const decision = byName.get(name)?.decision;
    if (typeof decision?.owner !== 'string') return [];
    const isInherited = [...decision.outcomes.values()].some(({ type }) => type === 'released');
    return isInherited ? [] : [{ document: kind.document, name, owner: null }];
  });
}

function refuse(context: PassContext, byName: ReadonlyMap<string, Task>, { operation, words }: RefusedOperation): void {
  const task = byName.get(operation.name);
  if (task === undefined) return;
  context.refused(task.slot, { value: operation.type === 'add' ? operation.value : undefined, words });
  const { subjects = [], outcomes } = task.decision;
  const told = subjects.map((subject): [ObjectKey, Outcome] => [subject, stalled('Rejected', words)]);
  context.finish({ ...task, decision: { outcomes: new Map([...outcomes, ...told]) } });
}
