/**
 * Runs all tests: `npm test`. The unit tests, while servers are built and started beside them; then the integration tests
 * against each version of OpenSearch and the tests of the chart, with the checks beside them. Ends with a line such as `312 passed, 0 failed`.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runChecks } from './run/checks.ts';
import { interruption } from './run/interruption.ts';
import { testIntegration } from './run/integration.ts';
import { runJest } from './run/jest.ts';
import { bundleOperator } from './run/operator-bundle.ts';
import { describe, phase, type Run } from './run/phase.ts';
import { printResult } from './run/print.ts';
import { startServers, stopServers } from './run/servers.ts';
import { isGood, nothing, oneFailure, sum, type Tally } from './run/tally.ts';
import { takeTurn } from './run/take-turn.ts';
import { timedLog } from './stack/progress.ts';

const unitTimeoutMs = 10 * 60_000;

async function testAll(run: Run): Promise<Tally> {
  const servers = phase(run, 'build and start the servers', () => prepare(run));
  const units = await phase(run, 'unit tests', () => runUnitTests(run));
  // Tests against servers mostly wait.
  const checks = phase(run, 'checks', () => runChecks(run));
  const isUp = (await servers).failed === 0;
  const tallies = [units, await servers, ...(isUp ? await testIntegration(run) : []), await checks];
  return sum([...tallies, await takeDown(run, sum(tallies))]);
}

async function prepare(run: Run): Promise<Tally> {
  await bundleOperator(run);
  await startServers(run);
  return nothing;
}

function runUnitTests(run: Run): Promise<Tally> {
  return runJest(run, { title: 'unit tests', args: ['--selectProjects', 'unit'], timeoutMs: unitTimeoutMs });
}

/** Also after an interruption. */
async function takeDown(run: Run, tally: Tally): Promise<Tally> {
  const result = isGood(tally) && !run.interrupted.aborted ? 'good' : 'bad';
  const never = new AbortController().signal;
  return await phase({ ...run, interrupted: never }, 'stop the servers', () =>
    stopServers(run, result).then(() => nothing),
  );
}

async function main(run: Run): Promise<Tally> {
  // The tests have servers of their own: those that a shell names for other work are left alone.
  for (const name of ['KUBECONFIG', 'OPENSEARCH_URL']) Reflect.deleteProperty(process.env, name);
  const letNextGo = await takeTurn(run);
  const tally = await testAll(run);
  await letNextGo();
  return run.interrupted.aborted ? sum([tally, oneFailure('npm test', 'it was interrupted')]) : tally;
}

const folder = mkdtempSync(join(tmpdir(), 'npm-test-'));
const run = { log: timedLog((line) => console.log(line)), interrupted: interruption(), folder };
const tally = await main(run).catch((error: unknown) => oneFailure('npm test', describe(error)));
rmSync(folder, { recursive: true });
printResult(tally);
// Not only the exit code: what timed out may still be under way.
process.exit(isGood(tally) ? 0 : 1);
