import { fileURLToPath } from 'node:url';
import { describe, phase, type Run } from './phase.ts';
import { runChild } from './run-child.ts';
import { nothing, type Tally } from './tally.ts';

const timeoutMs = 45 * 60_000;
const title = 'build Argo CD and the libraries of Flux';

/**
 * Builds what the conformance tests judge by: ten minutes of a core the first time, nothing later on. It lets all others go first.
 *
 * @returns what to tell in place of these tests when it cannot be built, for lack of Go or of a module
 */
export async function buildJudges(run: Run): Promise<Tally | undefined> {
  let missing: Tally | undefined;
  await phase(run, title, async () => {
    const args = [fileURLToPath(import.meta.resolve('./build-judges.ts'))];
    const onLine = (line: string): void => run.log(`judges: ${line}`);
    const command = { title, command: process.execPath, args, timeoutMs, onLine, niceness: 15 };
    const { code, output } = await runChild(command, run.interrupted).catch((error: unknown) => {
      run.interrupted.throwIfAborted();
      return { code: 1, output: describe(error) };
    });
    if (code !== 0) {
      run.log('conformance tests: NOT RUN, since what they judge by cannot be built (see above)');
      missing = { ...nothing, skipped: [`conformance tests: ${output.trim().split('\n').at(-1) ?? ''}`] };
    }
    return nothing;
  });
  return missing;
}
