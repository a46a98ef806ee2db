/** The signals of a process, and how to leave it; what is used of `process`. */
export type Interruptible = Pick<NodeJS.Process, 'on' | 'exit' | 'stdout'>;

/**
 * Aborted by the first Ctrl-C (or SIGTERM, or a closed terminal or pipe), so that the demo can clean up.
 * The second one leaves at once, after `onSecond`.
 */
export function interruption(target: Interruptible, onSecond: () => void): AbortSignal {
  const controller = new AbortController();
  const interrupt = (): void => {
    if (controller.signal.aborted) {
      onSecond();
      target.exit(130);
    }
    controller.abort();
  };
  for (const name of ['SIGINT', 'SIGTERM'] as const) target.on(name, interrupt);
  // Nobody sees the rest: clean up, and never mind how often it is told.
  target.on('SIGHUP', () => controller.abort());
  target.stdout.on('error', () => controller.abort());
  return controller.signal;
}
