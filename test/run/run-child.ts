import { spawn, type ChildProcess } from 'node:child_process';
import { setPriority } from 'node:os';
import { createInterface } from 'node:readline';
import { PhaseError } from './phase.ts';

const patienceMs = 15_000;

/** A program to run to its end. */
export type ChildCommand = {
  readonly title: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
  /** Takes each line that it writes. */
  readonly onLine?: (line: string) => void;
  /** Lets others go first, from 0 to 19. What it starts inherits it. */
  readonly niceness?: number;
};

/** How a program ended, and all that it wrote. */
export type ChildEnd = { readonly code: number | null; readonly output: string };

/**
 * Runs a program in a process group of its own, and lets nothing of that group outlive it.
 *
 * @throws PhaseError with what it wrote so far when it is interrupted or takes too long
 */
export async function runChild(wanted: ChildCommand, interrupted: AbortSignal): Promise<ChildEnd> {
  interrupted.throwIfAborted();
  const deadline = AbortSignal.timeout(wanted.timeoutMs);
  const stop = AbortSignal.any([interrupted, deadline]);
  const child = start(wanted);
  const lines = collect(child, wanted.onLine);
  const end = (): void => endGroup(child);
  stop.addEventListener('abort', end);
  try {
    const code = await closed(child);
    if (!stop.aborted) return { code, output: lines.join('\n') };
    const why = interrupted.aborted ? 'was interrupted' : `did not end within ${wanted.timeoutMs / 60_000} minutes`;
    throw new PhaseError([`${wanted.title} ${why}`, ...lines].join('\n'));
  } finally {
    stop.removeEventListener('abort', end);
    signalGroup(child, 'SIGKILL');
  }
}

function start({ command, args, env, niceness }: ChildCommand): ChildProcess {
  const child = spawn(command, args, {
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...env },
  });
  if (niceness !== undefined && child.pid !== undefined) setPriority(child.pid, niceness);
  return child;
}

/** The lines of both streams, in the order of arrival. */
function collect(child: ChildProcess, onLine: (line: string) => void = () => undefined): readonly string[] {
  const lines: string[] = [];
  for (const input of [child.stdout, child.stderr]) {
    if (input === null) continue;
    createInterface({ input }).on('line', (line) => {
      lines.push(line);
      onLine(line);
    });
  }
  return lines;
}

async function closed(child: ChildProcess): Promise<number | null> {
  return await new Promise((resolve, reject) => {
    child.once('error', reject).once('close', resolve);
  });
}

function endGroup(child: ChildProcess): void {
  signalGroup(child, 'SIGTERM');
  setTimeout(() => signalGroup(child, 'SIGKILL'), patienceMs).unref();
}

function signalGroup({ pid }: ChildProcess, signal: NodeJS.Signals): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, signal);
  } catch {
    // Nothing of the group is left.
  }
}
