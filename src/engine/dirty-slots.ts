import type { SlotKey } from './claim-index.ts';

/** `edit`: a person changed something and waits; `sweep`: a first list, a restart or drift, which can wait for edits. */
export type Priority = 'edit' | 'sweep';

/** A slot to look at, as it was when it was taken. */
export interface Ticket {
  readonly slot: SlotKey;
  readonly version: number;
}

/**
 * The slots that have to be looked at. A slot stays until `done` is told with the ticket under which it was looked at,
 * so nothing is lost when a pass fails half way, and what changed meanwhile is looked at again.
 */
export class DirtySlots {
  readonly #edits = new Map<SlotKey, number>();
  readonly #sweeps = new Map<SlotKey, number>();
  #version = 0;

  get size(): number {
    return this.#edits.size + this.#sweeps.size;
  }

  has(slot: SlotKey): boolean {
    return this.#edits.has(slot) || this.#sweeps.has(slot);
  }

  add(slot: SlotKey, priority: Priority): void {
    this.#version += 1;
    if (priority === 'sweep' && !this.#edits.has(slot)) return void this.#sweeps.set(slot, this.#version);
    this.#sweeps.delete(slot);
    this.#edits.set(slot, this.#version);
  }

  /** Edits first, each in the order of arrival. */
  *tickets(): Generator<Ticket> {
    for (const [slot, version] of [...this.#edits, ...this.#sweeps]) yield { slot, version };
  }

  /** The slot as it is now; undefined when there is nothing to look at. */
  ticket(slot: SlotKey): Ticket | undefined {
    const version = this.#edits.get(slot) ?? this.#sweeps.get(slot);
    return version === undefined ? undefined : { slot, version };
  }

  done({ slot, version }: Ticket): void {
    if (this.#edits.get(slot) === version) this.#edits.delete(slot);
    if (this.#sweeps.get(slot) === version) this.#sweeps.delete(slot);
  }
}
