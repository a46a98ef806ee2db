import { randomInt } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { applyAll, FLEET_KINDS } from '../support/fleet.ts';
import { DOCUMENTS, Scenario } from '../support/scenario.ts';
import { waitFor } from '../support/wait-for.ts';
import { aMixedFleet, liveFleet, prepare } from './mixed-fleet.ts';

const OBJECTS = Number(process.env['OBJECTS'] ?? 200);
const KILLS = Number(process.env['KILLS'] ?? 50);

describe(`an operator that is killed at ${KILLS} random points`, () => {
  let scenario: Scenario;
  let clean: Scenario;

  beforeAll(async () => {
    [scenario, clean] = [await Scenario.start(), await Scenario.start()];
    for (const each of [scenario, clean]) {
      await each.connect();
      await prepare(each);
    }
  }, 120_000);
  afterAll(() => Promise.all([scenario.stop(), clean.stop()]));

  /** Starts an operator and kills it after so many requests to Kubernetes and OpenSearch, if it has that much to do. */
  async function runAndKill(requests: number): Promise<void> {
    const seen = (): number => scenario.kubeProxy.requests.length + scenario.searchProxy.requests.length;
    const from = seen();
    const operator = scenario.startOperator();
    await waitFor('requests', () => Promise.resolve(seen() - from >= requests ? true : undefined), 5000).catch(
      () => undefined,
    );
    await operator.kill();
  }

  it('while 200 objects are applied: the end is that of a run without a kill', async () => {
    clean.startOperator();
    await applyAll(clean, aMixedFleet(clean.namespace, OBJECTS));
    await clean.untilAllReady(FLEET_KINDS, 120_000);
    await applyAll(scenario, aMixedFleet(scenario.namespace, OBJECTS));
    for (let kill = 0; kill < KILLS / 2; kill += 1) await runAndKill(randomInt(8, 120));
    scenario.startOperator();
    await scenario.untilAllReady(FLEET_KINDS, 120_000);
    expect(await liveFleet(scenario, scenario.namespace)).toEqual(await liveFleet(clean, clean.namespace));
  }, 900_000);

  it('while they are deleted: nothing is left', async () => {
    for (const kind of FLEET_KINDS) {
      const path = `/apis/security.opensearch.org/v1alpha1/namespaces/${scenario.namespace}/${kind.toLowerCase()}s`;
      await scenario.kube.ok('DELETE', path);
    }
    for (let kill = 0; kill < KILLS / 2; kill += 1) await runAndKill(randomInt(8, 120));
    scenario.startOperator();
    await waitFor(
      'all objects gone',
      async () => {
        const lists = await Promise.all(FLEET_KINDS.map((kind) => scenario.list(kind)));
        return lists.flat().length === 0 ? true : undefined;
      },
      120_000,
    );
    const rest = await liveFleet(scenario, scenario.namespace);
    expect(Object.values(rest)).toEqual(DOCUMENTS.map(() => ({})));
  }, 900_000);
});
