/**
 * Tests the chart and what is made of it: `npm run test:deploy`. One line for each test, and a last one such as
 * `120 passed, 0 failed`. With STACK_NAME on that stack, which nobody else may use meanwhile; else with an API server of
 * its own.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runDeploymentTests, testDeployment } from '../run/deploy.ts';
import { interruption } from '../run/interruption.ts';
import { phase } from '../run/phase.ts';
import { printResult } from '../run/print.ts';
import { isGood } from '../run/tally.ts';
import { timedLog } from '../stack/progress.ts';

for (const name of ['KUBECONFIG', 'OPENSEARCH_URL']) Reflect.deleteProperty(process.env, name);
const folder = mkdtempSync(join(tmpdir(), 'test-deploy-'));
const run = { log: timedLog((line) => console.log(line)), interrupted: interruption(), folder };
const stack = process.env['STACK_NAME'];
const tally = await phase(run, 'tests of the deployment', () =>
  stack === undefined ? testDeployment(run, 'deploy', showTest) : runDeploymentTests(run, stack, showTest),
);
rmSync(folder, { recursive: true });
printResult(tally);
process.exit(isGood(tally) ? 0 : 1);

function showTest(line: string): void {
  if (/^ *[✓✕○] |^(PASS|FAIL) /.test(line)) console.log(line);
}
