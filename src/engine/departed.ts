import type { Ledger } from '../commit/ledger.ts';
import { nobody } from '../commit/ownership.ts';
import {
  FINALIZER,
  hasFinalizer,
  isDeleting,
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

/** An object that went without being waited for: in the index it is one that is being deleted, until its name is removed. */
export function departedAs(resource: Resource): Resource {
  return { ...resource, finalizers: [FINALIZER], deletionTimestamp: LONG_AGO, paused: false, hasDeparted: true };
}

/**
 * Whether a name, or a part of one, is left that only the record of ownership still knows of, if the object goes as it is now. Where
 * nobody here has looked at its deletion, it had lost its finalizer, or another process let it go and we wrote it again, by what
 * we had of before. Otherwise it goes when its name is removed, or since somebody took its finalizer off to leave that.
 */
export function leavesAName({ ledger, dirty }: Pick<SessionState, 'ledger' | 'dirty'>, resource: Resource): boolean {
  const { kind } = resource;
  const name = resourceName(resource);
  const { owner, parts, isProvisional } = ledger?.owners.ownershipOf(kind.document, name) ?? nobody;
  const key = objectKey(resource);
  if (owner === key && isProvisional) return true;
  // Nothing is done about what is paused, whoever takes its finalizer off.
  if (resource.paused) return false;
  if (kind.isConfiguration === true || (owner !== key && !parts.has(key))) return false;
  return !isDeleting(resource) || dirty.has(slotKeyOf(kind.document, name));
}

/** An owner on record, or one who has a part. */
interface Recorded extends ObjectPlace {
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
  for (const provisional of placesOf(world, ledger.owners.provisional())) {
    const { kind, slotName } = provisional;
    const present = holderOf(index, provisional);
    if (present === undefined) index.putDeparted(toDeparted(provisional));
    else if (hasFinalizer(present))
      ledger.owners.retract([{ document: kind.document, name: slotName, isProvisional: false }]);
    dirty.add(slotKeyOf(kind.document, slotName), 'sweep');
  }
}

/** Where somebody on record seems to be gone: the process that put them there may have been ahead of our watch. */
export function inQuestion(
  world: Pick<World, 'kinds' | 'isServed'>,
  { index }: Pick<SessionState, 'index'>,
  ledger: Ledger,
): readonly ObjectPlace[] {
  return placesOf(world, ledger.holders()).filter((recorded) => holderOf(index, recorded) === undefined);
}

/** The owner's object, unless it is gone or has another name by now. */
function holderOf(index: ClaimIndex, { owner, slotName }: Recorded): Resource | undefined {
  const present = index.get(owner);
  return present !== undefined && resourceName(present) === slotName ? present : undefined;
}

/** Objects of namespaces that are not served are nobody's here. */
function placesOf(
  { kinds, isServed }: Pick<World, 'kinds' | 'isServed'>,
  holders: ReturnType<Ledger['holders']>,
): readonly Recorded[] {
  return holders.flatMap(({ key, owner, isProvisional }) => {
    const [type, namespace = '', name = ''] = owner.split('/');
    const kind = kinds.find((each) => each.kind === type);
    if (kind === undefined || !isServed(namespace)) return [];
    return [{ kind, owner, isProvisional, namespace, name, slotName: key.slice(kind.document.length + 1) }];
  });
}

function toDeparted({ kind, namespace, name, slotName }: Recorded): Resource {
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
