import { byAge, type Claim } from '../desired/claim.ts';
import type { Canonical } from '../desired/canonical.ts';
import { hasFinalizer, isDeleting, type ObjectKey } from '../desired/resource.ts';
import { describeDifference, differingFields } from './describe-difference.ts';
import type { Operation } from './operation.ts';
import { stalled, waiting, type Outcome } from './outcome.ts';

/** What the server has under one name. A protected one is never touched. */
export interface Live {
  readonly canonical: Canonical;
  readonly protection?: 'reserved' | 'static' | 'hidden';
}

/** An add that the server refused, so that it is not sent again until it changes. */
export interface Refusal {
  readonly value: Canonical | undefined;
  readonly words: string;
}

/** All that is known of one name of one document of one cluster. */
export interface SlotView {
  readonly noun: string;
  readonly name: string;
  readonly claims: readonly Claim[];
  readonly live: Live | undefined;
  /** Who created or adopted it, living or not. */
  readonly owner: ObjectKey | undefined;
  readonly refusal: Refusal | undefined;
  /** Write nothing: the connection only observes. */
  readonly isObserving: boolean;
}

/** What to do about one name, and what to tell each of its claimants once that is done. */
export interface Decision {
  readonly operation?: Operation;
  /** Whose operation it is: told when the server refuses it. */
  readonly subject?: ObjectKey;
  /** Who owns the name from now on; `null` when nobody does; absent when that does not change. */
  readonly owner?: ObjectKey | null;
  readonly outcomes: ReadonlyMap<ObjectKey, Outcome>;
}

/** Decides about one name. Pure: equal input, equal output, whatever the order of the claims. */
export function decideSlot(slot: SlotView): Decision {
  const alive = slot.claims.filter((claim) => !isDeleting(claim.resource)).sort(byAge);
  const leaving = slot.claims.filter(({ resource }) => isDeleting(resource) && hasFinalizer(resource)).sort(byAge);
  const winner =
    alive.find((claim) => claim.key === slot.owner) ?? alive.find((claim) => claim.desired.type !== 'stalled');
  const decided = winner === undefined ? decideAbsence(slot, leaving) : decidePresence(slot, winner, leaving);
  const outcomes = new Map(decided.outcomes);
  for (const claim of alive) {
    if (claim !== winner) outcomes.set(claim.key, decideLoser(slot, claim, winner));
  }
  return { ...decided, outcomes };
}

function decideLoser(slot: SlotView, claim: Claim, winner: Claim | undefined): Outcome {
  if (claim.resource.paused) return { type: 'paused' };
  if (claim.desired.type === 'stalled') return claim.desired;
  const holder = winner === undefined ? 'another object' : ownerName(winner.key);
  return stalled(
    'NameTaken',
    `${slot.noun} "${slot.name}" belongs to ${holder}: give one of the two another spec.name or delete one`,
  );
}

function decidePresence(slot: SlotView, winner: Claim, leaving: readonly Claim[]): Decision {
  const predecessors = leaving.map((claim): [ObjectKey, Outcome] => [claim.key, { type: 'released' }]);
  const { outcomes, ...decided } = decideWinner(slot, winner, leaving);
  const inherited = leaving.some((claim) => claim.key === slot.owner) ? { owner: winner.key } : {};
  return { ...inherited, ...decided, outcomes: new Map([...outcomes, ...predecessors]) };
}

function decideWinner(slot: SlotView, winner: Claim, leaving: readonly Claim[]): Decision {
  const { key, desired, resource } = winner;
  const tell = (outcome: Outcome): Decision => ({ outcomes: new Map([[key, outcome]]) });
  if (resource.paused) return tell({ type: 'paused' });
  if (desired.type !== 'entity') return tell(desired);
  const wanted = desired.canonical;
  const isOwn = slot.owner === key || leaving.some((claim) => claim.key === slot.owner);
  const obstacle = obstacleTo(slot, winner, { wanted, isOwn });
  if (obstacle !== undefined) return tell(obstacle);
  const owner = slot.owner === key ? {} : { owner: key };
  if (slot.live?.canonical === wanted) return { ...tell(applied(slot)), ...owner };
  if (slot.refusal?.value === wanted) return tell(stalled('Rejected', slot.refusal.words));
  const operation: Operation = { type: 'add', name: slot.name, value: wanted };
  return { ...tell(applied(slot)), ...owner, operation, subject: key };
}

/** What the winner wants, and whether the entity that is there is its own. */
type Wish = { readonly wanted: Canonical; readonly isOwn: boolean };

/** Why the winner may not write, even if nothing differed. */
function obstacleTo(slot: SlotView, winner: Claim, { wanted, isOwn }: Wish): Outcome | undefined {
  const { live } = slot;
  if (live?.protection !== undefined) return protectedBy(slot, live.protection);
  if (slot.isObserving || winner.resource.spec.managementPolicy === 'Observe') return observed(slot, wanted);
  if (live === undefined || isOwn) return undefined;
  return adoptionObstacle(slot, winner, { live: live.canonical, wanted });
}

function decideAbsence(slot: SlotView, leaving: readonly Claim[]): Decision {
  const outcomes = new Map<ObjectKey, Outcome>(leaving.map((claim) => [claim.key, released(slot, claim)]));
  const last = leaving.find((claim) => isOwner(slot, claim));
  if (last === undefined) return { outcomes };
  if (last.resource.paused) return { outcomes: outcomes.set(last.key, { type: 'paused' }) };
  if (slot.live === undefined) return { outcomes, owner: null };
  const leftBehind = reasonToLeave(slot, last);
  if (leftBehind !== undefined)
    return { outcomes: outcomes.set(last.key, { type: 'released', leftBehind }), owner: null };
  if (slot.refusal !== undefined && slot.refusal.value === undefined) {
    return { outcomes: outcomes.set(last.key, stalled('Rejected', slot.refusal.words)) };
  }
  return { outcomes, owner: null, operation: { type: 'remove', name: slot.name }, subject: last.key };
}

/** Without an owner on record, what differs from the object is left alone: it may have become somebody else's. */
function released(slot: SlotView, claim: Claim): Outcome {
  if (slot.owner !== undefined || slot.live === undefined || isOwner(slot, claim)) return { type: 'released' };
  return {
    type: 'released',
    leftBehind: `${slot.noun} "${slot.name}" stays in OpenSearch: it is not known to be made by this object`,
  };
}

/** A lost record of ownership is made up for by the finalizer, which is set only by an owner, and an identical entity. */
function isOwner(slot: SlotView, claim: Claim): boolean {
  if (slot.owner !== undefined) return slot.owner === claim.key;
  return claim.desired.type === 'entity' && slot.live?.canonical === claim.desired.canonical;
}

function reasonToLeave(slot: SlotView, claim: Claim): string | undefined {
  const { spec } = claim.resource;
  const what = `${slot.noun} "${slot.name}" stays in OpenSearch`;
  if (spec.deletionPolicy === 'Orphan') return `${what}: deletionPolicy is Orphan`;
  if (slot.live?.protection !== undefined) return `${what}: it is ${slot.live.protection}`;
  if (slot.isObserving || spec.managementPolicy === 'Observe') return `${what}: managementPolicy is Observe`;
  return undefined;
}

function adoptionObstacle(
  slot: SlotView,
  winner: Claim,
  { live, wanted }: { readonly live: Canonical; readonly wanted: Canonical },
): Outcome | undefined {
  const policy = winner.resource.spec.adoptionPolicy ?? 'IfIdentical';
  const exists = `${slot.noun} "${slot.name}" exists in OpenSearch and was not made by this object`;
  if (policy === 'Never')
    return stalled('AlreadyExists', `${exists}: delete it there, or set spec.adoptionPolicy to IfIdentical or Always`);
  if (policy === 'Always' || live === wanted) return undefined;
  const fields = differingFields(live, wanted);
  return stalled(
    'AlreadyExists',
    `${exists}; they differ in ${fields}: set spec.adoptionPolicy to Always to take it over and correct it, or make spec equal`,
  );
}

function protectedBy(slot: SlotView, protection: string): Outcome {
  return stalled(
    'Reserved',
    `${slot.noun} "${slot.name}" is ${protection} in OpenSearch and is never changed: choose another spec.name`,
  );
}

function observed(slot: SlotView, wanted: Canonical): Outcome {
  const isEqual = slot.live?.canonical === wanted;
  return {
    type: 'observed',
    resourceName: slot.name,
    plannedChanges: isEqual ? [] : describeDifference(slot.live?.canonical, wanted),
  };
}

function applied(slot: SlotView): Outcome {
  return { type: 'applied', resourceName: slot.name, message: `${slot.noun} "${slot.name}" is in force` };
}

function ownerName(key: ObjectKey): string {
  return key.slice(key.indexOf('/') + 1);
}

/** Used where no decision can be made because the cluster cannot be asked. */
export function decideWithoutCluster(
  claim: Claim,
  reason: 'ConnectionNotFound' | 'ConnectionNotReady',
  message: string,
): Outcome {
  return claim.desired.type === 'stalled' ? claim.desired : waiting(reason, message);
}
