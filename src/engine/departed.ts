import type { Kind } from '../kinds/kind.ts';
import {
  FINALIZER,
  hasFinalizer,
  objectKey,
  resourceName,
  type CommonSpec,
  type Resource,
} from '../desired/resource.ts';
import { slotKeyOf } from './claim-index.ts';
import type { SessionState } from './session-state.ts';
import type { World } from './world.ts';

/** Any time: of what has departed nobody asks how old it was. */
const LONG_AGO = '1970-01-01T00:00:00Z';

/** An object that went before it had its finalizer: in the index it is one that is being deleted, until its name is removed. */
export function departedAs(resource: Resource): Resource {
  return { ...resource, finalizers: [FINALIZER], deletionTimestamp: LONG_AGO, paused: false, hasDeparted: true };
}

/** Whether a name is left that only the record of ownership still knows of. */
export function leavesAName({ ledger }: SessionState, resource: Resource): boolean {
  const ownership = ledger?.owners.ownershipOf(resource.kind.document, resourceName(resource));
  return ownership?.isProvisional === true && ownership.owner === objectKey(resource);
}

/**
 * Goes through the provisional owners on record, whom another process left: one whose object is there keeps its name and gets
 * its finalizer; one whose object went meanwhile, or came back with another name, takes its name along. Objects of namespaces that
 * are not served are not looked at.
 */
export function takeOverProvisional(
  world: Pick<World, 'kinds' | 'isServed'>,
  { ledger, index, dirty }: SessionState,
): void {
  if (ledger === undefined) return;
  for (const { key, owner } of ledger.owners.provisional()) {
    const [type = '', namespace = '', name = ''] = owner.split('/');
    const kind = world.kinds.find((each) => each.kind === type);
    if (kind === undefined || !world.isServed(namespace)) continue;
    const present = index.get(owner);
    const slotName = key.slice(kind.document.length + 1);
    if (present === undefined || resourceName(present) !== slotName)
      index.putDeparted(toDeparted(kind, { namespace, name, slotName }));
    else if (hasFinalizer(present))
      ledger.owners.retract([{ document: kind.document, name: slotName, isProvisional: false }]);
    dirty.add(slotKeyOf(kind.document, slotName), 'sweep');
  }
}

function toDeparted(
  kind: Kind,
  { namespace, name, slotName }: { readonly namespace: string; readonly name: string; readonly slotName: string },
): Resource {
  const nothing = {
    uid: '',
    resourceVersion: '',
    generation: 0,
    creationTimestamp: LONG_AGO,
    finalizers: [],
    status: {},
  };
  const spec: CommonSpec & { readonly name?: string } = name === slotName ? {} : { name: slotName };
  return departedAs({ ...nothing, kind, namespace, name, paused: false, spec });
}
