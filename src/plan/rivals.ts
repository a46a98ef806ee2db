import { byAge, type Claim } from '../desired/claim.ts';
import { ownerName } from './obstacles.ts';
import { stalled, type Outcome } from './outcome.ts';
import type { Rival, SlotView } from './slot.ts';

/**
 * Why a claim may not have its name, since another name comes to the same place in OpenSearch; undefined when it may.
 *
 * First is who is there, of these what is not ours; then who is trusted; then the older one. So of several at most one is let
 * in. Between names that nobody but the connection's own namespace has a part in, nothing is decided: it may as it likes.
 */
export function rivalObstacle(slot: SlotView, winner: Claim): Outcome | undefined {
  const rival = slot.rivals.find((each) => isContested(slot, winner, each) && goesBefore(slot, winner, each));
  if (rival === undefined) return undefined;
  const whose = rival.holder === undefined ? '' : ` of ${ownerName(rival.holder.key)}`;
  return stalled(
    'NameTaken',
    `OpenSearch would keep what belongs to ${slot.kind.noun} "${slot.name}" in one place with that of ${slot.kind.noun} "${rival.name}"${whose}: choose another spec.name, or have the other one removed`,
  );
}

function isContested(slot: SlotView, winner: Claim, { holder }: Rival): boolean {
  return isForeign(slot, winner) || (holder !== undefined && isForeign(slot, holder));
}

function goesBefore(slot: SlotView, winner: Claim, { isLive, holder }: Rival): boolean {
  if (isLive !== (slot.live !== undefined)) return isLive;
  if (holder === undefined) return isLive;
  if (isForeign(slot, winner) !== isForeign(slot, holder)) return isForeign(slot, winner);
  return byAge(holder, winner) < 0;
}

function isForeign({ home }: SlotView, { resource }: Claim): boolean {
  return resource.namespace !== home;
}
