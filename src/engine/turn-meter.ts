import type { RequestObserver, RequestRecord } from '../commit/cluster.ts';
import type { NamespacedName } from '../desired/resource.ts';
import { CONTROLLER, QUEUE, type TurnResult } from '../metrics/controller-metrics.ts';
import type { QueueMeter } from './dirty-slots.ts';
import type { Worker } from './workload.ts';
import type { World } from './world.ts';

const PREFIX = 'opensearch-security-operator';
/** Of the name in an id: what cuts off more would make the header longer than anybody wants to read or to store. */
const MAX_NAME = 100;

/**
 * Counts and times the turns of one session, and gives each an id that all its requests carry, so that a line of our log
 * and those of the audit log of OpenSearch can be put side by side.
 */
export class TurnMeter implements QueueMeter, RequestObserver, Worker {
  readonly connection: NamespacedName;
  readonly #world: Pick<World, 'clock' | 'metrics'>;
  readonly #depth: () => number;
  /** Begins anew with each process, which must not use the ids of the one before. */
  readonly #era: string;
  #turn = 0;
  #quietBeats = 0;
  startedMs: number | undefined;
  lookedAtMs: number | undefined;

  constructor(connection: NamespacedName, world: Pick<World, 'clock' | 'metrics' | 'random'>, depth: () => number) {
    this.connection = connection;
    this.#world = world;
    this.#depth = depth;
    this.#era = Math.floor(world.random() * 36 ** 6)
      .toString(36)
      .padStart(6, '0');
  }

  get depth(): number {
    return this.#depth();
  }

  get quietBeats(): number {
    return this.startedMs === undefined ? 0 : this.#quietBeats;
  }

  /** Of the turn that is under way. */
  get opaqueId(): string {
    return `${PREFIX}/${this.connection.slice(0, MAX_NAME)}/${this.#era}-${this.#turn}`;
  }

  /** @returns what the turn returned */
  async measure(turn: () => Promise<TurnResult>): Promise<TurnResult> {
    const { clock, metrics } = this.#world;
    const startedMs = clock.steady();
    this.#turn += 1;
    this.#quietBeats = 0;
    this.startedMs = startedMs;
    try {
      const result = await turn();
      metrics.reconciles.inc({ ...CONTROLLER, result });
      if (result === 'error') {
        metrics.reconcileErrors.inc(CONTROLLER);
        metrics.queueRetries.inc(QUEUE, this.depth);
      }
      return result;
    } finally {
      this.startedMs = undefined;
      metrics.reconcileSeconds.observe(CONTROLLER, seconds(clock.steady() - startedMs));
    }
  }

  beat(): void {
    this.#quietBeats += 1;
  }

  answered({ endpoint, method, code, ms }: RequestRecord): void {
    this.#quietBeats = 0;
    this.#world.metrics.openSearchSeconds.observe({ endpoint, method, code }, seconds(ms));
  }

  added(): number {
    this.#world.metrics.queueAdds.inc(QUEUE);
    return this.#world.clock.steady();
  }

  done(sinceMs: number): void {
    const { clock, metrics } = this.#world;
    const nowMs = clock.steady();
    const takenMs = Math.max(sinceMs, this.startedMs ?? nowMs);
    metrics.queueSeconds.observe(QUEUE, seconds(takenMs - sinceMs));
    metrics.workSeconds.observe(QUEUE, seconds(nowMs - takenMs));
  }

  retried(): void {
    this.#world.metrics.queueRetries.inc(QUEUE);
  }

  /** Everything that is declared was read, at this time. */
  looked(atMs: number): void {
    this.lookedAtMs = atMs;
  }

  /** The connection is gone, and what was read there is nobody's any more. */
  forget(): void {
    this.lookedAtMs = undefined;
  }
}

/** A clock that was put back must not make a duration negative. */
function seconds(ms: number): number {
  return Math.max(0, ms) / 1000;
}
