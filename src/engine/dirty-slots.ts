import type { DocumentName } from '../kinds/kind.ts';
import { slotKeyOf, type SlotKey } from './claim-index.ts';

/** `edit`: a person changed something and waits; `sweep`: a first list, a restart or drift, which can wait for edits. */
export type Priority = 'edit' | 'sweep';

/** A slot to look at, as it was when it was taken. */
export interface Ticket {
  readonly slot: SlotKey;
  readonly version: number;
}

/** A ticket in the order in which slots are looked at. */
export interface QueuedTicket extends Ticket {
  readonly priority: Priority;
}

/** Is told how long slots wait. */
export interface QueueMeter {
  /** A slot has to be looked at. @returns the time now, in milliseconds */
  added(): number;
  /** A slot was looked at that had to be since then. */
  done(sinceMs: number): void;
  /** A slot could not be finished and is looked at again after a pause. */
  retried(): void;
}

interface Entry {
  readonly version: number;
  /** Since when it has to be looked at, in milliseconds. */
  readonly sinceMs: number;
}

/**
 * The slots that have to be looked at. A slot stays until `done` is told with the ticket under which it was looked at,
 * so nothing is lost when a pass fails half way, and what changed meanwhile is looked at again.
 */
export class DirtySlots {
  readonly #edits = new Map<SlotKey, Entry>();
  readonly #sweeps = new Map<SlotKey, Entry>();
  readonly #meter: QueueMeter | undefined;
  #version = 0;

  constructor(meter?: QueueMeter) {
    this.#meter = meter;
  }

  get size(): number {
    return this.#edits.size + this.#sweeps.size;
  }

  has(slot: SlotKey): boolean {
    return this.#edits.has(slot) || this.#sweeps.has(slot);
  }

  /** The version of what was added last. */
  get newest(): number {
    return this.#version;
  }

  /** Whether something that counts is there as it was when `newest` was that. */
  hasSince(newest: number, counts: (slot: SlotKey) => boolean = () => true): boolean {
    for (const slots of [this.#sweeps, this.#edits])
      for (const [slot, { version }] of slots) if (version <= newest && counts(slot)) return true;
    return false;
  }

  add(slot: SlotKey, priority: Priority): void {
    this.#version += 1;
    const sinceMs = this.#entry(slot)?.sinceMs ?? this.#meter?.added() ?? 0;
    const entry = { version: this.#version, sinceMs };
    if (priority === 'sweep' && !this.#edits.has(slot)) return void this.#sweeps.set(slot, entry);
    this.#sweeps.delete(slot);
    this.#edits.set(slot, entry);
  }

  /**
   * Edits first, those of which the last write is the longest ago before others, so that nobody waits behind what changes
   * all the time; then the sweeps. Otherwise in the order of arrival. What comes while they are gone through is left for the next time.
   *
   * @param writtenMs when a slot was last written
   */
  *tickets(document?: DocumentName, writtenMs: (slot: SlotKey) => number = () => 0): Generator<QueuedTicket> {
    const { newest } = this;
    const edits = [...this.#ticketsOf('edit', document)];
    yield* edits.sort((a, b) => writtenMs(a.slot) - writtenMs(b.slot));
    // One by one: of thousands that were just listed a batch takes the first ones.
    for (const ticket of this.#ticketsOf('sweep', document)) if (ticket.version <= newest) yield ticket;
  }

  /** The slot as it is now; undefined when there is nothing to look at. */
  ticket(slot: SlotKey): Ticket | undefined {
    const entry = this.#entry(slot);
    return entry === undefined ? undefined : { slot, version: entry.version };
  }

  done({ slot, version }: Ticket): void {
    const entry = this.#entry(slot);
    if (entry?.version !== version) return;
    this.#edits.delete(slot);
    this.#sweeps.delete(slot);
    this.#meter?.done(entry.sinceMs);
  }

  *#ticketsOf(priority: Priority, document: DocumentName | undefined): Generator<QueuedTicket> {
    const prefix = document === undefined ? '' : slotKeyOf(document, '');
    for (const [slot, { version }] of priority === 'edit' ? this.#edits : this.#sweeps)
      if (slot.startsWith(prefix)) yield { slot, version, priority };
  }

  #entry(slot: SlotKey): Entry | undefined {
    return this.#edits.get(slot) ?? this.#sweeps.get(slot);
  }
}
