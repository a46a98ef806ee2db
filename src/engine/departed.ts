import type { Ledger } from '../commit/ledger.ts';
import type { Kind } from '../kinds/kind.ts';
import {
  FINALIZER,
  hasFinalizer,
  objectKey,
  resourceName,
  type CommonSpec,
  type ObjectKey,
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

/** A provisional owner on record. */
interface Provisional {
  readonly kind: Kind;
  readonly owner: ObjectKey;
  readonly namespace: string;
  readonly name: string;
  /** Of what it owns in OpenSearch. */
  readonly slotName: string;
}

/** Those whom another process left. Objects of namespaces that are not served are not looked at. */
function provisionalOwners(world: Pick<World, 'kinds' | 'isServed'>, owners: Ledger): readonly Provisional[] {
  return owners.provisional().flatMap(({ key, owner }) => {
    const [type = '', namespace = '', name = ''] = owner.split('/');
    const kind = world.kinds.find((each) => each.kind === type);
    if (kind === undefined || !world.isServed(namespace)) return [];
    return [{ kind, owner, namespace, name, slotName: key.slice(kind.document.length + 1) }];
  });
}

/**
 * Goes through the provisional owners on record: one whose object is there keeps its name and gets its finalizer; one whose object
 * is gone, or came back with another name, takes its name along.
 */
export function takeOverProvisional(
  world: Pick<World, 'kinds' | 'isServed'>,
  { ledger, index, dirty }: SessionState,
): void {
  if (ledger === undefined) return;
  for (const provisional of provisionalOwners(world, ledger.owners)) {
    const { kind, owner, slotName } = provisional;
    const present = index.get(owner);
    if (present === undefined || resourceName(present) !== slotName) index.putDeparted(toDeparted(provisional));
    else if (hasFinalizer(present))
      ledger.owners.retract([{ document: kind.document, name: slotName, isProvisional: false }]);
    dirty.add(slotKeyOf(kind.document, slotName), 'sweep');
  }
}

function toDeparted({ kind, namespace, name, slotName }: Provisional): Resource {
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
