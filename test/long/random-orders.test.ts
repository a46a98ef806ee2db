import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { applyAll, FLEET_KINDS } from '../support/fleet.ts';
import { adminCertificate } from '../support/real-stack.ts';
import { RecordingProxy } from '../support/recording-proxy.ts';
import { DOCUMENTS, Scenario } from '../support/scenario.ts';
import { waitFor } from '../support/wait-for.ts';
import { aMixedFleet, liveFleet, prepare, shuffled, someConfigurations } from './mixed-fleet.ts';

const OBJECTS = Number(process.env['OBJECTS'] ?? 1000);
const ORDERS = Number(process.env['ORDERS'] ?? 20);
const KINDS = [...FLEET_KINDS, 'OpenSearchSecurityConfig'] as const;
const CONFIGURATION = ['securityconfig', 'nodesdn'] as const;
const MOST_OPERATIONS = { rolesmapping: 100, internalusers: 100, roles: 1000, tenants: 1000, actiongroups: 100 };

// Its namespace is deleted, which takes the rights of an operator for some namespaces along (docs/decisions/0012-rights.md).
process.env['OPERATOR_RIGHTS'] = 'cluster';

describe(`${OBJECTS} objects of all kinds`, () => {
  let scenario: Scenario;
  /** With the certificate that may change the configuration. */
  let proxy: RecordingProxy;

  beforeEach(async () => {
    scenario = await Scenario.start();
    const { cluster, stack, caPem } = scenario.real;
    const target = { url: cluster.nodes[0]?.url ?? '', caPem, ...adminCertificate(cluster) };
    proxy = await RecordingProxy.start(target, stack.ca);
    await scenario.connect({ endpoints: [proxy.url], driftDetection: { intervalSeconds: 60 } });
    await prepare(scenario);
    scenario.startOperator();
    await scenario.untilReason('OpenSearchConnection', 'default', 'Connected');
  });
  afterEach(async () => {
    await scenario.stop();
    await proxy.stop();
  });

  async function configuration(): Promise<readonly unknown[]> {
    return Promise.all(
      CONFIGURATION.map((document) => scenario.search.ok('GET', `/_plugins/_security/api/${document}`)),
    );
  }

  it.each(Array.from({ length: ORDERS }, (_, order) => order))(
    'applied in random order %d end Ready, never Stalled on the way, in few PATCHes, and go without a rest',
    async (order) => {
      const before = await configuration();
      const declared = [...aMixedFleet(scenario.namespace, OBJECTS), ...someConfigurations(scenario.namespace)];
      const fleet = shuffled(declared, order);
      proxy.forget();
      scenario.kubeProxy.forget();
      const startedAt = performance.now();
      await applyAll(scenario, fleet);
      const appliedSeconds = (performance.now() - startedAt) / 1000;
      await scenario.untilAllReady(KINDS, 300_000);
      expect(
        JSON.stringify(await configuration()).match(new RegExp(`${scenario.namespace}-(one|two|limit|other)`, 'g'))
          ?.length,
      ).toBe(4);
      const stalled = scenario.kubeProxy.requests.filter(({ body }) => /"type":"Stalled","status":"True"/.test(body));
      expect(stalled).toEqual([]);
      for (const document of DOCUMENTS) {
        const patches = proxy.requests.filter(
          ({ method, path }) => method === 'PATCH' && path.endsWith(`/api/${document}`),
        );
        const operations = patches.reduce((sum, { body }) => sum + (JSON.parse(body) as unknown[]).length, 0);
        // Changes gather for a second while others are applied.
        const most = Math.ceil(operations / MOST_OPERATIONS[document]) + Math.ceil(appliedSeconds) + 2;
        console.log(
          `order ${order}, ${document}: ${operations} operations in ${patches.length} PATCHes (at most ${most})`,
        );
        expect(patches.length).toBeLessThanOrEqual(most);
      }
      await scenario.kube.ok('DELETE', `/api/v1/namespaces/${scenario.namespace}`);
      await waitFor(
        'the namespace gone',
        async () =>
          (await scenario.kube.call('GET', `/api/v1/namespaces/${scenario.namespace}`)).status === 404
            ? true
            : undefined,
        300_000,
      );
      const rest = await liveFleet(scenario, scenario.namespace);
      expect(Object.values(rest)).toEqual(DOCUMENTS.map(() => ({})));
      expect(await configuration()).toEqual(before);
    },
    900_000,
  );
});
