import { setTimeout as sleep } from 'node:timers/promises';
import { DemoError } from './demo-error.ts';

/** What to wait for; `probe` answers undefined as long as it is not there. */
export type Wait<T> = {
  /** As in "waited 30 s for ...". */
  readonly what: string;
  readonly timeoutMs: number;
  readonly everyMs: number;
  readonly signal: AbortSignal;
  readonly probe: () => Promise<T | undefined>;
  /** What is there instead, for the message of a wait that was in vain. */
  readonly instead: () => string;
};

/**
 * Asks again and again until the probe has an answer.
 *
 * @throws DemoError when it has none in time; AbortError when the signal is aborted; what the probe throws
 */
export async function waitFor<T>({ what, timeoutMs, everyMs, signal, probe, instead }: Wait<T>): Promise<T> {
  const end = performance.now() + timeoutMs;
  while (performance.now() < end) {
    signal.throwIfAborted();
    const found = await probe();
    if (found !== undefined) return found;
    await sleep(everyMs, undefined, { signal });
  }
  throw new DemoError(`waited ${timeoutMs / 1000} s for ${what}; instead: ${instead()}`);
}
