import type { Agent } from 'undici';

/** Undici's words for a connection that it closed since nobody used it. Should they change, more is counted than need be. */
const IDLE = 'socket idle timeout';

/**
 * Counts connections that were closed, also while nobody used them: the next one leads wherever the name leads by then. One of
 * several that were opened for a moment does not count while others are in use, since requests go on over those.
 */
export class ClosedConnections {
  readonly #inUseMs: number;
  #count = 0;
  #answeredMs = -Infinity;

  /** @param idleMs after which the agent closes a connection */
  constructor(agent: Agent, idleMs: number) {
    this.#inUseMs = idleMs / 2;
    agent.on('disconnect', (_origin, _targets, error) => this.#closed(error));
  }

  get count(): number {
    return this.#count;
  }

  /** A request was answered just now. */
  answered(): void {
    this.#answeredMs = performance.now();
  }

  #closed({ message }: Error): void {
    const isInUse = performance.now() - this.#answeredMs < this.#inUseMs;
    if (message !== IDLE || !isInUse) this.#count += 1;
  }
}
