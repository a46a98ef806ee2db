import type { Clock } from '../clock.ts';

/** How long the first that is ready waits for others; twice as long each time until none are awaited. */
const GATHER_MS = 8000;
const MAX_GATHER_MS = 30_000;

/**
 * Tells together what is computed one after the other, so that it is written together: each write makes the whole cluster
 * read all users anew. What comes alone is told at once.
 */
export class Gathering<T> {
  readonly #clock: Clock;
  readonly #tell: (item: T) => void;
  readonly #awaited = new Set<object>();
  readonly #ready = new Set<T>();
  #isWaiting = false;
  #gatherMs = GATHER_MS;
  readonly #closing = new AbortController();

  constructor(clock: Clock, tell: (item: T) => void) {
    this.#clock = clock;
    this.#tell = tell;
  }

  /** One more is on its way, and others may wait for it. */
  expect(job: object): void {
    this.#awaited.add(job);
  }

  /** Nobody has to wait for it any more. */
  dismiss(job: object): void {
    if (this.#awaited.delete(job) && this.#awaited.size === 0) this.#tellAll();
  }

  add(item: T): void {
    this.#ready.add(item);
    if (this.#awaited.size === 0) this.#tellAll();
    else if (!this.#isWaiting) void this.#tellLater();
  }

  close(): void {
    this.#closing.abort();
    this.#ready.clear();
  }

  async #tellLater(): Promise<void> {
    this.#isWaiting = true;
    const waitMs = this.#gatherMs;
    this.#gatherMs = Math.min(2 * waitMs, MAX_GATHER_MS);
    await this.#clock.sleep(waitMs, this.#closing.signal);
    this.#isWaiting = false;
    this.#tellAll();
  }

  #tellAll(): void {
    if (this.#awaited.size === 0) this.#gatherMs = GATHER_MS;
    const items = [...this.#ready];
    this.#ready.clear();
    for (const item of items) this.#tell(item);
  }
}
