import type { Clock } from '../clock.ts';
import { backoffMs } from '../backoff.ts';
import type { SlotKey } from './claim-index.ts';

const PAUSE = { firstMs: 1000, maxMs: 300_000 };

/** Slots that could not be finished for a reason of their own: each is looked at again after a pause that grows. */
export class Postponed {
  readonly #untilMs = new Map<SlotKey, number>();
  readonly #failures = new Map<SlotKey, number>();

  add(slot: SlotKey, { clock, random }: { readonly clock: Clock; readonly random: () => number }): void {
    const failures = this.#failures.get(slot) ?? 0;
    this.#failures.set(slot, failures + 1);
    this.#untilMs.set(slot, clock.steady() + backoffMs(failures, PAUSE, random));
  }

  /** Nothing went wrong: it is looked at again then, unless it is sooner anyway. */
  until(slot: SlotKey, untilMs: number): void {
    this.#untilMs.set(slot, Math.min(untilMs, this.#untilMs.get(slot) ?? Infinity));
  }

  /** When the first of them is due; undefined when there is none. */
  get nextMs(): number | undefined {
    let firstMs: number | undefined;
    // They are too many for the arguments of one call.
    for (const untilMs of this.#untilMs.values()) firstMs = Math.min(untilMs, firstMs ?? Infinity);
    return firstMs;
  }

  /** Those whose pause is over; they are not postponed any more. */
  take(nowMs: number): readonly SlotKey[] {
    const due = [...this.#untilMs].filter(([, untilMs]) => untilMs <= nowMs).map(([slot]) => slot);
    for (const slot of due) this.#untilMs.delete(slot);
    return due;
  }

  /** It went well: the next pause is the first one again. */
  forget(slot: SlotKey): void {
    this.#untilMs.delete(slot);
    this.#failures.delete(slot);
  }
}
