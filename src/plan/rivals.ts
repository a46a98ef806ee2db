import type { Claim } from '../desired/claim.ts';
import type { ObjectKey } from '../desired/resource.ts';
import { ownerName } from './obstacles.ts';
import { stalled, type Outcome } from './outcome.ts';
import type { SlotView } from './slot.ts';

/**
 * Why a claim may not have its name, since another name that is in OpenSearch comes to the same place; undefined when it may.
 *
 * Who is there first stays. The connection's own namespace is trusted: what it has is nobody's rival there, and what it has already
 * is not questioned when somebody else comes.
 */
export function rivalObstacle(slot: SlotView, winner: Claim): Outcome | undefined {
  const isHome = winner.resource.namespace === slot.home;
  if (isHome && slot.live !== undefined) return undefined;
  const rival = slot.rivals.find(({ owner }) => !isHome || namespaceOf(owner) !== slot.home);
  if (rival === undefined) return undefined;
  const whose = rival.owner === undefined ? '' : ` of ${ownerName(rival.owner)}`;
  return stalled(
    'NameTaken',
    `OpenSearch may let whoever has ${slot.kind.noun} "${slot.name}" use what belongs to ${slot.kind.noun} "${rival.name}"${whose}, since it tells them apart by a hash that both have: choose another spec.name in a new object and delete this one, or have the other one removed`,
  );
}

/** Where an object is. */
export function namespaceOf(owner: ObjectKey | undefined): string | undefined {
  return owner?.split('/')[1];
}
