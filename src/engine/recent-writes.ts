import type { SlotKey } from './claim-index.ts';

const RECENT_MS = 5 * 60_000;

/** When names were written last. What is long ago is forgotten with the next write. */
export class RecentWrites {
  /** In milliseconds; the oldest first. */
  readonly #writtenMs = new Map<SlotKey, number>();

  wrote(slot: SlotKey, nowMs: number): void {
    this.removed(slot);
    this.#writtenMs.set(slot, nowMs);
    this.#forget(nowMs - RECENT_MS);
  }

  /** Who makes it anew makes something new. */
  removed(slot: SlotKey): void {
    this.#writtenMs.delete(slot);
  }

  /** In milliseconds of the steady clock; 0 where nothing is remembered. */
  writtenMs(slot: SlotKey): number {
    return this.#writtenMs.get(slot) ?? 0;
  }

  #forget(beforeMs: number): void {
    for (const [slot, writtenMs] of this.#writtenMs) {
      if (writtenMs >= beforeMs) return;
      this.#writtenMs.delete(slot);
    }
  }
}
