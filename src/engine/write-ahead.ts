import { nobody, type OwnerChange, type Ownership } from '../commit/ownership.ts';
import { forEachConcurrently } from '../concurrency.ts';
import { hasFinalizer, isDeleting, type ObjectKey, type Resource } from '../desired/resource.ts';
import { isRefusal, KubernetesError, messageOf } from '../errors.ts';
import { waiting } from '../plan/outcome.ts';
import type { Parts } from '../plan/slot.ts';
import type { TurnContext } from './turn-context.ts';
import { giveUpSecret } from './made-secret.ts';
import { toTarget } from './object-teller.ts';
import { slotKeyOf, type Slot } from './claim-index.ts';
import type { Task } from './pass.ts';
import { postpone, settle, type SessionState } from './session-state.ts';

const FINALIZER_WRITERS = 16;

/**
 * Ownership first, then OpenSearch: whatever breaks in between, nothing is written that nobody answers for. A finalizer that
 * cannot wait comes before both; the others come after, and until then their objects are on record as provisional owners.
 */
export async function writeAhead(context: TurnContext, tasks: readonly Task[]): Promise<readonly Task[]> {
  const answerable = tasks.map((task) => ({ task, holders: holdersOf(task) }));
  if (answerable.some(({ holders }) => holders.length > 0)) await protectConnection(context);
  const canWait = whoCanWait(context, answerable);
  const ready = new Set(tasks);
  await forEachConcurrently(answerable, FINALIZER_WRITERS, async ({ task, holders }) => {
    if (!(await protectAll(context, { task, holders, canWait }))) ready.delete(task);
  });
  const left = answerable.flatMap(({ task, holders }) =>
    ready.has(task) && areStillThere(context, task, holders) ? [task] : [],
  );
  const changes = left.flatMap((task) => ownerChange(context.state, task, canWait));
  const isAdding = left.some((task) => task.decision.operation?.type === 'add' && !isTakingAway(context.state, task));
  // An addition waits for what could not be saved before, too: it may be about the same name.
  if (isAdding || !changes.every(isEnding)) await recordAhead(context.state, changes);
  else await recordOwners(context, changes);
  return left;
}

/** Says of an object that it may be written before it has its finalizer. */
type CanWait = (resource: Resource) => boolean;

/** A task with those whose wish it puts in force. */
interface Answerable {
  readonly task: Task;
  readonly holders: readonly string[];
}

/** Of a few objects nobody waits. */
function whoCanWait({ world }: TurnContext, answerable: readonly Answerable[]): CanWait {
  const all = answerable.flatMap(({ task, holders }) => holders.flatMap((key) => task.slot.claimants.get(key) ?? []));
  const bare = all.filter((resource) => !hasFinalizer(resource) && isRemovedByRecord(resource));
  return bare.length > world.patience.finalizersFirst ? isRemovedByRecord : () => false;
}

/**
 * Whether the record alone says what to do if the object goes before it has its finalizer: the name is
 * removed. That is not so for what is shared, or is to be left behind.
 */
function isRemovedByRecord({ kind, spec }: Resource): boolean {
  return kind.sharing === undefined && kind.isConfiguration !== true && spec.deletionPolicy !== 'Orphan';
}

/** Gone since the decision: nobody would be left to take away what is written now. */
function areStillThere({ state }: TurnContext, { slot, ticket }: Task, holders: readonly string[]): boolean {
  if (holders.every((key) => slot.claimants.get(key) !== undefined)) return true;
  settle(state, ticket);
  return false;
}

/**
 * Everybody whose wish is in force once the task is done, and who inherits a name without being able to use it yet: a finalizer keeps
 * them until what they answer for is gone.
 */
function holdersOf({ decision: { outcomes, owner } }: Task): readonly string[] {
  const applied = [...outcomes].filter(([, { type }]) => type === 'applied').map(([key]) => key);
  return typeof owner === 'string' && !applied.includes(owner) ? [...applied, owner] : applied;
}

/** @returns whether all of them have their finalizer now */
async function protectAll(
  context: TurnContext,
  { task, holders, canWait }: Answerable & { readonly canWait: CanWait },
): Promise<boolean> {
  for (const key of holders) {
    const resource = task.slot.claimants.get(key);
    if (resource !== undefined && !canWait(resource) && !(await protect(context, task, resource))) {
      settle(context.state, task.ticket);
      return false;
    }
  }
  return true;
}

async function protect(context: TurnContext, task: Task, resource: Resource): Promise<boolean> {
  if (isDeleting(resource)) return true;
  const { world } = context;
  const about = { task, resource };
  const isProtected =
    hasFinalizer(resource) ||
    (await unlessRefused(context, { ...about, what: 'the finalizer cannot be set', isRefusal }, () =>
      world.writer.addFinalizer(toTarget(resource)),
    ));
  if (!isProtected) return false;
  const what = 'its Secret cannot be kept from going with it';
  return unlessRefused(context, { ...about, what, isRefusal: isAnswer }, async () => {
    await giveUpSecret(world, resource);
    return true;
  });
}

/** A webhook for Secrets that is down, or a Secret that cannot be decrypted, is answered as trouble with the server is. */
function isAnswer(error: unknown): error is KubernetesError {
  return error instanceof KubernetesError && error.status !== 0;
}

/** What is tried of one object, and which errors are about that alone. */
interface Attempt {
  readonly task: Task;
  readonly resource: Resource;
  readonly what: string;
  readonly isRefusal: (error: unknown) => error is KubernetesError;
}

/** One object that the API server does not let us touch must not hold up the others. */
async function unlessRefused(
  { state, world, teller }: TurnContext,
  { task, resource, what, isRefusal }: Attempt,
  act: () => Promise<boolean>,
): Promise<boolean> {
  try {
    return await act();
  } catch (error) {
    if (!isRefusal(error)) throw error;
    postpone(state, task.slot.key, world);
    teller.tell(resource, waiting('Retrying', `${what}, so nothing is written: ${messageOf(error)}`));
    return false;
  }
}

/** A removal ends ownership after it; everything else changes it before, but for parts that are still there until then. */
function ownerChange({ ledger }: SessionState, { slot, decision }: Task, canWait: CanWait): readonly OwnerChange[] {
  const { owner, parts, operation } = decision;
  const { document } = slot.kind;
  if (operation?.type === 'remove') return [];
  const before = ledger?.owners.ownershipOf(document, slot.name) ?? nobody;
  const after = parts === undefined || operation === undefined ? parts : uniteParts(before.parts, parts);
  const change = {
    ...(owner === undefined ? {} : { owner, isProvisional: isProvisional(slot, owner, canWait) }),
    ...(becomesProvisional({ slot, decision }, before, canWait) ? { isProvisional: true } : {}),
    ...(after === undefined ? {} : { parts: after }),
  };
  return Object.keys(change).length === 0 ? [] : [{ document, name: slot.name, ...change }];
}

/** Whether an owner who stays is without the finalizer that he had: his object was made anew, from a copy that has none. */
function becomesProvisional(
  { slot, decision }: Pick<Task, 'slot' | 'decision'>,
  before: Ownership,
  canWait: CanWait,
): boolean {
  const { owner, isProvisional: isKnown } = before;
  if (decision.owner !== undefined || owner === undefined || isKnown) return false;
  return decision.outcomes.get(owner)?.type === 'applied' && isProvisional(slot, owner, canWait);
}

function isProvisional({ claimants }: Slot, owner: ObjectKey | null, canWait: CanWait): boolean {
  const resource = owner === null ? undefined : claimants.get(owner);
  return resource !== undefined && !hasFinalizer(resource) && canWait(resource);
}

/** Out of a shared name what goes is taken by an `add` of what is left: nobody owns anything then that is not on record. */
function isTakingAway({ ledger }: SessionState, { slot, decision: { owner, parts } }: Task): boolean {
  if (typeof owner === 'string' || parts === undefined) return false;
  const before = ledger?.owners.ownershipOf(slot.kind.document, slot.name).parts ?? nobody.parts;
  return [...parts].every(([key, part]) => part.every((entry) => before.get(key)?.includes(entry) === true));
}

function uniteParts(a: Parts, b: Parts): Parts {
  const keys = [...new Set([...a.keys(), ...b.keys()])];
  return new Map(keys.map((key) => [key, [...new Set([...(a.get(key) ?? []), ...(b.get(key) ?? [])])].sort()]));
}

/** What could not be stored is nobody's: somebody else may take the name before it can be. */
async function recordAhead(state: SessionState, changes: readonly OwnerChange[]): Promise<void> {
  const { ledger, unrecorded } = state;
  if (ledger === undefined) return;
  const before = changes.map(({ document, name }): OwnerChange => {
    const { owner = null, parts, isProvisional } = ledger.owners.ownershipOf(document, name);
    return { document, name, owner, parts, isProvisional };
  });
  const keys = changes.map(({ document, name }) => slotKeyOf(document, name));
  try {
    await ledger.owners.record(changes);
    for (const key of keys) unrecorded.delete(key);
    forgetSecrets(state, changes);
  } catch (error) {
    ledger.owners.retract(before);
    for (const key of keys) unrecorded.add(key);
    throw error;
  }
}

/** Stores changes of ownership that no addition waits for. */
export async function recordOwners({ world, state }: TurnContext, changes: readonly OwnerChange[]): Promise<void> {
  if (changes.length === 0) return;
  forgetSecrets(state, changes);
  try {
    await state.ledger?.owners.record(changes);
  } catch (error) {
    // A namespace that is going takes no new objects, and its ledger goes with it: ending ownership must not fail then.
    if (!changes.every(isEnding) || !(error instanceof KubernetesError)) throw error;
    const level = error.status === 403 || error.status === 404 ? 'debug' : 'warn';
    world.log[level]({ connection: state.key, error: error.message }, 'end of ownership not recorded');
  }
}

/** What becomes of a name that is nobody's is not known when somebody has it again. */
export function forgetSecrets(
  { secretsInForce }: Pick<SessionState, 'secretsInForce'>,
  changes: readonly OwnerChange[],
): void {
  for (const { document, name, owner } of changes) if (owner === null) secretsInForce.delete(slotKeyOf(document, name));
}

function isEnding({ owner, parts }: OwnerChange): boolean {
  return owner === null || (owner === undefined && parts !== undefined);
}

/** A connection that something depends on stays until that is cleaned up. */
async function protectConnection({ world, state }: TurnContext): Promise<void> {
  const { connection } = state;
  if (connection === undefined || hasFinalizer(connection) || isDeleting(connection)) return;
  await world.writer.addFinalizer({ ...connection, plural: 'opensearchconnections' });
}
