/** Until when something must be done. */
export interface Deadline {
  readonly ms: number;
  /** Of who waits for it, and may lose interest before. */
  readonly signal: AbortSignal | undefined;
  /** What it fails with when time is up. */
  readonly late: () => Error;
}

/**
 * Does something with a signal that is aborted along with the caller's own, or when time is up. Nothing is left behind when it is
 * done: neither a timer nor a listener on a signal that may live as long as the process.
 */
export async function withDeadline<T>(
  { ms, signal, late }: Deadline,
  act: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const controller = new AbortController();
  const cancel = (): void => controller.abort(signal?.reason);
  const timer = setTimeout(() => controller.abort(late()), ms).unref();
  if (signal?.aborted === true) cancel();
  signal?.addEventListener('abort', cancel);
  try {
    return await act(controller.signal);
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', cancel);
  }
}
