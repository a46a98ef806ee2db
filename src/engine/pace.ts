/** What is known of the recent past when the next commit is to be timed; milliseconds. */
export interface PaceState {
  /** When the last pass that wrote anything began. */
  readonly lastCommitMs: number;
  /** When the newest change came in. */
  readonly lastArrivalMs: number;
}

/** While changes keep coming, commits begin this far apart: each one empties the login caches of the whole cluster. */
const PERIOD_MS = 1000;
/** Changes that stopped coming for this long are complete. */
const QUIET_MS = 100;

/** When the gathered changes are committed: at once when idle, else when they stop coming or the period is over. */
export function commitAtMs(state: PaceState): number {
  return Math.min(state.lastCommitMs + PERIOD_MS, state.lastArrivalMs + QUIET_MS);
}
