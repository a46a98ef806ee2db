/** So many at once, and then one in each period. */
export interface Rate {
  readonly burst: number;
  readonly periodMs: number;
}

/** Lets through what a rate allows. */
export class TokenBucket {
  readonly #rate: Rate;
  #tokens: number;
  #filledMs: number;

  constructor(rate: Rate, nowMs: number) {
    this.#rate = rate;
    this.#tokens = rate.burst;
    this.#filledMs = nowMs;
  }

  /** Whether `take` would let something through. */
  has(nowMs: number): boolean {
    const { burst, periodMs } = this.#rate;
    // A clock that was put back fills nothing, and takes nothing away.
    const gained = Math.max(0, nowMs - this.#filledMs) / periodMs;
    this.#tokens = Math.min(burst, this.#tokens + gained);
    this.#filledMs = nowMs;
    return this.#tokens >= 1;
  }

  take(nowMs: number): boolean {
    if (!this.has(nowMs)) return false;
    this.#tokens -= 1;
    return true;
  }
}
