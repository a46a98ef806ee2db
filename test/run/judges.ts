import { fileURLToPath } from 'node:url';
import { PhaseError, phase, type Run } from './phase.ts';
import { runChild } from './run-child.ts';
import { nothing, type Tally } from './tally.ts';

/** Exit code of the build where Go or a module is missing and cannot be had. */
export const NOT_TO_BE_HAD = 3;

const timeoutMs = 45 * 60_000;
const title = 'build Argo CD and the libraries of Flux';

/**
 * Builds what the conformance tests judge by: ten minutes of a core the first time, nothing later on. It lets all others go first.
 *
 * @returns what to tell in place of these tests when it cannot be built: that they are skipped for lack of Go or of a module,
 *   or a failure when it does not compile
 */
export async function buildJudges(run: Run): Promise<Tally | undefined> {
  const tally = await phase(run, title, () => build(run));
  return tally.failed === 0 && tally.skipped.length === 0 ? undefined : tally;
}

async function build(run: Run): Promise<Tally> {
  const args = [fileURLToPath(import.meta.resolve('./build-judges.ts'))];
  const onLine = (line: string): void => run.log(`judges: ${line}`);
  const command = { title, command: process.execPath, args, timeoutMs, onLine, niceness: 15 };
  const { code, output } = await runChild(command, run.interrupted);
  if (code === 0) return nothing;
  if (code !== NOT_TO_BE_HAD) throw new PhaseError(output);
  run.log('conformance tests: NOT RUN, since what they judge by cannot be had (see above)');
  return { ...nothing, skipped: [`conformance tests: ${output.trim().split('\n').at(-1) ?? ''}`] };
}
