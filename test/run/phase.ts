import { setTimeout as sleep } from 'node:timers/promises';
import { StackError } from '../stack/errors.ts';
import type { Log } from '../stack/progress.ts';
import { nothing, oneFailure, type Tally } from './tally.ts';

/** What every phase needs. */
export type Run = {
  readonly log: Log;
  readonly interrupted: AbortSignal;
  /** For reports; removed at the end. */
  readonly folder: string;
};

/** Why a phase could not come to its end; the message tells all. */
export class PhaseError extends Error {
  override readonly name = 'PhaseError';
}

/**
 * Carries out one phase and says what came of it; never throws. One that cannot be carried out counts as a failed test,
 * unless that is because of an interruption, which is told once at the end.
 */
export async function phase({ log, interrupted }: Run, title: string, action: () => Promise<Tally>): Promise<Tally> {
  if (isAborted(interrupted)) return nothing;
  const start = performance.now();
  log(`${title} ...`);
  try {
    const tally = await action();
    log(`${title}: ${inWords(tally)} after ${Math.round((performance.now() - start) / 1000)} s`);
    return tally;
  } catch (error) {
    log(`${title}: ${isAborted(interrupted) ? 'interrupted' : 'failed'}`);
    return isAborted(interrupted) ? nothing : oneFailure(title, describe(error));
  }
}

/** Bounds a wait for something that cannot be interrupted. @throws PhaseError when it takes longer */
export async function within<T>(timeoutMs: number, what: string, wait: Promise<T>): Promise<T> {
  const over = new AbortController();
  const timeout = sleep(timeoutMs, undefined, { signal: over.signal }).then(() => {
    throw new PhaseError(`${what}: not done within ${timeoutMs / 60_000} minutes`);
  });
  try {
    return await Promise.race([wait, timeout]);
  } finally {
    timeout.catch(() => undefined);
    over.abort();
  }
}

/** What to say of an error; with its stack unless it is meant for people. */
export function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const isMeantForPeople = error instanceof StackError || error instanceof PhaseError;
  return isMeantForPeople ? error.message : (error.stack ?? error.message);
}

function inWords({ passed, failed }: Tally): string {
  return passed + failed === 0 ? 'done' : `${passed} passed, ${failed} failed`;
}

/** A function, since the compiler takes what it has seen once for unchanging. */
function isAborted(signal: AbortSignal): boolean {
  return signal.aborted;
}
