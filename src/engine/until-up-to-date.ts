import { isAborted } from '../concurrency.ts';
import { isRefusal, messageOf } from '../errors.ts';
import type { Log } from '../log.ts';

/** What is kept of the API server, of which a watch may be behind. */
export interface Copy {
  /** Ends when it is at least as new as the API server was at the call, or when the signal is aborted. @throws KubernetesError */
  catchUp(signal: AbortSignal): Promise<void>;
}

/**
 * Ends when all copies are at least as new as this call, or when the signal is aborted. Whoever led before may have been ahead of our
 * watches: by what we have of then, we would undo what was done since, and bring back what was deleted and let go. What
 * cannot be listed is tried again, as at the start; what may not be listed any more stays as it is.
 */
export async function untilUpToDate(copies: readonly Copy[], log: Log, signal: AbortSignal): Promise<void> {
  await Promise.all(copies.map((copy) => untilCaughtUp(copy, log, signal)));
}

async function untilCaughtUp(copy: Copy, log: Log, signal: AbortSignal): Promise<void> {
  while (!isAborted(signal)) {
    try {
      await copy.catchUp(signal);
      return;
    } catch (error) {
      const mayNot = isRefusal(error);
      const consequence = mayNot ? 'it stays as it was seen last' : 'nothing is reconciled until it is';
      log.warn({ error: messageOf(error) }, `not up to date: ${consequence}`);
      if (mayNot) return;
    }
  }
}
