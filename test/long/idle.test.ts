import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { applyAll, FLEET_KINDS } from '../support/fleet.ts';
import type { Recorded } from '../support/recording-proxy.ts';
import { DOCUMENTS, Scenario } from '../support/scenario.ts';
import { waitFor } from '../support/wait-for.ts';
import { aMixedFleet, prepare } from './mixed-fleet.ts';

const OBJECTS = Number(process.env['OBJECTS'] ?? 1000);
const INTERVALS = 3;
/** Every user is checked once in an interval, in slices; a slice is one PATCH that changes nothing. */
const SLICES = 12;

describe(`${OBJECTS} objects of all kinds at rest`, () => {
  let scenario: Scenario;

  beforeAll(async () => {
    scenario = await Scenario.start();
    await scenario.connect({ driftDetection: { intervalSeconds: 10 } });
    await prepare(scenario);
    scenario.startOperator();
    await applyAll(scenario, aMixedFleet(scenario.namespace, OBJECTS));
    await scenario.untilAllReady(FLEET_KINDS, 300_000);
    await untilAllHaveFinalizers();
  }, 600_000);
  afterAll(() => scenario.stop(), 300_000);

  /** Those of a large batch are set after it is told. */
  async function untilAllHaveFinalizers(): Promise<void> {
    await waitFor('finalizers', async () => {
      const objects = (await Promise.all(FLEET_KINDS.map((kind) => scenario.list(kind)))).flat();
      return objects.every(({ metadata }) => metadata.finalizers !== undefined) || undefined;
    });
  }

  function requests(wanted: (request: Recorded) => boolean): number {
    return scenario.searchProxy.requests.filter(wanted).length;
  }

  function readsOf(document: string): number {
    return requests(({ method, path }) => method === 'GET' && path.endsWith(`/api/${document}`));
  }

  /** A look for drift ends with a look at the nodes. */
  function looks(): number {
    return requests(({ path }) => path.startsWith('/_cluster/state/nodes'));
  }

  async function untilLooks(count: number): Promise<void> {
    await waitFor('looks for drift', () => Promise.resolve(looks() >= count ? true : undefined), 300_000);
  }

  it('cost no write anywhere, and one GET a type and interval beside the password checks', async () => {
    await untilLooks(looks() + 1);
    scenario.searchProxy.forget();
    scenario.kubeProxy.forget();
    await untilLooks(INTERVALS);
    expect(scenario.searchProxy.changes).toEqual([]);
    expect(scenario.kubeProxy.writes).toEqual([]);
    for (const document of DOCUMENTS)
      expect({ document, reads: readsOf(document) }).toEqual({ document, reads: INTERVALS });
    const checks = requests(({ method }) => method === 'PATCH');
    expect(checks).toBeGreaterThan(0);
    expect(checks).toBeLessThanOrEqual((INTERVALS + 1) * SLICES);
  }, 600_000);
});
