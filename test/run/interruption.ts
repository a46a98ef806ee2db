import { setTimeout as sleep } from 'node:timers/promises';

const lookEveryMs = 500;

/**
 * Aborted by Ctrl-C, SIGTERM, a closed terminal or pipe, and when the process that started us is gone: npm does not
 * always pass on the signal that ended it. Never leaves by itself, so that what was started can be stopped first.
 */
export function interruption(): AbortSignal {
  const controller = new AbortController();
  const interrupt = (): void => controller.abort();
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(name, interrupt);
  for (const stream of [process.stdout, process.stderr]) stream.on('error', interrupt);
  void untilOrphaned(process.ppid).then(interrupt);
  return controller.signal;
}

async function untilOrphaned(parent: number): Promise<void> {
  while (process.ppid === parent) await sleep(lookEveryMs, undefined, { ref: false });
}
