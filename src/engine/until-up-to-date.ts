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

/** What may not be listed any more stays as it is. @throws KubernetesError */
export async function catchUpUnlessRefused(copy: Copy, log: Log, signal: AbortSignal): Promise<void> {
  try {
    await copy.catchUp(signal);
  } catch (error) {
    if (!isRefusal(error)) throw error;
    log.warn({ error: messageOf(error) }, 'not up to date: it stays as it was seen last');
  }
}

async function untilCaughtUp(copy: Copy, log: Log, signal: AbortSignal): Promise<void> {
  while (!isAborted(signal)) {
    try {
      await catchUpUnlessRefused(copy, log, signal);
      return;
    } catch (error) {
      log.warn({ error: messageOf(error) }, 'not up to date: nothing is reconciled until it is');
    }
  }
}
