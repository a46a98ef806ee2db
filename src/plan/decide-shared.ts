import type { Canonical } from '../desired/canonical.ts';
import { byAge } from '../desired/claim.ts';
import { hasFinalizer } from '../desired/resource.ts';
import type { Sharing } from '../kinds/kind.ts';
import { applied, lossBy, toEntity, wouldLockOut } from './obstacles.ts';
import type { Operation } from './operation.ts';
import { stalled, waiting, type Outcome } from './outcome.ts';
import { namesSomebody, toEntries, type Entries } from './shared-entries.ts';
import {
  activeOf,
  foreignEntries,
  kept,
  partOf,
  settleClashes,
  spell,
  toStand,
  type Shared,
  type Stand,
} from './shared-stand.ts';
import type { Decision, Parts, SlotView } from './slot.ts';

/** Decides about a name that several objects share. Pure: equal input, equal output, whatever the order of the claims. */
export function decideShared(slot: SlotView, sharing: Sharing<never>): Decision {
  const liveEntries = toEntries(toEntity(slot.live?.canonical), sharing);
  const shared = { ...slot, sharing, liveEntries, parts: partsOf(slot, sharing), recorded: slot.parts };
  const stands = settleClashes(
    shared,
    [...slot.claims].sort(byAge).flatMap((claim) => toStand(shared, claim)),
  );
  const wanted = unite(shared, stands);
  const missing = stands.filter(isChanging).find(({ claim }) => claim.missing !== undefined)?.claim.missing;
  return missing === undefined ? conclude(shared, stands, wanted) : withoutRole(shared, stands, missing);
}

/** A lost record is made up for by the finalizer, which is set only by one who puts something there. */
function partsOf({ owner, parts, isUnrecorded, claims }: SlotView, sharing: Sharing<never>): Parts {
  if (owner !== undefined || parts.size > 0 || isUnrecorded) return parts;
  const held = claims.filter(({ resource, desired }) => hasFinalizer(resource) && desired.type === 'entity');
  return new Map(
    held.map(({ key, desired }) => {
      const entity = desired.type === 'entity' ? toEntity(desired.canonical) : undefined;
      return [key, [...toEntries(entity, sharing).keys()]];
    }),
  );
}

/** What should be there: all that is declared, and of what is there already all that is not ours to take out. */
function unite(slot: Shared, stands: readonly Stand[]): Entries {
  const active = activeOf(stands);
  const isExclusive = active.some(({ mode }) => mode === 'Exclusive');
  const isOwnerLeaving = stands.some(({ type, claim }) => type === 'leaving' && claim.key === slot.owner);
  const declared = active.flatMap(({ entries }) => [...entries]);
  return new Map([...declared, ...[...slot.liveEntries].filter(([key]) => isKept(key))]);

  function isKept(key: string): boolean {
    const holders = [...slot.parts].filter(([, part]) => part.includes(key)).map(([holder]) => holder);
    if (holders.some((holder) => slot.unseen.has(holder))) return true;
    if (stands.some(({ type, claim }) => type === 'frozen' && holders.includes(claim.key))) return true;
    if (isExclusive || (holders.length === 0 && isOwnerLeaving)) return false;
    return (
      holders.length === 0 || stands.some(({ type, claim }) => type === 'orphaning' && holders.includes(claim.key))
    );
  }
}

function conclude(slot: Shared, stands: readonly Stand[], entries: Entries): Decision {
  const wanted = namesSomebody(entries) ? spell(slot, entries) : undefined;
  if (!mayChange(slot, stands) || isThere(slot, wanted)) return settled(slot, stands, {});
  const loss = lossBy(slot, wanted);
  if (loss !== undefined) return refused(slot, stands, wouldLockOut(slot, loss));
  if (slot.refusal !== undefined && slot.refusal.value === wanted)
    return refused(slot, stands, stalled('Rejected', slot.refusal.words));
  const operation: Operation =
    wanted === undefined ? { type: 'remove', name: slot.name } : { type: 'add', name: slot.name, value: wanted };
  return settled(slot, stands, { operation });
}

/** Whether a stand may make something be written. */
function isChanging({ type }: Stand): boolean {
  return type === 'active' || type === 'leaving';
}

function mayChange({ live }: Shared, stands: readonly Stand[]): boolean {
  return live?.protection === undefined && stands.some(isChanging);
}

/** Nothing is there, too, when all that is left was never ours. */
function isThere({ live, owner, parts }: Shared, wanted: Canonical | undefined): boolean {
  if (wanted !== undefined) return live?.canonical === wanted;
  return live === undefined || (owner === undefined && parts.size === 0);
}

/** Without its role a mapping cannot be changed, only removed: it would come to life with the next role of that name. */
function withoutRole(slot: Shared, stands: readonly Stand[], missing: string): Decision {
  const active = activeOf(stands).map(({ claim }): Stand => {
    return { type: 'frozen', claim, outcome: waiting('ReferenceNotFound', missing) };
  });
  const rest = stands.filter(({ type }) => type !== 'active');
  const isWhollyOurs = slot.owner !== undefined || foreignEntries(slot).size === 0;
  const isOurs = slot.live !== undefined && slot.live.protection === undefined && isWhollyOurs;
  const isHeld = isHeldUnseen(slot, rest) || rest.some(({ type }) => type === 'frozen' || type === 'orphaning');
  const canGo = isOurs && !isHeld && lossBy(slot, undefined) === undefined && slot.refusal === undefined;
  if (canGo) return settled(slot, [...active, ...rest], { operation: { type: 'remove', name: slot.name } });
  return leftInPlace(slot, [...active, ...rest], missing);
}

/** Whoever goes now would leave what he has to the next role of that name; who is not seen comes back with it. */
function isHeldUnseen(slot: Shared, stands: readonly Stand[]): boolean {
  const isLeft = stands.some((stand) => stand.type === 'leaving' && kept(slot, stand).size > 0);
  return !isLeft && [...slot.unseen].some((holder) => partOf(slot, holder).size > 0);
}

/** What cannot be taken out now stays on record: with the next change, when the role is there again, it goes. */
function leftInPlace(slot: Shared, stands: readonly Stand[], missing: string): Decision {
  const leftBehind = `its entries stay in the ${slot.kind.noun} "${slot.name}" of OpenSearch until that can be changed again: ${missing}`;
  const told = stands.map((stand): Stand => {
    if (stand.type !== 'leaving' || kept(slot, stand).size === 0) return stand;
    return { type: 'orphaning', claim: stand.claim, leftBehind, isOwed: true };
  });
  return settled(slot, told, {});
}

/** Nothing is written; who wanted the change is told why, and who goes may go. */
function refused(slot: Shared, stands: readonly Stand[], outcome: Outcome): Decision {
  const told = stands.map((stand): Stand => {
    return stand.type === 'active' ? { type: 'frozen', claim: stand.claim, outcome } : stand;
  });
  const message = outcome.type === 'stalled' ? outcome.message : '';
  const left = told.map((stand): Stand => {
    return stand.type === 'leaving' ? { type: 'orphaning', claim: stand.claim, leftBehind: message } : stand;
  });
  return settled(slot, left, {});
}

function settled(slot: Shared, stands: readonly Stand[], { operation }: Pick<Decision, 'operation'>): Decision {
  const outcomes = new Map(stands.map((stand) => [stand.claim.key, outcomeOf(slot, stand)]));
  const changed = stands.filter(isChanging).map(({ claim }) => claim.key);
  return {
    ...(operation === undefined ? {} : { operation, subjects: changed }),
    ...ownerAfter(slot, stands, operation?.type === 'remove'),
    ...partsAfter(slot, stands, operation),
    outcomes,
  };
}

function outcomeOf(slot: Shared, stand: Stand): Outcome {
  switch (stand.type) {
    case 'active':
      return applied(slot);
    case 'frozen':
      return stand.outcome;
    case 'leaving':
    case 'orphaning':
      return { type: 'released', ...(stand.leftBehind === undefined ? {} : { leftBehind: stand.leftBehind }) };
  }
}

/** The whole belongs to an Exclusive claim: the one that has it, as long as it is there, or else the oldest. */
function ownerAfter(slot: Shared, stands: readonly Stand[], isRemoved: boolean): Pick<Decision, 'owner'> {
  const exclusive = activeOf(stands).filter(({ mode }) => mode === 'Exclusive');
  const staying = stands.filter(({ type }) => type === 'frozen').map(({ claim }) => claim.key);
  const candidates = [
    ...exclusive.map(({ claim }) => claim.key),
    ...[...staying, ...slot.unseen].filter((key) => key === slot.owner),
  ];
  const next = isRemoved ? undefined : (candidates.find((key) => key === slot.owner) ?? candidates[0]);
  return next === slot.owner ? {} : { owner: next ?? null };
}

/** Of what it declares, a merging claim has what others did not put there before it. */
function partsAfter(slot: Shared, stands: readonly Stand[], operation: Operation | undefined): Pick<Decision, 'parts'> {
  const foreign = foreignEntries(slot);
  const parts = new Map(operation === undefined ? partsOfGone(slot) : partsOfUnseen(slot));
  for (const stand of operation?.type === 'remove' ? [] : stands) {
    const { key } = stand.claim;
    const recorded = slot.parts.get(key);
    const isKept = stand.type === 'frozen' || (stand.type === 'orphaning' && stand.isOwed === true);
    if (isKept && recorded !== undefined) parts.set(key, recorded);
    if (stand.type !== 'active') continue;
    const isOwn = (entry: string): boolean => stand.mode === 'Exclusive' || !foreign.has(entry);
    parts.set(key, [...stand.entries.keys()].filter(isOwn).sort());
  }
  return isSame(parts, slot.recorded) ? {} : { parts };
}

/** Who went when it could not be taken out, or without its finalizer, until it is. */
function partsOfGone({ claims, recorded, liveEntries }: Shared): Parts {
  const present = new Set(claims.map(({ key }) => key));
  return new Map(
    [...recorded].filter(([key, part]) => !present.has(key) && part.some((entry) => liveEntries.has(entry))),
  );
}

/** What is written leaves theirs as it is. */
function partsOfUnseen({ recorded, unseen }: Shared): Parts {
  return new Map([...recorded].filter(([key]) => unseen.has(key)));
}

function isSame(a: Parts, b: Parts): boolean {
  return a.size === b.size && [...a].every(([key, part]) => b.get(key)?.join() === part.join());
}
