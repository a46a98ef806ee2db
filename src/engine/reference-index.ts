import { objectKey, type NamespacedName, type ObjectKey, type Resource } from '../desired/resource.ts';
import type { DocumentName } from '../kinds/kind.ts';
import { slotKeyOf, type SlotKey } from './claim-index.ts';

/** Who refers to what: other resources of the cluster by slot, and Secrets. */
export class ReferenceIndex {
  readonly #refersTo = new Map<ObjectKey, readonly string[]>();
  readonly #referrers = new Map<string, Map<ObjectKey, SlotKey>>();
  readonly #documents = new Map<DocumentName, number>();
  #secrets = 0;

  /** @returns the Secrets to which this is the first reference, and those to which none is left */
  put(resource: Resource, slot: SlotKey): SecretChanges {
    const key = objectKey(resource);
    const targets = targetsOf(resource);
    const before = this.#refersTo.get(key) ?? [];
    this.#refersTo.set(key, targets);
    const gained = targets.filter((target) => this.#add(target, key, slot));
    const lost = before.filter((target) => !targets.includes(target) && this.#remove(target, key));
    this.#count(targets, 1);
    this.#count(before, -1);
    return { gained: secrets(gained), lost: secrets(lost) };
  }

  delete(key: ObjectKey): SecretChanges {
    const before = this.#refersTo.get(key) ?? [];
    this.#refersTo.delete(key);
    this.#count(before, -1);
    return { gained: [], lost: secrets(before.filter((target) => this.#remove(target, key))) };
  }

  /** The slots of those who refer to a resource. */
  dependents(document: DocumentName, name: string): Iterable<SlotKey> {
    return this.#referrers.get(slotKeyOf(document, name))?.values() ?? [];
  }

  /** The slots of those who take their credentials from a Secret. */
  holdersOf(secret: NamespacedName): Iterable<SlotKey> {
    return this.#referrers.get(SECRET + secret)?.values() ?? [];
  }

  /** Whether anybody takes credentials from a Secret. */
  get needsSecrets(): boolean {
    return this.#secrets > 0;
  }

  refersInto(document: DocumentName): boolean {
    return (this.#documents.get(document) ?? 0) > 0;
  }

  #add(target: string, key: ObjectKey, slot: SlotKey): boolean {
    const before = this.#referrers.get(target);
    const referrers = before ?? new Map<ObjectKey, SlotKey>();
    this.#referrers.set(target, referrers);
    referrers.set(key, slot);
    return before === undefined;
  }

  #remove(target: string, key: ObjectKey): boolean {
    const referrers = this.#referrers.get(target);
    referrers?.delete(key);
    if (referrers?.size !== 0) return false;
    return this.#referrers.delete(target);
  }

  #count(targets: readonly string[], by: 1 | -1): void {
    for (const target of targets) {
      if (target.startsWith(SECRET)) {
        this.#secrets += by;
        continue;
      }
      const document = target.slice(0, target.indexOf('/')) as DocumentName;
      this.#documents.set(document, (this.#documents.get(document) ?? 0) + by);
    }
  }
}

export interface SecretChanges {
  readonly gained: readonly NamespacedName[];
  readonly lost: readonly NamespacedName[];
}

const SECRET = 'secret:';

function targetsOf({ kind, namespace, spec }: Resource): readonly string[] {
  const resources = kind.references(spec as never).map(({ document, name }) => slotKeyOf(document, name));
  const source = kind.credential?.(spec as never);
  const named = [...(source === undefined ? [] : [source.secretName]), ...(kind.secrets?.(spec as never) ?? [])];
  return [...resources, ...[...new Set(named)].map((name) => `${SECRET}${namespace}/${name}`)];
}

function secrets(targets: readonly string[]): readonly NamespacedName[] {
  return targets.filter((target) => target.startsWith(SECRET)).map((target) => target.slice(SECRET.length));
}
