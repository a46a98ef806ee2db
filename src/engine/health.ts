import type { Clock } from '../clock.ts';
import type { WatchProgress } from '../watch/watch-progress.ts';
import type { Workload } from './workload.ts';

const BEAT_MS = 10_000;
/**
 * Of a healthy watch something is heard at least every 150 s (`WATCH_IDLE_MS`), and it pauses for 30 s at most.
 * Five minutes, in beats.
 */
const WATCH_BEATS = 30;
/** One request to OpenSearch may take eleven minutes: ten for the answer and one for its body. Fifteen, in beats. */
const TURN_BEATS = 90;

/**
 * Whether this process gets on. Neither question is about OpenSearch: a cluster that is down is no reason to start the
 * operator again, nor to take its metrics away.
 *
 * Time is counted in beats of this process, not taken from the clock: after a pause of the whole machine, or a step of
 * its clock, nobody is stuck.
 */
export class Health {
  readonly #clock: Clock;
  readonly #progress: WatchProgress;
  readonly #workload: Workload;

  constructor(clock: Clock, { progress, workload }: { progress: WatchProgress; workload: Workload }) {
    this.#clock = clock;
    this.#progress = progress;
    this.#workload = workload;
  }

  /** Runs until the signal is aborted. */
  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await this.#clock.sleep(BEAT_MS, signal);
      this.#progress.beat();
      this.#workload.beat();
    }
  }

  /** What is stuck, one line each; empty when all is well. Nothing but a new start helps. */
  stuck(): readonly string[] {
    return [
      ...this.#progress
        .stuck(WATCH_BEATS)
        .map((path) => `the watch of ${path} has heard nothing for ${minutes(WATCH_BEATS)} minutes`),
      ...this.#workload
        .stuck(TURN_BEATS)
        .map((name) => `the turn of connection ${name} has had no answer for ${minutes(TURN_BEATS)} minutes`),
    ];
  }

  /** What is still waited for before there is anything to do, one line each; empty when ready. */
  missing(): readonly string[] {
    return this.#progress.missing();
  }
}

function minutes(beats: number): number {
  return (beats * BEAT_MS) / 60_000;
}
