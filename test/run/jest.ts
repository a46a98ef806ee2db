import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Run } from './phase.ts';
import { runChild, type ChildCommand } from './run-child.ts';
import { oneFailure, sum, tallyOfJest, type JestReport, type Tally } from './tally.ts';

const jest = ['--experimental-vm-modules', '--disable-warning=ExperimentalWarning', 'node_modules/jest/bin/jest.js'];

/** Tests to run with Jest; `args` say which. */
export type JestRun = Omit<ChildCommand, 'command'>;

/** Runs Jest and counts by its report. A run that ends badly without a failed test counts as one. */
export async function runJest(run: Run, wanted: JestRun): Promise<Tally> {
  const { title } = wanted;
  const reportPath = join(run.folder, `${title.replaceAll(/\W+/g, '-')}.json`);
  const args = [...jest, ...wanted.args, '--json', '--outputFile', reportPath];
  // The report holds what is printed at the end: without colours, as logs are.
  const env = { FORCE_COLOR: '0', ...wanted.env };
  const { code, output } = await runChild({ ...wanted, command: process.execPath, args, env }, run.interrupted);
  if (!existsSync(reportPath)) return oneFailure(title, output);
  const tally = tallyOfJest(title, JSON.parse(readFileSync(reportPath, 'utf8')) as JestReport);
  const isExplained = code === 0 || tally.failed > 0;
  return isExplained ? tally : sum([tally, oneFailure(title, `Jest ended with ${String(code)}\n${output}`)]);
}
