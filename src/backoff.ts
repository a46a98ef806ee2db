/** Bounds of an exponential pause. */
export interface BackoffBounds {
  readonly firstMs: number;
  readonly maxMs: number;
}

/** The pause before the next try: doubled each time, up to a bound, with the upper half left to chance so that nobody marches in step. */
export function backoffMs(failures: number, bounds: BackoffBounds, random: () => number): number {
  const full = Math.min(bounds.maxMs, bounds.firstMs * 2 ** Math.min(failures, 30));
  return full / 2 + (full / 2) * random();
}
