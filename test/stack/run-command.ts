import { spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync } from 'node:fs';
import { dirname } from 'node:path';
import { StackError } from './errors.ts';
import { logTail } from './log-tail.ts';

/** A command that is expected to end by itself. */
export type Command = {
  readonly command: string;
  readonly args: readonly string[];
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
};

/**
 * Runs a command to its end, its output going to a log file.
 *
 * @throws StackError with the last lines of the log when it does not exit with 0
 */
export async function runLogged(command: Command, logPath: string): Promise<void> {
  mkdirSync(dirname(logPath), { recursive: true });
  const log = openSync(logPath, 'w');
  try {
    const child = spawn(command.command, command.args, { ...options(command), stdio: ['ignore', log, log] });
    const code = await exitOf(child, command);
    if (code !== 0) throw new StackError(`${command.command} failed (${code}):\n${logTail(logPath)}`);
  } finally {
    closeSync(log);
  }
}

/**
 * Runs a short command and returns what it wrote to standard output.
 *
 * @throws StackError with its standard error when it does not exit with 0
 */
export async function runForOutput(command: Command, input = ''): Promise<string> {
  const child = spawn(command.command, command.args, { ...options(command), stdio: ['pipe', 'pipe', 'pipe'] });
  let output = '';
  let complaint = '';
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => (output += chunk));
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => (complaint += chunk));
  // A command that ends before it has read its input closes the pipe; its exit code tells what matters.
  child.stdin.on('error', () => undefined).end(input);
  const code = await exitOf(child, command);
  if (code !== 0) throw new StackError(`${command.command} failed (${code}): ${complaint.trim()}`);
  return output;
}

function options(command: Command): { cwd?: string; env: NodeJS.ProcessEnv } {
  return { ...(command.cwd === undefined ? {} : { cwd: command.cwd }), env: { ...process.env, ...command.env } };
}

async function exitOf(child: ReturnType<typeof spawn>, command: Command): Promise<number | string> {
  return await new Promise((resolve, reject) => {
    child.once('error', (cause) =>
      reject(new StackError(`cannot run ${command.command}: ${cause.message}`, { cause })),
    );
    child.once('close', (code, signal) => resolve(code ?? signal ?? 'unknown'));
  });
}
