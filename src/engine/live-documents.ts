import { applyToSnapshot, toSnapshot, type Snapshot } from '../commit/snapshot.ts';
import type { Cluster } from '../commit/cluster.ts';
import type { DocumentName, Kind } from '../kinds/kind.ts';
import type { Live } from '../plan/slot.ts';
import type { Operation } from '../plan/operation.ts';
import { NamesByPlace } from './names-by-place.ts';

interface Held {
  snapshot: Snapshot;
  /** When it was fetched; `-Infinity` once something happened that makes it doubtful. */
  fetchedAtMs: number;
  /** Where two names may come to one place. */
  readonly places: NamesByPlace | undefined;
}

/** What the cluster holds, as far as we know: fetched once per document and interval, and updated by our own commits. */
export class LiveDocuments {
  readonly #held = new Map<DocumentName, Held>();

  get(document: DocumentName, name: string): Live | undefined {
    return this.#held.get(document)?.snapshot.get(name);
  }

  isHeld(document: DocumentName): boolean {
    return this.#held.has(document);
  }

  names(document: DocumentName): Iterable<string> {
    return this.#held.get(document)?.snapshot.keys() ?? [];
  }

  /** Other names that come to the same place in OpenSearch as a name, which need not be there itself. */
  namesBeside(document: DocumentName, name: string): readonly string[] {
    return this.#held.get(document)?.places?.beside(name) ?? [];
  }

  /** The operation that leaves a name as it is. */
  present(document: DocumentName, name: string): Operation {
    const live = this.get(document, name);
    return live === undefined ? { type: 'remove', name } : { type: 'add', name, value: live.canonical };
  }

  isFresh(document: DocumentName, notBeforeMs: number): boolean {
    return (this.#held.get(document)?.fetchedAtMs ?? -Infinity) >= notBeforeMs;
  }

  /** Fetches one document. @returns the names whose live state is another one than we knew; all of them at the first time */
  async refresh(
    kind: Kind,
    cluster: Cluster,
    at: { readonly nowMs: number; readonly signal: AbortSignal },
  ): Promise<readonly string[]> {
    const snapshot = toSnapshot(kind, await cluster.fetchDocument(kind.document, at.signal));
    const before = this.#held.get(kind.document);
    const held = { snapshot, fetchedAtMs: at.nowMs, places: before?.places ?? placesOf(kind) };
    this.#held.set(kind.document, held);
    const changed = before === undefined ? [...snapshot.keys()] : changedNames(before.snapshot, snapshot);
    keepPlaces(held, changed);
    return changed;
  }

  committed(document: DocumentName, operations: readonly Operation[]): void {
    const held = this.#held.get(document);
    if (held === undefined) return;
    applyToSnapshot(held.snapshot, operations);
    keepPlaces(
      held,
      operations.map(({ name }) => name),
    );
  }

  /** A write failed half way, or somebody else writes: look again before the next plan. */
  doubt(document: DocumentName): void {
    const held = this.#held.get(document);
    if (held !== undefined) held.fetchedAtMs = -Infinity;
  }

  doubtAll(): void {
    for (const document of this.#held.keys()) this.doubt(document);
  }

  /** Another cluster: nothing that we knew is true any more. */
  clear(): void {
    this.#held.clear();
  }
}

function placesOf({ place }: Kind): NamesByPlace | undefined {
  return place === undefined ? undefined : new NamesByPlace(place.of);
}

function keepPlaces({ snapshot, places }: Held, changed: readonly string[]): void {
  for (const name of changed) {
    if (snapshot.has(name)) places?.put(name);
    else places?.delete(name);
  }
}

function changedNames(before: Snapshot, after: Snapshot): readonly string[] {
  const changed: string[] = [];
  for (const [name, live] of after) {
    const known = before.get(name);
    if (known === undefined || known.canonical !== live.canonical || known.protection !== live.protection)
      changed.push(name);
    // Equal texts share one copy, so that a thousand refreshes do not scatter the memory.
    else after.set(name, known);
  }
  for (const name of before.keys()) if (!after.has(name)) changed.push(name);
  return changed;
}
