/** What is known of the recent past when the next commit is to be timed; milliseconds. */
export interface PaceState {
  /** When the last pass that wrote anything began. */
  readonly lastCommitMs: number;
  /** When the one before it began; `-Infinity` where the last one had no room for all: the rest goes on at once. */
  readonly commitBeforeMs: number;
  /** How long the last one's turn took, with all that it read. */
  readonly lastTookMs: number;
  /** When the newest change came in. */
  readonly lastArrivalMs: number;
}

/** While changes keep coming, commits that take no time begin this far apart: each one empties the login caches of the whole cluster. */
const PERIOD_MS = 1000;
/** Changes that stopped coming for this long are complete. */
const QUIET_MS = 100;

/**
 * When the gathered changes are committed: at once when idle, else when they stop coming or the period is over. The longer a commit
 * takes, the longer everybody has waited already, and the sooner the next one begins: at once after one of half a second. However
 * changes come, no more than two begin in one period.
 */
export function commitAtMs({ lastCommitMs, commitBeforeMs, lastTookMs, lastArrivalMs }: PaceState): number {
  const gatheredMs = Math.min(lastCommitMs + PERIOD_MS - lastTookMs, lastArrivalMs + QUIET_MS);
  return Math.max(gatheredMs, commitBeforeMs + PERIOD_MS);
}
