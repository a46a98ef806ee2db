import type { Ledger } from '../commit/ledger.ts';
import { isDeleting, type NamespacedName, type Resource } from '../desired/resource.ts';
import { nobody } from '../commit/ownership.ts';
import type { DocumentName, Self } from '../kinds/kind.ts';
import type { Clock } from '../clock.ts';
import { BatchLimits } from './batch-limits.ts';
import { Postponed } from './postponed.ts';
import { RecentWrites } from './recent-writes.ts';
import { ReferenceIndex } from './reference-index.ts';
import type { Outcome } from '../plan/outcome.ts';
import type { Refusal } from '../plan/slot.ts';
import { ClaimIndex, type Slot, type SlotKey } from './claim-index.ts';
import { DirtySlots, type Priority, type QueueMeter, type Ticket } from './dirty-slots.ts';
import { LiveDocuments } from './live-documents.ts';
import type { Connection } from './resolve-settings.ts';

/** One method of the endpoint of one document. */
export type DisabledCall = `${'GET' | 'PATCH'} ${DocumentName}`;

/** All that is remembered of one connection; only its own session changes it. */
export interface SessionState {
  readonly key: NamespacedName;
  /** Undefined while no such connection exists. */
  connection: Connection | undefined;
  readonly index: ClaimIndex;
  readonly dirty: DirtySlots;
  readonly meter: QueueMeter;
  readonly documents: LiveDocuments;
  /** What the server refused, so that it is not sent again unchanged. */
  readonly refusals: Map<SlotKey, Refusal>;
  /** The connection led to another cluster before: what statuses say of secrets may be about that one. */
  hasMoved: boolean;
  /** The version of the secret part that was stored last, by us. */
  readonly secretsInForce: Map<SlotKey, string>;
  readonly references: ReferenceIndex;
  readonly postponed: Postponed;
  readonly batchLimits: BatchLimits;
  readonly recentWrites: RecentWrites;
  /** Who we are in the cluster that is open now. */
  self: Self | undefined;
  /** Since when a name has to be looked at, for its decision must not be older; until that is carried out. */
  readonly arrivals: Map<SlotKey, number>;
  /** When the turn that is under way, or the last one, read what it needed. */
  turnMs: number;
  /** Names that could not be put on record: that somebody has a finalizer says nothing of them. */
  readonly unrecorded: Set<SlotKey>;
  /** Names that were changed behind our back and are about to be put right. */
  readonly drifted: Set<SlotKey>;
  /** What we may not do, by method and document, with what to do about it; until it is done once. */
  readonly disabled: Map<DisabledCall, string>;
  /** Of the cluster that is open now. */
  ledger: { readonly clusterUuid: string; readonly owners: Ledger } | undefined;
}

export function createSessionState(key: NamespacedName, meter: QueueMeter): SessionState {
  return {
    key,
    connection: undefined,
    index: new ClaimIndex(),
    dirty: new DirtySlots(meter),
    meter,
    documents: new LiveDocuments(),
    refusals: new Map(),
    hasMoved: false,
    secretsInForce: new Map(),
    references: new ReferenceIndex(),
    postponed: new Postponed(),
    batchLimits: new BatchLimits(),
    recentWrites: new RecentWrites(),
    self: undefined,
    arrivals: new Map(),
    turnMs: -Infinity,
    unrecorded: new Set(),
    drifted: new Set(),
    disabled: new Map(),
    ledger: undefined,
  };
}

/** A slot cannot be finished for now, for a reason of its own. */
export function postpone(
  { postponed, meter }: SessionState,
  slot: SlotKey,
  tools: { readonly clock: Clock; readonly random: () => number },
): void {
  postponed.add(slot, tools);
  meter.retried();
}

/** Each look may read a whole document: so many milliseconds' worth of those who wait share one. */
const LOOK_AGAIN_MS = 30_000;

/** Nobody tells that something has been waiting for too long: it is looked at when that is so, or soon after. */
export function lookAgain(
  {
    state,
    teller,
  }: { readonly state: SessionState; readonly teller: { stallsAtMs(resource: Resource): number | undefined } },
  slot: SlotKey,
  { resource, outcome }: { readonly resource: Resource; readonly outcome: Outcome },
): void {
  const atMs = outcome.type === 'waiting' ? teller.stallsAtMs(resource) : undefined;
  if (atMs !== undefined) state.postponed.until(slot, Math.ceil(atMs / LOOK_AGAIN_MS) * LOOK_AGAIN_MS);
}

/** A name has to be looked at since now: what was read before may be too old to decide by. */
export function wake(
  { dirty, arrivals }: SessionState,
  slot: SlotKey,
  { priority, nowMs }: { readonly priority: Priority; readonly nowMs: number },
): void {
  dirty.add(slot, priority);
  arrivals.set(slot, Math.max(nowMs, arrivals.get(slot) ?? nowMs));
}

/** Everything has to be looked at again, when there is time. */
export function wakeAll(state: SessionState, nowMs: number): void {
  for (const slot of state.index.slots()) wake(state, slot.key, { priority: 'sweep', nowMs });
}

/** What was postponed for long enough has to be looked at again. */
export function wakePostponed(state: SessionState, nowMs: number): void {
  for (const slot of state.postponed.take(nowMs)) wake(state, slot, { priority: 'sweep', nowMs });
}

/** A slot was looked at and told; what changed in it meanwhile stays. */
export function settle({ dirty, arrivals }: SessionState, ticket: Ticket): void {
  dirty.done(ticket);
  if (!dirty.has(ticket.slot)) arrivals.delete(ticket.slot);
}

/** Who waits behind many others is not decided by what was read when that began. */
const MAX_AGE_MS = 20_000;

/**
 * Whether a name that nobody has for himself was claimed, or began to count, after its document was last read, or that is long ago.
 * What we remember says nothing then: it may have been made by hand meanwhile, and an `add` would overwrite it; or it was given and
 * taken entries that are not ours. What was read in this turn is new enough whatever comes in meanwhile.
 */
export function isUnseen(state: SessionState, { key, kind, name, claimants }: Slot): boolean {
  const { arrivals, documents, ledger, turnMs } = state;
  const arrivedMs = arrivals.get(key);
  if (arrivedMs === undefined) return false;
  if (documents.isFresh(kind.document, Math.min(turnMs, Math.max(arrivedMs, turnMs - MAX_AGE_MS)))) return false;
  const { owner, parts } = ledger?.owners.ownershipOf(kind.document, name) ?? nobody;
  const isOnlyLetGo = parts.size === 0 && [...claimants.values()].every(isDeleting);
  // What one of several has may be kept only as far as it is there.
  const isShared = kind.sharing !== undefined && new Set([...claimants.keys(), ...parts.keys()]).size > 1;
  return (owner === undefined || isShared) && !isOnlyLetGo;
}

/** The documents that have to be read before what is unseen in them can be decided. */
export function unseenDocuments(state: SessionState): ReadonlySet<DocumentName> {
  const slots = [...state.arrivals.keys()].flatMap((key) => state.index.slot(key) ?? []);
  return new Set(slots.filter((slot) => isUnseen(state, slot)).map(({ kind }) => kind.document));
}
