import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { purgeStack, startNode, startStack, stopNode, type OwnStack } from '../stack/stack.ts';
import { applyAll, FLEET_KINDS } from '../support/fleet.ts';
import { DOCUMENTS, Scenario } from '../support/scenario.ts';
import { waitFor } from '../support/wait-for.ts';
import { aMixedFleet, liveFleet, prepare } from './mixed-fleet.ts';

const VERSION = process.env['OPENSEARCH_VERSION'] ?? '3.4.0';
const NAME = `${process.env['STACK_NAME'] ?? 'test'}-restart`;

/** Servers of its own, since others would miss the ones that it stops. */
async function startOwnStack(): Promise<OwnStack> {
  const stack = await startStack({ name: NAME, opensearch: [{ version: VERSION, nodes: 1 }], log: () => undefined });
  if (stack.origin !== 'own') throw new Error('this test needs servers of its own');
  const kubectl = (...args: string[]): Buffer =>
    execFileSync(stack.kubectl, ['--kubeconfig', stack.kubeconfig, ...args], { stdio: 'pipe' });
  kubectl('apply', '-f', 'crds');
  kubectl('wait', '--for=condition=Established', '--timeout=60s', '-f', 'crds');
  return stack;
}

describe('an OpenSearch that is restarted in the middle of 500 objects', () => {
  let stack: OwnStack;
  let scenario: Scenario;

  beforeAll(async () => {
    stack = await startOwnStack();
    const [cluster] = stack.opensearch;
    if (cluster === undefined) throw new Error('the stack has no OpenSearch');
    scenario = await Scenario.start({ stack, cluster, caPem: readFileSync(cluster.caPath, 'utf8') });
    await scenario.connect();
    await prepare(scenario);
    scenario.startOperator();
    await scenario.untilReason('OpenSearchConnection', 'default', 'Connected');
  }, 300_000);
  afterAll(async () => {
    await scenario.stop();
    await purgeStack(NAME);
  }, 120_000);

  it('has all of them afterwards, each once, and they are all Ready', async () => {
    const fleet = aMixedFleet(scenario.namespace, 500);
    const applying = applyAll(scenario, fleet);
    await waitFor('the first commit', () => Promise.resolve(scenario.searchProxy.writes.length > 0 ? true : undefined));
    await stopNode(stack, VERSION, 0);
    await applying;
    expect(await scenario.notReady(FLEET_KINDS)).not.toEqual([]);
    stack = await startNode(stack, VERSION, 0);
    await scenario.untilAllReady(FLEET_KINDS, 120_000);
    const live = await liveFleet(scenario, scenario.namespace);
    const counts = DOCUMENTS.map((document) => Object.keys(live[document] as object).length);
    expect(counts).toEqual([100, 100, 200, 50, 50]);
  }, 600_000);
});
