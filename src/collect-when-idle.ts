import type { Clock } from './clock.ts';
import { isAborted } from './concurrency.ts';

/** How often it is looked whether anything happens. */
const LOOK_MS = 5000;
/** Less CPU between two looks is nothing that anybody waits for. */
const IDLE_MS = 250;
/** So much CPU for each MiB in use leaves garbage that is worth a pause, which takes 3 ms for each: 0.16 s with 10,000 objects. */
const WORTH_MS_PER_MIB = 17;
/** With more in use the pause would be one that somebody notices. */
const MAX_HEAP_MIB = 256;

export interface Collector {
  readonly clock: Clock;
  /** Milliseconds of CPU that the process has used since its start. */
  readonly cpuMs: () => number;
  /** Of the heap that is in use, garbage included. */
  readonly heapMiB: () => number;
  /** Collects all garbage and gives the memory back; nothing else happens meanwhile. */
  readonly collect: () => void;
}

/**
 * Gives memory back when work is over: V8 collects garbage only while more memory is asked for, and would keep what a burst took for
 * as long as nothing else comes. Runs until the signal is aborted.
 */
export async function collectWhenIdle(
  { clock, cpuMs, heapMiB, collect }: Collector,
  signal: AbortSignal,
): Promise<void> {
  // What a start leaves is worth it however fast the machine is.
  let collectedMs = -Infinity;
  for (let lookedMs = cpuMs(); !isAborted(signal); lookedMs = cpuMs()) {
    await clock.sleep(LOOK_MS, signal);
    if (isAborted(signal)) return;
    const usedMs = cpuMs();
    const isIdle = usedMs - lookedMs < IDLE_MS;
    const usedMiB = heapMiB();
    if (isIdle && usedMs - collectedMs >= WORTH_MS_PER_MIB * usedMiB && usedMiB <= MAX_HEAP_MIB) {
      collect();
      collectedMs = cpuMs();
    }
  }
}
