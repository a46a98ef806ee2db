import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { purgeStack, startNode, stopNode, type OwnStack } from '../stack/stack.ts';
import { applyAll, FLEET_KINDS } from '../support/fleet.ts';
import { startOwnServers } from '../support/own-servers.ts';
import { DOCUMENTS, Scenario } from '../support/scenario.ts';
import { waitFor } from '../support/wait-for.ts';
import { aMixedFleet, liveFleet, prepare } from './mixed-fleet.ts';

const VERSION = process.env['OPENSEARCH_VERSION'] ?? '3.4.0';
const NAME = `${process.env['STACK_NAME'] ?? 'test'}-restart`;

describe('an OpenSearch that is restarted in the middle of 500 objects', () => {
  let stack: OwnStack;
  let scenario: Scenario;

  beforeAll(async () => {
    const real = await startOwnServers({ name: NAME, opensearch: [{ version: VERSION, nodes: 1 }] });
    stack = real.stack;
    scenario = await Scenario.start(real);
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
