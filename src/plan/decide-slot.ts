import { byAge, type Claim } from '../desired/claim.ts';
import type { Canonical } from '../desired/canonical.ts';
import { hasFinalizer, isDeleting, type ObjectKey } from '../desired/resource.ts';
import { differingFields } from './describe-difference.ts';
import { decideShared } from './decide-shared.ts';
import {
  applied,
  isObserved,
  lossBy,
  observed,
  ownerName,
  protectedBy,
  reasonToLeave,
  wouldLockOut,
} from './obstacles.ts';
import type { Operation } from './operation.ts';
import { stalled, waiting, type Outcome } from './outcome.ts';
import { rivalObstacle } from './rivals.ts';
import type { Decision, SlotView } from './slot.ts';

/** Decides about one name. Pure: equal input, equal output, whatever the order of the claims. */
export function decideSlot(slot: SlotView): Decision {
  const { sharing } = slot.kind;
  return sharing === undefined ? decideAlone(slot) : decideShared(slot, sharing);
}

/** One object has the name alone. */
function decideAlone(slot: SlotView): Decision {
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
    `${slot.kind.noun} "${slot.name}" belongs to ${holder}: delete one of the two, and make it anew with another spec.name if you need both`,
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
  if (desired.type !== 'entity') return desired.type === 'unknown' ? { outcomes: new Map() } : tell(desired);
  const isOwn = slot.owner === key || leaving.some((claim) => claim.key === slot.owner);
  const obstacle = obstacleTo(slot, winner, { wanted: desired.canonical, isOwn });
  if (obstacle !== undefined) return tell(obstacle);
  const owner = slot.owner === key ? {} : { owner: key };
  if (isInForce(slot, desired)) return { ...tell(applied(slot, winner)), ...owner };
  const hindrance = hindranceTo(slot, winner, desired.canonical);
  if (hindrance !== undefined) return tell(hindrance);
  const secret = desired.secret === undefined ? {} : { secret: desired.secret };
  const operation: Operation = { type: 'add', name: slot.name, value: desired.canonical, ...secret };
  return { ...tell(applied(slot, winner)), ...owner, operation, subjects: [key] };
}

function isInForce({ live, secretInForce }: SlotView, desired: Extract<Claim['desired'], { type: 'entity' }>): boolean {
  return live?.canonical === desired.canonical && (!desired.secret || desired.secret.version === secretInForce);
}

/** What the winner wants, and whether the entity that is there is its own. */
type Wish = { readonly wanted: Canonical; readonly isOwn: boolean };

/** Why the winner may not write, even if nothing differed. */
function obstacleTo(slot: SlotView, winner: Claim, { wanted, isOwn }: Wish): Outcome | undefined {
  const { live } = slot;
  if (live?.protection !== undefined) return protectedBy(slot, live.protection);
  if (isObserved(slot, winner.resource)) return observed(slot, wanted);
  const rival = rivalObstacle(slot, winner);
  if (rival !== undefined) return rival;
  if (live === undefined || isOwn) return undefined;
  return adoptionObstacle(slot, winner, { live: live.canonical, wanted });
}

/** Why a difference is not written for now. */
function hindranceTo(slot: SlotView, { missing }: Claim, wanted: Canonical): Outcome | undefined {
  if (slot.refusal?.value === wanted) return stalled('Rejected', slot.refusal.words);
  if (missing !== undefined) return waiting('ReferenceNotFound', missing);
  const loss = lossBy(slot, wanted);
  return loss === undefined ? undefined : wouldLockOut(slot, loss);
}

function decideAbsence(slot: SlotView, leaving: readonly Claim[]): Decision {
  const outcomes = new Map<ObjectKey, Outcome>(leaving.map((claim) => [claim.key, released(slot, claim)]));
  const last = leaving.find((claim) => isOwner(slot, claim));
  if (last === undefined) return { outcomes };
  if (last.resource.paused) return { outcomes: outcomes.set(last.key, { type: 'paused' }) };
  if (slot.live === undefined) return { outcomes, owner: null };
  const loss = lossBy(slot, undefined);
  const leftBehind =
    reasonToLeave(slot, last) ?? (loss && `${slot.kind.noun} "${slot.name}" stays in OpenSearch: ${loss}`);
  if (leftBehind !== undefined)
    return { outcomes: outcomes.set(last.key, { type: 'released', leftBehind }), owner: null };
  if (slot.refusal !== undefined && slot.refusal.value === undefined) {
    return { outcomes: outcomes.set(last.key, stalled('Rejected', slot.refusal.words)) };
  }
  return { outcomes, owner: null, operation: { type: 'remove', name: slot.name }, subjects: [last.key] };
}

/** Without an owner on record, what differs from the object is left alone: it may have become somebody else's. */
function released(slot: SlotView, claim: Claim): Outcome {
  if (slot.owner !== undefined || slot.live === undefined || isOwner(slot, claim)) return { type: 'released' };
  return {
    type: 'released',
    leftBehind: `${slot.kind.noun} "${slot.name}" stays in OpenSearch: it is not known to be made by this object`,
  };
}

/** A lost record of ownership is made up for by the finalizer, which is set only by an owner, and an identical entity. */
function isOwner(slot: SlotView, claim: Claim): boolean {
  if (slot.owner !== undefined) return slot.owner === claim.key;
  return !slot.isUnrecorded && claim.desired.type === 'entity' && slot.live?.canonical === claim.desired.canonical;
}

function adoptionObstacle(
  slot: SlotView,
  winner: Claim,
  { live, wanted }: { readonly live: Canonical; readonly wanted: Canonical },
): Outcome | undefined {
  const policy = winner.resource.spec.adoptionPolicy ?? 'IfIdentical';
  const exists = `${slot.kind.noun} "${slot.name}" exists in OpenSearch and was not made by this object`;
  if (policy === 'Never')
    return stalled('AlreadyExists', `${exists}: delete it there, or set spec.adoptionPolicy to IfIdentical or Always`);
  if (policy === 'Always') return undefined;
  if (live === wanted && !isPasswordUnknown(slot, winner)) return undefined;
  const fields = live === wanted ? 'the password, perhaps: it cannot be compared' : differingFields(live, wanted);
  return stalled(
    'AlreadyExists',
    `${exists}; they differ in ${fields}: set spec.adoptionPolicy to Always to take it over and correct it, or make spec equal`,
  );
}

/** A password cannot be read, so an equal user may be somebody else's; the finalizer says that it was ours before. */
function isPasswordUnknown({ isUnrecorded }: SlotView, { desired, resource }: Claim): boolean {
  return desired.type === 'entity' && desired.secret !== undefined && (isUnrecorded || !hasFinalizer(resource));
}

/** Used where no decision can be made because the cluster cannot be asked. */
export function decideWithoutCluster(
  claim: Claim,
  reason: 'ConnectionNotFound' | 'ConnectionNotReady',
  message: string,
): Outcome {
  return claim.desired.type === 'stalled' ? claim.desired : waiting(reason, message);
}
