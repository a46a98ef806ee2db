import { setTimeout as sleep } from 'node:timers/promises';
import type { ProcessRecord } from './background-process.ts';
import { StackError } from './errors.ts';
import { logTail } from './log-tail.ts';
import { isRunning } from './process-identity.ts';

const pauseMs = 150;

/** A process to wait for; `probe` may throw, which counts as not ready yet. */
export type Wait = {
  readonly process: ProcessRecord;
  readonly timeoutMs: number;
  readonly probe: () => Promise<boolean>;
};

/**
 * Asks again and again until the probe says yes.
 *
 * @throws StackError with the last lines of the log when the process ends or does not get ready in time
 */
export async function waitUntilReady({ process, timeoutMs, probe }: Wait): Promise<void> {
  const end = performance.now() + timeoutMs;
  let last = 'no answer';
  while (performance.now() < end) {
    if (!isRunning(process)) throw new StackError(`${process.name} ended by itself:\n${logTail(process.logPath)}`);
    try {
      if (await probe()) return;
      last = 'it answers that it is not ready';
    } catch (error) {
      last = error instanceof Error ? error.message : String(error);
    }
    await sleep(pauseMs);
  }
  const seconds = Math.round(timeoutMs / 1000);
  throw new StackError(`${process.name} is not ready after ${seconds} s (${last}):\n${logTail(process.logPath)}`);
}
