import { objectKey, resourceName, type ObjectKey, type Resource } from '../desired/resource.ts';
import type { DocumentName, Kind } from '../kinds/kind.ts';

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

  get(key: ObjectKey): Resource | undefined {
    return this.#slotOf.get(key)?.claimants.get(key);
  }

  slot(key: SlotKey): Slot | undefined {
    return this.#slots.get(key);
  }

  slots(): IterableIterator<Slot> {
    return this.#slots.values();
  }

  get isEmpty(): boolean {
    return this.#slotOf.size === 0;
  }

  resources(): Resource[] {
    return [...this.#slotOf.keys()].flatMap((key) => this.get(key) ?? []);
  }

  /** @returns the slots that the change touches: one, or two when an object came back with another name */
  put(resource: Resource): readonly SlotKey[] {
    const key = objectKey(resource);
    const name = resourceName(resource);
    const slotKey = slotKeyOf(resource.kind.document, name);
    const before = this.#slotOf.get(key);
    const slot = this.#slots.get(slotKey) ?? {
      key: slotKey,
      kind: resource.kind,
      name,
      claimants: new Map<ObjectKey, Resource>(),
    };
    this.#slots.set(slotKey, slot);
    slot.claimants.set(key, resource);
    this.#slotOf.set(key, slot);
    if (before === undefined || before === slot) return [slotKey];
    this.#leave(before, key);
    return [before.key, slotKey];
  }

  /** @returns the slot that the resource left */
  delete(key: ObjectKey): SlotKey | undefined {
    const slot = this.#slotOf.get(key);
    if (slot === undefined) return undefined;
    this.#slotOf.delete(key);
    this.#leave(slot, key);
    return slot.key;
  }

  #leave(slot: Slot, key: ObjectKey): void {
    slot.claimants.delete(key);
    if (slot.claimants.size === 0) this.#slots.delete(slot.key);
  }
}

export function slotKeyOf(document: DocumentName, name: string): SlotKey {
  return `${document}/${name}`;
}
