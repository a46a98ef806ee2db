import type { Clock } from './clock.ts';

const LOOK_MS = 5000;
/** Of one core. */
const IDLE_SHARE = 0.05;
const WORTH_BYTES = 8 * 1024 * 1024;

/** This process, as far as memory is concerned. */
export interface OwnProcess {
  /** Milliseconds of a core, since the start. */
  cpuMs(): number;
  /** Resident memory. */
  residentBytes(): number;
  /** Collects all garbage and gives back what is free then; holds up everything, a tenth of a second for 10,000 objects. */
  collectGarbage(): void;
}

/**
 * Gives memory back after a burst of work, until the signal is aborted: V8 itself collects only when more is wanted, so an idle process would
 * keep what a burst left behind. While there is work nothing is collected that V8 would not collect. See docs/performance.md.
 */
export async function releaseIdleMemory(own: OwnProcess, clock: Clock, signal: AbortSignal): Promise<void> {
  let keptBytes = 0;
  for (;;) {
    const cpuMs = own.cpuMs();
    await clock.sleep(LOOK_MS, signal);
    if (signal.aborted) return;
    if (own.cpuMs() - cpuMs > LOOK_MS * IDLE_SHARE || own.residentBytes() < keptBytes + WORTH_BYTES) continue;
    own.collectGarbage();
    keptBytes = own.residentBytes();
  }
}

/** Undefined unless Node was started with `--expose-gc`, as the image does. */
export function ownProcess(): OwnProcess | undefined {
  const { gc } = globalThis;
  if (gc === undefined) return undefined;
  return {
    cpuMs: () => {
      const { user, system } = process.cpuUsage();
      return (user + system) / 1000;
    },
    residentBytes: () => process.memoryUsage.rss(),
    collectGarbage: () => {
      gc({ type: 'major', execution: 'sync', flavor: 'last-resort' });
    },
  };
}
