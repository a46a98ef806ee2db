import type { Agent } from 'undici';

/** Undici's words for a connection that it closed since nobody used it. Should they change, more is counted than need be. */
const IDLE = 'socket idle timeout';

/**
 * Counts connections that were closed, also while nobody used them: the next one leads wherever the name leads by then. One of
 * several that were opened for a moment does not count while another is open, since requests go on over that.
 */
export class ClosedConnections {
  #open = 0;
  #count = 0;

  constructor(agent: Agent) {
    agent.on('connect', () => (this.#open += 1));
    agent.on('disconnect', (_origin, _targets, error) => this.#closed(error));
  }

  get count(): number {
    return this.#count;
  }

  #closed({ message }: Error): void {
    this.#open = Math.max(0, this.#open - 1);
    if (message !== IDLE || this.#open === 0) this.#count += 1;
  }
}
