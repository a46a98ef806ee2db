import type { Ledger } from '../commit/ledger.ts';
import {
  FINALIZER,
  hasFinalizer,
  objectKey,
  resourceName,
  type CommonSpec,
  type ObjectKey,
  type Resource,
} from '../desired/resource.ts';
import { slotKeyOf, type ClaimIndex } from './claim-index.ts';
import type { SessionState } from './session-state.ts';
import type { ObjectPlace, World } from './world.ts';

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

/** An owner on record whose finalizer may be missing. */
interface Provisional extends ObjectPlace {
  readonly owner: ObjectKey;
  readonly name: string;
  /** That it owns. */
  readonly slotName: string;
}

/**
 * Goes through the provisional owners on record, whom another process left: one whose object is there keeps its name and gets
 * its finalizer; one whose object went meanwhile, or came back with another name, takes its name along. Objects of namespaces that
 * are not served are not looked at.
 */
export function takeOverProvisional(
  world: Pick<World, 'kinds' | 'isServed'>,
  { ledger, index, dirty }: Pick<SessionState, 'ledger' | 'index' | 'dirty'>,
): void {
  if (ledger === undefined) return;
  for (const provisional of provisionalOwners(world, ledger.owners)) {
    const { kind, slotName } = provisional;
    const present = holderOf(index, provisional);
    if (present === undefined) index.putDeparted(toDeparted(provisional));
    else if (hasFinalizer(present))
      ledger.owners.retract([{ document: kind.document, name: slotName, isProvisional: false }]);
    dirty.add(slotKeyOf(kind.document, slotName), 'sweep');
  }
}

/** Where provisional owners seem to be gone: the process that put them on record may have been ahead of our watch. */
export function inQuestion(
  world: Pick<World, 'kinds' | 'isServed'>,
  { index }: Pick<SessionState, 'index'>,
  ledger: Ledger,
): readonly ObjectPlace[] {
  return provisionalOwners(world, ledger).filter((provisional) => holderOf(index, provisional) === undefined);
}

/** The owner's object, unless it is gone or has another name by now. */
function holderOf(index: ClaimIndex, { owner, slotName }: Provisional): Resource | undefined {
  const present = index.get(owner);
  return present !== undefined && resourceName(present) === slotName ? present : undefined;
}

function provisionalOwners(
  { kinds, isServed }: Pick<World, 'kinds' | 'isServed'>,
  ledger: Ledger,
): readonly Provisional[] {
  return ledger.provisional().flatMap(({ key, owner }) => {
    const [type, namespace = '', name = ''] = owner.split('/');
    const kind = kinds.find((each) => each.kind === type);
    if (kind === undefined || !isServed(namespace)) return [];
    return [{ kind, owner, namespace, name, slotName: key.slice(kind.document.length + 1) }];
  });
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
