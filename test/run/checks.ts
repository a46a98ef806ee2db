import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Run } from './phase.ts';
import { runChild } from './run-child.ts';
import { oneFailure, type Tally } from './tally.ts';

/** Others go first, for as long as a lane of tests may take. */
const timeoutMs = 40 * 60_000;

type Check = { readonly name: string; readonly passed: boolean };

/** Runs the checks, and lets other tests go first; each counts as one test. What is wrong is printed as they go. */
export async function runChecks(run: Run): Promise<Tally> {
  const report = join(run.folder, 'checks.json');
  const args = ['scripts/check.ts', '--no-tests', '--report', report];
  const onLine = (line: string): void => console.log(line);
  const { output } = await runChild(
    { title: 'checks', command: process.execPath, args, timeoutMs, onLine, niceness: 10 },
    run.interrupted,
  );
  return existsSync(report) ? tally(JSON.parse(readFileSync(report, 'utf8')) as Check[]) : oneFailure('checks', output);
}

function tally(checks: readonly Check[]): Tally {
  const failures = checks
    .filter(({ passed }) => !passed)
    .map(({ name }) => ({ what: `check: ${name}`, output: 'see above' }));
  return { passed: checks.length - failures.length, failed: failures.length, failures, skipped: [] };
}
