import { backoffMs } from '../backoff.ts';
import { commitAtMs, type PaceState } from './pace.ts';
import type { World } from './world.ts';

/** So many failures are taken for passing trouble, which nobody has to hear of. */
const PATIENCE = 4;
const RETRY = { firstMs: 200, maxMs: 10_000 };
/** How often waiting objects are looked at again while nothing happens, so that long waits are told. */
const CLOSED_POLL_MS = 15_000;

/** When a session has something to do. */
export class Schedule {
  readonly #world: Pick<World, 'clock' | 'random'>;
  #pace: PaceState = {
    lastCommitMs: -Infinity,
    commitBeforeMs: -Infinity,
    lastTookMs: 0,
    lastArrivalMs: -Infinity,
  };
  /** When the last turn began that wrote something. */
  #writtenMs = -Infinity;
  #pollAtMs = 0;
  #failures = 0;
  #notBeforeMs = 0;
  #isClosed = false;

  constructor(world: Pick<World, 'clock' | 'random'>) {
    this.#world = world;
  }

  /** Trouble goes on for so long that it has to be told. */
  get isOutOfPatience(): boolean {
    return this.#failures >= PATIENCE;
  }

  /** @param due `openMs` is when there is something to do in a cluster that is open, `postponedMs` when something is tried again */
  nextTurnMs(due: { readonly isDirty: boolean; readonly openMs: number; readonly postponedMs: number }): number {
    const times = [this.#isClosed ? this.#pollAtMs : due.openMs, due.postponedMs];
    if (due.isDirty) times.push(commitAtMs(this.#pace));
    return Math.max(Math.min(...times), this.#notBeforeMs);
  }

  /** Something changed. @returns when */
  arrived(): number {
    const lastArrivalMs = this.#world.clock.steady();
    this.#pace = { ...this.#pace, lastArrivalMs };
    return lastArrivalMs;
  }

  /** Somebody waits to be told that the cluster is away. */
  arrivedWhileClosed(): void {
    if (this.#isClosed) this.#notBeforeMs = 0;
  }

  lookAtOnce(): void {
    this.#pollAtMs = 0;
    this.#notBeforeMs = 0;
  }

  goOn(): void {
    this.#notBeforeMs = 0;
  }

  /** Until something changes. */
  waitForChange(): void {
    this.#notBeforeMs = Infinity;
  }

  retryLater(): void {
    const { clock, random } = this.#world;
    this.#notBeforeMs = clock.steady() + backoffMs(this.#failures, RETRY, random);
    this.#failures += 1;
  }

  /** @param turn when it began that wrote something, and whether it had no room for all that was there by then */
  committed({ startedMs, hasRest }: { readonly startedMs: number; readonly hasRest: boolean }): void {
    const lastTookMs = this.#world.clock.steady() - startedMs;
    const commitBeforeMs = hasRest ? -Infinity : this.#writtenMs;
    this.#writtenMs = startedMs;
    this.#pace = { ...this.#pace, lastCommitMs: startedMs, commitBeforeMs, lastTookMs };
  }

  /** A turn came to its end. */
  worked(): void {
    this.#failures = 0;
    this.#notBeforeMs = 0;
  }

  opened(): void {
    this.#isClosed = false;
  }

  /** @param againMs when the cluster can be tried again, if that is known */
  closed(againMs: number | undefined): void {
    const nowMs = this.#world.clock.steady();
    const pollAtMs = nowMs + CLOSED_POLL_MS;
    this.#isClosed = true;
    this.#pace = { ...this.#pace, lastCommitMs: nowMs, lastTookMs: 0 };
    this.#pollAtMs = againMs !== undefined && againMs > nowMs ? againMs : pollAtMs;
    this.#notBeforeMs = Math.min(this.#pollAtMs, pollAtMs);
  }
}
