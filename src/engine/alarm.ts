import type { Clock } from '../clock.ts';

/** Sleeps until a time that may be moved: ringing it ends the sleep, or the next one if nobody sleeps. */
export class Alarm {
  readonly #clock: Clock;
  #ringing = false;
  #sleeping: AbortController | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  ring(): void {
    this.#ringing = true;
    this.#sleeping?.abort();
  }

  /** Ends at `untilMs`, when it is rung, or when the signal is aborted. */
  async sleepUntil(untilMs: number, signal: AbortSignal): Promise<void> {
    if (!this.#ringing) {
      this.#sleeping = new AbortController();
      const ms = Math.min(Math.max(0, untilMs - this.#clock.steady()), MAX_SLEEP_MS);
      await this.#clock.sleep(ms, AbortSignal.any([this.#sleeping.signal, signal]));
      this.#sleeping = undefined;
    }
    this.#ringing = false;
  }
}

/** Longer sleeps than a timer can hold are cut: waking up once too often does no harm. */
const MAX_SLEEP_MS = 3_600_000;
