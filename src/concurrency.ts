/** Calls `work` for each item, at most `limit` at a time; rejects with the first failure after all have ended. */
export async function forEachConcurrently<T>(
  items: readonly T[],
  limit: number,
  work: (item: T) => Promise<void>,
): Promise<void> {
  const iterator = items.values();
  const failures: unknown[] = [];
  const worker = async (): Promise<void> => {
    for (const item of iterator) {
      try {
        await work(item);
      } catch (error) {
        failures.push(error);
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(limit, items.length) }, worker));
  if (failures.length > 0) throw failures[0];
}

/** Whether the signal is aborted by now. To be asked anew after each wait: of the property itself the compiler takes the first answer for the last. */
export function isAborted(signal: AbortSignal): boolean {
  return signal.aborted;
}

export function untilAborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
