import type { Clock } from '../../src/clock.ts';

interface Sleeper {
  readonly untilMs: number;
  readonly wake: () => void;
}

/** Far above what any test needs: somebody sleeps for no time, again and again. */
const MAX_WAKES = 100_000;

/** How long the process has run when a test begins. */
const STARTED_MS = 1000;

/** Time that passes only when told so. */
export class FakeClock implements Clock {
  #steadyMs = STARTED_MS;
  /** The time of day when the steady clock was at 0, as it is set by now. */
  #epochMs: number;
  readonly #sleepers = new Set<Sleeper>();

  constructor(start = '2026-01-01T00:00:00Z') {
    this.#epochMs = Date.parse(start) - STARTED_MS;
  }

  now(): number {
    return this.#epochMs + this.#steadyMs;
  }

  steady(): number {
    return this.#steadyMs;
  }

  /** The time of day is put back; nobody wakes for that. */
  putBack(ms: number): void {
    this.#epochMs -= ms;
  }

  /** How long the ones who sleep now still sleep, the next to wake first. */
  get sleepsMs(): readonly number[] {
    return [...this.#sleepers].map(({ untilMs }) => untilMs - this.#steadyMs).sort((a, b) => a - b);
  }

  /** Lets time pass at once; whoever should have woken wakes late. */
  skip(ms: number): void {
    this.#steadyMs += ms;
  }

  sleep(ms: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      if (signal.aborted) {
        resolve();
        return;
      }
      const wake = (): void => {
        this.#sleepers.delete(sleeper);
        signal.removeEventListener('abort', wake);
        resolve();
      };
      const sleeper = { untilMs: this.#steadyMs + ms, wake };
      this.#sleepers.add(sleeper);
      signal.addEventListener('abort', wake);
    });
  }

  /** Lets time pass; whoever sleeps until then is woken in turn, and does what it has to do before the next one. */
  async advance(ms: number): Promise<void> {
    const endMs = this.#steadyMs + ms;
    await settle();
    let wakes = 0;
    for (let next = this.#next(endMs); next !== undefined; next = this.#next(endMs)) {
      this.#steadyMs = Math.max(this.#steadyMs, next.untilMs);
      next.wake();
      await settle();
      if ((wakes += 1) > MAX_WAKES) throw new Error('somebody sleeps for no time, again and again');
    }
    this.#steadyMs = Math.max(this.#steadyMs, endMs);
  }

  #next(endMs: number): Sleeper | undefined {
    const due = [...this.#sleepers].filter(({ untilMs }) => untilMs <= endMs);
    return due.sort((a, b) => a.untilMs - b.untilMs)[0];
  }
}

/** Ends when every promise that could go on has gone on; the fakes need no more than that. */
export function settle(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
