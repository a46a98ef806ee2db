import { canonical, type Canonical } from '../desired/canonical.ts';
import type { Claim } from '../desired/claim.ts';
import { hasFinalizer, isDeleting, type ObjectKey } from '../desired/resource.ts';
import type { Sharing } from '../kinds/kind.ts';
import { isObserved, observed, ownerName, protectedBy, reasonToLeave, toEntity } from './obstacles.ts';
import { stalled, type Outcome } from './outcome.ts';
import { fromEntries, isWhole, toEntries, type Entries } from './shared-entries.ts';
import type { Parts, SlotView } from './slot.ts';

/**
 * What becomes of a claim. `active`: what it declares is put in force. `frozen`: what it put there stays as it is, and
 * nothing is added. `leaving`: what it put there goes, unless another one declares it, too. `orphaning`: it goes, and
 * what it put there stays for good.
 */
export type Stand =
  | { readonly type: 'active'; readonly claim: Claim; readonly entries: Entries; readonly mode: 'Exclusive' | 'Merge' }
  | { readonly type: 'frozen'; readonly claim: Claim; readonly outcome: Outcome }
  | {
      readonly type: 'leaving' | 'orphaning';
      readonly claim: Claim;
      readonly leftBehind?: string;
      /** What it put there cannot be taken out now, and is to go as soon as it can. */
      readonly isOwed?: true;
    };

export type Active = Extract<Stand, { type: 'active' }>;

/** A shared name with all that was found out about it on the way. */
export interface Shared extends SlotView {
  readonly sharing: Sharing<never>;
  readonly liveEntries: Entries;
  /** As on record, or made up for where the record was lost. */
  readonly parts: Parts;
  readonly recorded: Parts;
}

/** Where a claim stands; nothing for one that is gone. */
export function toStand(slot: Shared, claim: Claim): readonly Stand[] {
  const { resource, desired } = claim;
  if (isDeleting(resource)) return hasFinalizer(resource) ? [toLeavingStand(slot, claim)] : [];
  const frozen = (outcome: Outcome): readonly Stand[] => [{ type: 'frozen', claim, outcome }];
  if (resource.paused) return frozen({ type: 'paused' });
  if (desired.type === 'unknown') return [];
  if (desired.type !== 'entity') return frozen(desired);
  if (slot.live?.protection !== undefined) return frozen(protectedBy(slot, slot.live.protection));
  const mode = slot.sharing.mode(resource.spec as never);
  const declared = toEntries(toEntity(desired.canonical), slot.sharing);
  const entries = mode === 'Merge' ? withoutDescription(slot, declared) : declared;
  if (isObserved(slot, resource)) return frozen(observed(slot, preview(slot, entries, mode)));
  return [{ type: 'active', claim, entries, mode }];
}

function toLeavingStand(slot: Shared, claim: Claim): Stand {
  if (claim.resource.paused) return { type: 'frozen', claim, outcome: { type: 'paused' } };
  const leftBehind = slot.live === undefined ? undefined : reasonToLeave(slot, claim);
  return leftBehind === undefined ? { type: 'leaving', claim } : { type: 'orphaning', claim, leftBehind };
}

/** Whoever adds to what others put there leaves their description alone. */
function withoutDescription(slot: Shared, entries: Entries): Entries {
  const isDescribed = [...foreignEntries(slot).values()].some(({ field }) => field === 'description');
  return isDescribed ? new Map([...entries].filter(([, { field }]) => field !== 'description')) : entries;
}

/** What would be there if this claim were put in force beside what is there. */
function preview(slot: Shared, entries: Entries, mode: 'Exclusive' | 'Merge'): Canonical {
  const kept = mode === 'Merge' ? slot.liveEntries : new Map();
  return spell(slot, new Map([...entries, ...kept]));
}

/** Claims that cannot go together with an older one, or with what others put there, are told so and left out. */
export function settleClashes(slot: Shared, stands: readonly Stand[]): readonly Stand[] {
  const settled: Stand[] = [];
  for (const stand of stands) {
    const clash = stand.type === 'active' ? clashOf(slot, stand, { older: activeOf(settled), stands }) : undefined;
    settled.push(clash === undefined ? stand : { type: 'frozen', claim: stand.claim, outcome: clash });
  }
  return settled;
}

function clashOf(
  slot: Shared,
  stand: Active,
  { older, stands }: { readonly older: readonly Active[]; readonly stands: readonly Stand[] },
): Outcome | undefined {
  const differs = (holder: ObjectKey): boolean => differInWhole(slot, stand.entries, partOf(slot, holder));
  const rival =
    older.find((other) => differInWhole(slot, stand.entries, other.entries))?.claim.key ??
    stands.find(({ type, claim }) => type === 'frozen' && differs(claim.key))?.claim.key ??
    [...slot.unseen].find(differs);
  if (rival !== undefined) {
    const fields = slot.sharing.wholes.join(', ');
    return stalled(
      'NameTaken',
      `${slot.kind.noun} "${slot.name}" has one list of ${fields}, which ${ownerName(rival)} declares: declare the same, or map another role in a new object and delete this one`,
    );
  }
  return stand.mode === 'Merge' ? mergeObstacle(slot, stand) : adoptionObstacle(slot, stand, older);
}

/** What a claim put there, and is there still. */
export function kept(slot: Shared, { claim }: Stand): Entries {
  return partOf(slot, claim.key);
}

/** What a holder on record put there, and is there still. */
export function partOf({ liveEntries, parts }: Shared, holder: ObjectKey): Entries {
  const part = new Set(parts.get(holder));
  return new Map([...liveEntries].filter(([key]) => part.has(key)));
}

function mergeObstacle(slot: Shared, { claim, entries }: Active): Outcome | undefined {
  const isKnown = slot.live === undefined || slot.owner !== undefined || slot.parts.has(claim.key);
  if (!isKnown && claim.resource.spec.adoptionPolicy === 'Never') return exists(slot, 'spec.adoptionPolicy is Never');
  if (!differInWhole(slot, entries, foreignEntries(slot))) return undefined;
  return exists(slot, `its list of ${slot.sharing.wholes.join(', ')} is another one and cannot be merged`);
}

/** An Exclusive claim makes the whole entity its own, so what others put there must not be lost unasked. */
function adoptionObstacle(slot: Shared, { claim, entries }: Active, older: readonly Active[]): Outcome | undefined {
  const { live, owner } = slot;
  if (live === undefined || owner !== undefined || foreignEntries(slot).size === 0) return undefined;
  const policy = claim.resource.spec.adoptionPolicy ?? 'IfIdentical';
  if (policy === 'Always') return undefined;
  const declared = new Map([...older.flatMap((stand) => [...stand.entries]), ...entries]);
  if (policy === 'IfIdentical' && spell(slot, declared) === live.canonical) return undefined;
  const isLosing = [...foreignEntries(slot).keys()].some((key) => !declared.has(key));
  const why = isLosing ? 'entries that no object declares would be lost' : 'it is not the same as what is declared';
  const advice = `set spec.mode to Merge to add to it, or spec.adoptionPolicy to Always to take it over and correct it`;
  return exists(slot, `${why}: ${advice}`);
}

function exists(slot: Shared, why: string): Outcome {
  return stalled('AlreadyExists', `${slot.kind.noun} "${slot.name}" exists in OpenSearch; ${why}`);
}

function differInWhole(slot: Shared, entries: Entries, others: Entries): boolean {
  for (const [key, entry] of entries) {
    if (!isWhole(entry, slot.sharing) || others.has(key)) continue;
    if ([...others.values()].some((other) => other.field === entry.field)) return true;
  }
  return false;
}

/** What is there and was put there by none of our objects. */
export function foreignEntries(slot: Shared): Entries {
  const ours = new Set([...slot.parts.values()].flat());
  return new Map([...slot.liveEntries].filter(([key]) => !ours.has(key)));
}

export function activeOf(stands: readonly Stand[]): readonly Active[] {
  return stands.filter((stand) => stand.type === 'active');
}

export function spell({ kind, sharing }: Shared, entries: Entries): Canonical {
  return canonical(kind, fromEntries(entries.values(), sharing));
}
