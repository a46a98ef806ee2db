import { purgeStack, startStack, stopStack } from '../stack/stack.ts';
import { runJest } from './jest.ts';
import { within, type Run } from './phase.ts';
import { isGood, type Tally } from './tally.ts';

const startTimeoutMs = 5 * 60_000;
const stopTimeoutMs = 3 * 60_000;
const testTimeoutMs = 30 * 60_000;

/**
 * Tests the chart and what is made of it, against an API server of its own: installations take CRDs away, which other
 * tests need. Building and downloading what is missing counts as part of it.
 *
 * @param name of the stack, started and removed here
 */
export async function testDeployment(run: Run, name: string, onLine: (line: string) => void): Promise<Tally> {
  const log = (line: string): void => run.log(`deployment: ${line}`);
  await within(stopTimeoutMs, 'remove what an earlier run left', purgeStack(name, log));
  await within(startTimeoutMs, 'start the API server', startStack({ name, opensearch: [], log }));
  let isFine = false;
  try {
    const tally = await runDeploymentTests(run, name, onLine);
    isFine = isGood(tally);
    return tally;
  } finally {
    await within(stopTimeoutMs, 'stop the API server', (isFine ? purgeStack : stopStack)(name, log));
  }
}

/** The same on a stack that runs already and that nobody uses meanwhile. */
export function runDeploymentTests(run: Run, stack: string, onLine: (line: string) => void): Promise<Tally> {
  const args = ['--selectProjects', 'deploy', '--runInBand', '--forceExit', '--verbose'];
  const options = { args, env: { STACK_NAME: stack }, timeoutMs: testTimeoutMs, onLine };
  return runJest(run, { title: 'tests of the deployment', ...options });
}
