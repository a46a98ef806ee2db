import type { Canonical } from '../desired/canonical.ts';
import type { Claim } from '../desired/claim.ts';
import type { ObjectKey, Resource } from '../desired/resource.ts';
import type { Entity } from '../kinds/kind.ts';
import { describeDifference } from './describe-difference.ts';
import { stalled, type Outcome } from './outcome.ts';
import type { SlotView } from './slot.ts';

/** That the name is one of OpenSearch's own. @param protection what it is there, such as `reserved` */
export function protectedBy(slot: SlotView, protection: string): Outcome {
  const advice = slot.kind.sharing === undefined ? 'choose another spec.name' : 'map another role';
  return stalled(
    'Reserved',
    `${slot.kind.noun} "${slot.name}" is ${protection} in OpenSearch and is never changed: ${advice} in a new object, and delete this one`,
  );
}

export function observed(slot: SlotView, wanted: Canonical | undefined): Outcome {
  const isEqual = slot.live?.canonical === wanted;
  const changes =
    wanted === undefined ? [`remove ${slot.kind.noun}`] : describeDifference(slot.live?.canonical, wanted);
  return { type: 'observed', resourceName: slot.name, plannedChanges: isEqual ? [] : changes };
}

export function applied(slot: SlotView, claim?: Claim): Outcome {
  const message = `${slot.kind.noun} "${slot.name}" is in force`;
  const version = claim?.desired.type === 'entity' ? claim.desired.secret?.version : undefined;
  const secret = version === undefined ? {} : { secretVersion: version };
  return { type: 'applied', resourceName: slot.name, message, ...secret };
}

export function isObserved(slot: Pick<SlotView, 'isObserving'>, { spec }: Resource): boolean {
  return slot.isObserving || spec.managementPolicy === 'Observe';
}

/** Why what is there stays when its object goes; undefined when it does not. */
export function reasonToLeave(slot: SlotView, { resource }: Claim): string | undefined {
  const what = `${slot.kind.noun} "${slot.name}" stays in OpenSearch`;
  if (resource.spec.deletionPolicy === 'Orphan') return `${what}: deletionPolicy is Orphan`;
  if (slot.live?.protection !== undefined) return `${what}: it is ${slot.live.protection}`;
  if (isObserved(slot, resource)) return `${what}: managementPolicy is Observe`;
  return undefined;
}

/** What the operator itself would lose. */
export function lossBy(slot: SlotView, wanted: Canonical | undefined): string | undefined {
  const { kind, name, live, self } = slot;
  if (self === undefined) return undefined;
  return kind.cutsOff?.(name, { live: toEntity(live?.canonical), wanted: toEntity(wanted) }, self);
}

export function wouldLockOut(slot: SlotView, loss: string): Outcome {
  return stalled(
    'WouldLockOut',
    `not written, since ${slot.kind.noun} "${slot.name}" keeps the operator's own access: ${loss}`,
  );
}

export function toEntity(text: Canonical | undefined): Entity | undefined {
  return text === undefined ? undefined : (JSON.parse(text) as Entity);
}

export function ownerName(key: ObjectKey): string {
  return key.slice(key.indexOf('/') + 1);
}
