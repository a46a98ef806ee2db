import type { Agent } from 'undici';

/** Undici's words for a connection that it closed since nobody used it. Should they change, more is counted than need be. */
const IDLE = 'socket idle timeout';

/**
 * Counts connections that were closed, also while nobody used them: the next one leads wherever the name leads by then. One of
 * several that were opened for a moment does not count while one is open that requests go over before they open that anew: undici asks
 * for the first of its clients that is not busy, whether that is connected or not.
 */
export class ClosedConnections {
  readonly #ranks = new WeakMap<object, number>();
  readonly #open = new Map<object, string>();
  #clients = 0;
  #count = 0;

  constructor(agent: Agent) {
    agent.on('connect', (origin, targets) => this.#opened(String(origin), targets.at(-1) ?? agent));
    agent.on('disconnect', (origin, targets, error) => this.#closed(String(origin), targets.at(-1) ?? agent, error));
  }

  get count(): number {
    return this.#count;
  }

  #opened(origin: string, client: object): void {
    this.#open.set(client, origin);
    if (this.#ranks.has(client)) return;
    this.#clients += 1;
    this.#ranks.set(client, this.#clients);
  }

  #closed(origin: string, client: object, { message }: Error): void {
    this.#open.delete(client);
    const isSpare = [...this.#open].some(([other, at]) => at === origin && this.#rank(other) < this.#rank(client));
    if (message !== IDLE || !isSpare) this.#count += 1;
  }

  #rank(client: object): number {
    return this.#ranks.get(client) ?? Infinity;
  }
}
