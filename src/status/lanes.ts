/** How long a lane is held at most: who waits for a status should not wait for hundreds of thousands of others. */
const MAX_HOLD_MS = 15_000;

interface Hold {
  readonly timer: NodeJS.Timeout;
  /** It was held for as long as it may be. */
  isOver: boolean;
}

/**
 * What waits to be written, in a lane for each who tells. The lanes take turns, so that a few do not wait for the thousands of somebody
 * else, and one can be held while its writes would only get in the way.
 */
export class Lanes {
  readonly #lanes = new Map<string, string[]>();
  readonly #holds = new Map<string, Hold>();
  readonly #onFree: () => void;

  /** @param onFree is called when a lane that was held goes on */
  constructor(onFree: () => void) {
    this.#onFree = onFree;
  }

  get isEmpty(): boolean {
    return this.#lanes.size === 0;
  }

  put(lane: string, key: string): void {
    const keys = this.#lanes.get(lane);
    if (keys === undefined) this.#lanes.set(lane, [key]);
    else keys.push(key);
  }

  /** The first of the lane whose turn it is; undefined when nothing may go on. */
  next(): string | undefined {
    for (const [lane, keys] of this.#lanes) {
      if (this.#holds.get(lane)?.isOver === false) continue;
      const key = keys.shift();
      // Behind the others.
      this.#lanes.delete(lane);
      if (keys.length > 0) this.#lanes.set(lane, keys);
      return key;
    }
    return undefined;
  }

  /** Until it is freed, or for a quarter of a minute. */
  hold(lane: string): void {
    if (this.#holds.has(lane)) return;
    const timer = setTimeout(() => {
      hold.isOver = true;
      this.#onFree();
    }, MAX_HOLD_MS);
    timer.unref();
    const hold: Hold = { timer, isOver: false };
    this.#holds.set(lane, hold);
  }

  free(lane: string): void {
    clearTimeout(this.#holds.get(lane)?.timer);
    if (this.#holds.delete(lane)) this.#onFree();
  }

  clear(): void {
    this.#lanes.clear();
  }
}
