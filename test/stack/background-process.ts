import { spawn } from 'node:child_process';
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { StackError } from './errors.ts';
import { isRunning, sendSignal, startTime, type Identity } from './process-identity.ts';

/** A process to start and leave running; `user` is a numeric id to run it as, for root only. */
export type BackgroundCommand = {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly cwd: string;
  readonly logPath: string;
  readonly user?: number | undefined;
};

/** What is known of a started process; one file each, so that a starter that dies leaves none unrecorded. */
export type ProcessRecord = Identity & {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly logPath: string;
};

/** Starts a process in a session of its own, its output appended to its log, and records it. */
async function startProcess(runDir: string, wanted: BackgroundCommand): Promise<ProcessRecord> {
  mkdirSync(dirname(wanted.logPath), { recursive: true });
  const log = openSync(wanted.logPath, 'a');
  try {
    const child = spawn(wanted.command, wanted.args, {
      cwd: wanted.cwd,
      detached: true,
      stdio: ['ignore', log, log],
      ...(wanted.user === undefined ? {} : { uid: wanted.user, gid: wanted.user }),
    });
    child.unref();
    if (child.pid !== undefined) return recordProcess(runDir, wanted, child.pid);
    const cause = await new Promise<Error>((resolve) => child.once('error', resolve));
    throw new StackError(`cannot start ${wanted.name}: ${cause.message}`, { cause });
  } finally {
    closeSync(log);
  }
}

/** All recorded processes of a stack, running or not, in name order. */
export function processRecords(runDir: string): ProcessRecord[] {
  const folder = recordFolder(runDir);
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((file) => file.endsWith('.json'))
    .sort()
    .map((file) => JSON.parse(readFileSync(join(folder, file), 'utf8')) as ProcessRecord);
}

/** The recorded process of that name when it still runs. */
export function runningProcess(runDir: string, name: string): ProcessRecord | undefined {
  return processRecords(runDir).find((record) => record.name === name && isRunning(record));
}

/**
 * Keeps the process of that name when it runs with the same command line, and wakes it should it be frozen;
 * else starts it (anew).
 */
export async function ensureProcess(runDir: string, wanted: BackgroundCommand): Promise<ProcessRecord> {
  const running = runningProcess(runDir, wanted.name);
  if (running !== undefined && commandLine(running) === commandLine(wanted)) {
    sendSignal(running, 'SIGCONT');
    return running;
  }
  if (running !== undefined) await stopProcess(runDir, running);
  return await startProcess(runDir, wanted);
}

/** Ends a process (SIGTERM, then SIGKILL after `patienceMs`), waits until it is gone and forgets its record. */
export async function stopProcess(runDir: string, record: ProcessRecord, patienceMs = 20_000): Promise<void> {
  sendSignal(record, 'SIGTERM');
  // A frozen process keeps SIGTERM for later.
  sendSignal(record, 'SIGCONT');
  if (!(await isGoneWithin(record, patienceMs))) {
    sendSignal(record, 'SIGKILL');
    if (!(await isGoneWithin(record, 10_000))) throw new StackError(`${record.name} (${record.pid}) does not end`);
  }
  rmSync(recordPath(runDir, record.name), { force: true });
}

async function isGoneWithin(record: ProcessRecord, patienceMs: number): Promise<boolean> {
  const end = performance.now() + patienceMs;
  while (isRunning(record) && performance.now() < end) await sleep(50);
  return !isRunning(record);
}

function recordProcess(runDir: string, wanted: BackgroundCommand, pid: number): ProcessRecord {
  const { name, command, args, logPath } = wanted;
  const record = { name, pid, startedAt: startTime(pid) ?? 'ended', command, args, logPath };
  mkdirSync(recordFolder(runDir), { recursive: true });
  writeFileSync(recordPath(runDir, name), JSON.stringify(record, undefined, 2), { mode: 0o600 });
  return record;
}

function commandLine(command: { readonly command: string; readonly args: readonly string[] }): string {
  return [command.command, ...command.args].join('\0');
}

function recordFolder(runDir: string): string {
  return join(runDir, 'processes');
}

function recordPath(runDir: string, name: string): string {
  return join(recordFolder(runDir), `${name}.json`);
}
