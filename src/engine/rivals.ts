import { nobody } from '../commit/ownership.ts';
import { byAge, type Claim } from '../desired/claim.ts';
import { isDeleting, type Resource } from '../desired/resource.ts';
import type { Rival } from '../plan/slot.ts';
import { slotKeyOf, type Slot } from './claim-index.ts';
import type { SessionState } from './session-state.ts';

/**
 * The other names that come to the same place in OpenSearch as that of a slot, with who has them.
 *
 * @param claimOf the claim of a resource, with whether it may have its name
 * Cost: O(1) where there are none, as nearly always.
 */
export function rivalsOf(
  state: SessionState,
  { key, name, kind: { document } }: Slot,
  claimOf: (resource: Resource) => Claim,
): readonly Rival[] {
  const claimed = state.index.beside(key).flatMap((other) => state.index.slot(other)?.name ?? []);
  const names = new Set([...state.documents.namesBeside(document, name), ...claimed]);
  return [...names].sort().map((other): Rival => {
    const slot = state.index.slot(slotKeyOf(document, other));
    const isLive = state.documents.get(document, other) !== undefined;
    return { name: other, isLive, holder: slot && holderOf(state, slot, claimOf) };
  });
}

function holderOf({ ledger }: SessionState, slot: Slot, claimOf: (resource: Resource) => Claim): Claim | undefined {
  const { owner } = ledger?.owners.ownershipOf(slot.kind.document, slot.name) ?? nobody;
  const alive = [...slot.claimants.values()].filter((resource) => !isDeleting(resource)).map(claimOf);
  const permitted = alive.filter(({ desired }) => desired.type !== 'stalled').sort(byAge);
  return permitted.find(({ key }) => key === owner) ?? permitted[0];
}
