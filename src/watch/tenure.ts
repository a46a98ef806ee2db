import { NotLeaderError } from '../errors.ts';

/**
 * The right to write for one shard, the next time that this process leads it and never again: what is left to be written when that is
 * over belongs to somebody else.
 */
export class Tenure {
  readonly #assertLeader: () => void;
  readonly #ending = new AbortController();
  readonly #over = new AbortController();
  #hasBegun = false;

  constructor(assertLeader: () => void) {
    this.#assertLeader = assertLeader;
  }

  /** Aborted when what is under way shall be finished, and nothing begun. */
  get ending(): AbortSignal {
    return this.#ending.signal;
  }

  /** Aborted when nothing may be written any more. */
  get over(): AbortSignal {
    return this.#over.signal;
  }

  /** It may be over, with something left to be wound up. */
  get hasBegun(): boolean {
    return this.#hasBegun;
  }

  get isUnderWay(): boolean {
    return this.#hasBegun && !this.#over.signal.aborted;
  }

  /** @throws NotLeaderError */
  readonly assertMayWrite = (): void => {
    if (!this.isUnderWay) throw new NotLeaderError('this shard is not ours: nothing is written');
    this.#assertLeader();
  };

  begin(): void {
    this.#hasBegun = true;
  }

  end(): void {
    this.#ending.abort();
  }

  /** It is lost, or given back. */
  close(): void {
    this.#ending.abort();
    this.#over.abort();
  }
}
