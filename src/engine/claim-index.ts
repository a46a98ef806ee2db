import { objectKey, resourceName, type ObjectKey, type Resource } from '../desired/resource.ts';
import type { DocumentName, Kind } from '../kinds/kind.ts';
import { NamesByPlace } from './names-by-place.ts';

/** `document/name`: one name of one document. */
export type SlotKey = string;

/** The resources that claim one name. */
export interface Slot {
  readonly key: SlotKey;
  readonly kind: Kind;
  readonly name: string;
  readonly claimants: Map<ObjectKey, Resource>;
}

/** All resources of one connection, found by the name in OpenSearch that they claim. */
export class ClaimIndex {
  readonly #slots = new Map<SlotKey, Slot>();
  readonly #slotOf = new Map<ObjectKey, Slot>();
  /** Of documents in which two names may come to one place. */
  readonly #places = new Map<string, NamesByPlace>();

  get(key: ObjectKey): Resource | undefined {
    return this.#slotOf.get(key)?.claimants.get(key);
  }

  slot(key: SlotKey): Slot | undefined {
    return this.#slots.get(key);
  }

  /** The slots of other names that come to the same place in OpenSearch as that of a slot, which need not be claimed itself. */
  beside(key: SlotKey): readonly SlotKey[] {
    const documentLength = key.indexOf('/');
    const names = this.#places.get(key.slice(0, documentLength))?.beside(key.slice(documentLength + 1)) ?? [];
    return names.map((name) => `${key.slice(0, documentLength)}/${name}`);
  }

  slots(): IterableIterator<Slot> {
    return this.#slots.values();
  }

  get isEmpty(): boolean {
    return this.#slots.size === 0;
  }

  /** Those that are there: none that has departed. */
  resources(): Resource[] {
    return [...this.#slotOf.keys()].flatMap((key) => this.get(key) ?? []);
  }

  /** @returns the slots that the change touches: one, or two when an object came back with another name */
  put(resource: Resource): readonly SlotKey[] {
    const key = objectKey(resource);
    const before = this.#slotOf.get(key);
    const slot = this.#enter(resource);
    this.#slotOf.set(key, slot);
    if (before === undefined || before === slot) return [slot.key];
    this.#leave(before, key);
    return [before.key, slot.key];
  }

  /** One that has departed claims its name until that is removed, be there another object of its key, with another name, or not. */
  putDeparted(resource: Resource): void {
    this.#enter(resource);
  }

  /** Nothing is left of it. Another object may have come back under its name. */
  forgetDeparted(resource: Resource): void {
    const key = objectKey(resource);
    const slot = this.#slots.get(slotKeyOf(resource.kind.document, resourceName(resource)));
    if (slot?.claimants.get(key)?.hasDeparted === true) this.#leave(slot, key);
  }

  /** @returns the slot that the resource left */
  delete(key: ObjectKey): SlotKey | undefined {
    const slot = this.#slotOf.get(key);
    if (slot === undefined) return undefined;
    this.#slotOf.delete(key);
    this.#leave(slot, key);
    return slot.key;
  }

  #enter(resource: Resource): Slot {
    const name = resourceName(resource);
    const key = slotKeyOf(resource.kind.document, name);
    const slot = this.#slots.get(key) ?? { key, kind: resource.kind, name, claimants: new Map<ObjectKey, Resource>() };
    this.#slots.set(key, slot);
    this.#placesOf(resource.kind)?.put(name);
    slot.claimants.set(objectKey(resource), resource);
    return slot;
  }

  #leave(slot: Slot, key: ObjectKey): void {
    slot.claimants.delete(key);
    if (slot.claimants.size > 0) return;
    this.#slots.delete(slot.key);
    this.#placesOf(slot.kind)?.delete(slot.name);
  }

  #placesOf({ document, place }: Kind): NamesByPlace | undefined {
    if (place === undefined) return undefined;
    const places = this.#places.get(document) ?? new NamesByPlace(place.of);
    this.#places.set(document, places);
    return places;
  }
}

export function slotKeyOf(document: DocumentName, name: string): SlotKey {
  return `${document}/${name}`;
}
