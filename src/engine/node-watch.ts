import type { Clock } from '../clock.ts';
import type { Cluster, FlushAnswer } from '../commit/cluster.ts';

/** A write that took longer than this waited for a node that hung, and that may be thrown out of the cluster by now. */
const SLOW_WRITE_MS = 20_000;
/** A node that is back in the cluster may not listen yet when it is told; it is told a second time. */
const AGAIN_MS = 15_000;
/** Who could not flush is asked again after this. */
const RETRY_MS = 60_000;
/** How often a node that is away is looked for; it serves stale rules from the moment it is back. */
const LOOK_MS = 2000;
/** A node that was away for longer was restarted, or taken away for good. */
const GIVE_UP_MS = 3_600_000;

/**
 * Nodes that were away while something was written: a node that hung and comes back goes on with the rules of before for as
 * long as nobody tells it, so the caches of the cluster are flushed then.
 */
export class NodeWatch {
  readonly #clock: Clock;
  #clusterUuid: string | undefined;
  /** Clusters that were left in doubt or without a node, which may go on with old rules whenever we come back. */
  readonly #left = new Set<string>();
  #known: ReadonlySet<string> = new Set();
  readonly #away = new Map<string, number>();
  #mustFlush = false;
  /** Somebody may not hear it yet. */
  #mayBeDeaf = false;
  #againAtMs: number | undefined;
  #lookedAtMs = -Infinity;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** When to look again; undefined while nobody is away or is to be told again. */
  get nextLookMs(): number | undefined {
    const lookMs = this.#away.size === 0 ? Infinity : this.#lookedAtMs + LOOK_MS;
    const nextMs = Math.min(lookMs, this.#againAtMs ?? Infinity);
    return nextMs === Infinity ? undefined : nextMs;
  }

  isToBeLookedAt(nowMs: number): boolean {
    return this.#mustFlush || nowMs >= (this.nextLookMs ?? Infinity);
  }

  /** Whether what was stored may not be in force on every node. */
  get isInDoubt(): boolean {
    return this.#mustFlush;
  }

  /** The write that just ended took so long. */
  wrote(durationMs: number): void {
    if (durationMs > SLOW_WRITE_MS) this.#flushTwice();
  }

  /** Something was stored that is not in force everywhere. */
  doubt(): void {
    this.#mustFlush = true;
  }

  /** Looks who is there, and flushes when somebody came or there is doubt. At most one GET and one DELETE. @throws AnotherClusterError */
  async look(cluster: Cluster, signal: AbortSignal): Promise<FlushAnswer | { readonly type: 'not needed' }> {
    const nowMs = this.#clock.steady();
    this.#lookedAtMs = nowMs;
    this.#begin(cluster.identity.clusterUuid);
    const nodes = await cluster.fetchNodes(signal);
    if (nodes !== undefined) this.#compare(new Set(nodes), nowMs);
    if (nowMs >= (this.#againAtMs ?? Infinity)) this.#mustFlush = true;
    return this.#mustFlush ? this.#flush(cluster, nowMs) : { type: 'not needed' };
  }

  /** Of another cluster than before nobody is known, and nobody of that one comes back. */
  #begin(clusterUuid: string | undefined): void {
    if (this.#clusterUuid === clusterUuid) return;
    if (this.#clusterUuid !== undefined && (this.#mustFlush || this.nextLookMs !== undefined))
      this.#left.add(this.#clusterUuid);
    this.#known = new Set();
    this.#away.clear();
    this.#clusterUuid = clusterUuid;
    if (clusterUuid !== undefined && this.#left.delete(clusterUuid)) this.#flushTwice();
  }

  /** Doubt that comes while it is under way stays. Who may not flush will not be able to at the next turn either. */
  async #flush(cluster: Cluster, nowMs: number): Promise<FlushAnswer> {
    const mayBeDeaf = this.#mayBeDeaf;
    [this.#mustFlush, this.#mayBeDeaf] = [false, false];
    try {
      const answer = await cluster.flushCache();
      if (answer.type === 'failed') {
        // Writes go on meanwhile: one of them may be what mends the node.
        this.#againAtMs = nowMs + RETRY_MS;
        this.#mayBeDeaf ||= mayBeDeaf;
      } else if (mayBeDeaf) this.#againAtMs = answer.type === 'flushed' ? nowMs + AGAIN_MS : undefined;
      else if (nowMs >= (this.#againAtMs ?? Infinity)) this.#againAtMs = undefined;
      return answer;
    } catch (error) {
      this.#mustFlush = true;
      this.#mayBeDeaf ||= mayBeDeaf;
      throw error;
    }
  }

  #flushTwice(): void {
    this.#mustFlush = true;
    this.#mayBeDeaf = true;
  }

  #compare(nodes: ReadonlySet<string>, nowMs: number): void {
    const isFirst = this.#known.size === 0;
    if (!isFirst && [...nodes].some((node) => !this.#known.has(node))) this.#flushTwice();
    for (const node of this.#known) if (!nodes.has(node)) this.#away.set(node, this.#away.get(node) ?? nowMs);
    for (const [node, sinceMs] of this.#away)
      if (nodes.has(node) || nowMs - sinceMs > GIVE_UP_MS) this.#away.delete(node);
    this.#known = nodes;
  }
}
