import type { Clock } from '../clock.ts';
import type { NamespacedName } from '../desired/resource.ts';
import type { WorkSource } from '../metrics/controller-metrics.ts';
import type { Metrics } from '../metrics.ts';

/** A session at work, as the process sees it. */
export interface Worker {
  readonly connection: NamespacedName;
  /** Slots that have to be looked at. */
  readonly depth: number;
  /** When the turn began that is under way. */
  readonly startedMs: number | undefined;
  /** When the cluster was last read as a whole. */
  readonly lookedAtMs: number | undefined;
  /** Counts the time that passes without an answer to anything that the turn asked. */
  beat(): void;
  /** How many beats that is; 0 between turns. */
  readonly quietBeats: number;
}

/** What all sessions of the process are at: for metrics, and to see which one is stuck. */
export class Workload implements WorkSource {
  readonly #clock: Clock;
  readonly #workers = new Set<Worker>();

  constructor(clock: Clock, metrics: Pick<Metrics, 'watchWork' | 'watchSnapshots'>) {
    this.#clock = clock;
    metrics.watchWork(this);
    metrics.watchSnapshots(() => this.#snapshotAges());
  }

  join(worker: Worker): void {
    this.#workers.add(worker);
  }

  leave(worker: Worker): void {
    this.#workers.delete(worker);
  }

  beat(): void {
    for (const worker of this.#workers) worker.beat();
  }

  /** Sessions whose turn has had no answer for so many beats. */
  stuck(beats: number): readonly NamespacedName[] {
    return [...this.#workers].filter((worker) => worker.quietBeats > beats).map(({ connection }) => connection);
  }

  get depth(): number {
    let sum = 0;
    for (const { depth } of this.#workers) sum += depth;
    return sum;
  }

  get connections(): number {
    return this.#workers.size;
  }

  get turnSeconds(): readonly number[] {
    const nowMs = this.#clock.steady();
    return [...this.#workers].flatMap(({ startedMs }) => (startedMs === undefined ? [] : [(nowMs - startedMs) / 1000]));
  }

  *#snapshotAges(): Generator<readonly [NamespacedName, number]> {
    const nowMs = this.#clock.steady();
    for (const { connection, lookedAtMs } of this.#workers)
      if (lookedAtMs !== undefined) yield [connection, (nowMs - lookedAtMs) / 1000];
  }
}
