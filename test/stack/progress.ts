/** Takes one line of progress. */
export type Log = (line: string) => void;

/** A logger that puts the seconds since it was made before each line. */
export function timedLog(write: Log, now: () => number = performance.now.bind(performance)): Log {
  const start = now();
  return (line) => write(`[${seconds(now() - start).padStart(7)}] ${line}`);
}

const announceAfterMs = 1_000;
const stillBusyEveryMs = 30_000;

/**
 * Runs one step and reports it: one line when it takes more than a second, one more every half minute, one at its end.
 * Steps quicker than that say nothing.
 */
export async function step<T>(log: Log, title: string, action: () => Promise<T>): Promise<T> {
  const start = performance.now();
  const first = setTimeout(() => log(`${title} ...`), announceAfterMs);
  const next = setInterval(() => log(`${title} ... still busy after ${since(start)}`), stillBusyEveryMs);
  try {
    const result = await action();
    if (performance.now() - start >= announceAfterMs) log(`${title}: done in ${since(start)}`);
    return result;
  } catch (error) {
    // Said at once, since a caller may first wait for what it does besides.
    log(`${title}: failed after ${since(start)}`);
    throw error;
  } finally {
    clearTimeout(first);
    clearInterval(next);
  }
}

function since(start: number): string {
  return seconds(performance.now() - start);
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}
