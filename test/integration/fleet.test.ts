import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { aFleet, applyAll, FLEET_KINDS } from '../support/fleet.ts';
import type { OperatorProcess } from '../support/operator-process.ts';
import type { RecordingProxy } from '../support/recording-proxy.ts';
import { DOCUMENTS, Scenario } from '../support/scenario.ts';
import { waitFor } from '../support/wait-for.ts';

/** How many operations each PATCH of a document had. */
function patchesOf(proxy: RecordingProxy, document: string): readonly number[] {
  return proxy.changes
    .filter(({ method, path }) => method === 'PATCH' && path.endsWith(`/api/${document}`))
    .map(({ body }) => (JSON.parse(body) as readonly unknown[]).length);
}

function readsOf(scenario: Scenario, document: string): number {
  return scenario.searchProxy.requests.filter(
    ({ method, path }) => method === 'GET' && path.endsWith(`/api/${document}`),
  ).length;
}

describe('a fleet of 200 mixed objects', () => {
  let scenario: Scenario;
  let operator: OperatorProcess;

  beforeAll(async () => {
    scenario = await Scenario.start();
    await scenario.connect();
    operator = scenario.startOperator();
    await scenario.untilReason('OpenSearchConnection', 'default', 'Connected');
  });
  afterAll(() => scenario.stop());

  it('is written with at most three bulk PATCHes a type when applied at once, and nothing one by one', async () => {
    scenario.searchProxy.forget();
    await applyAll(scenario, aFleet(scenario, 200));
    await scenario.untilAllReady(FLEET_KINDS);
    const patches = Object.fromEntries(
      DOCUMENTS.map((document) => [document, patchesOf(scenario.searchProxy, document)]),
    );
    for (const document of DOCUMENTS) expect(patches[document]?.length).toBeGreaterThanOrEqual(1);
    for (const document of ['roles', 'tenants', 'actiongroups', 'rolesmapping'])
      expect({ document, isFew: (patches[document]?.length ?? 0) <= 3 }).toEqual({ document, isFew: true });
    // Half of the 20 users are hashed one after the other, and written as they get ready.
    expect(patches['internalusers']?.length).toBeLessThanOrEqual(8);
    for (const document of ['internalusers', 'rolesmapping'])
      expect(Math.max(...(patches[document] ?? []))).toBeLessThanOrEqual(100);
    const bulk = new RegExp(`/_plugins/_security/api/(${DOCUMENTS.join('|')})$`);
    expect(scenario.searchProxy.writes.filter(({ method, path }) => method !== 'PATCH' || !bulk.test(path))).toEqual(
      [],
    );
  });

  it('costs no write anywhere while nothing changes, and one GET a type and interval', async () => {
    await waitFor('the last writes', async () => {
      scenario.kubeProxy.forget();
      await new Promise((resolve) => setTimeout(resolve, 1000));
      return scenario.kubeProxy.writes.length === 0 ? true : undefined;
    });
    scenario.searchProxy.forget();
    scenario.kubeProxy.forget();
    await waitFor('three intervals', async () => (readsOf(scenario, 'roles') >= 3 ? true : undefined));
    expect(scenario.searchProxy.changes).toEqual([]);
    expect(scenario.kubeProxy.writes).toEqual([]);
    expect(readsOf(scenario, 'tenants')).toBeLessThanOrEqual(readsOf(scenario, 'roles'));
  });

  it('is found in sync by a new operator without a write', async () => {
    expect(await operator.stop()).toBe(0);
    scenario.searchProxy.forget();
    scenario.kubeProxy.forget();
    operator = scenario.startOperator();
    await waitFor('the new operator to read', async () => (readsOf(scenario, 'roles') >= 3 ? true : undefined));
    expect(scenario.searchProxy.changes).toEqual([]);
    expect(scenario.kubeProxy.writes).toEqual([]);
  });

  it('shows 199 ready and one stalled with the words of the server when one is poisoned', async () => {
    const name = `${scenario.namespace}-poisoned`;
    const permission = { indexPatterns: ['a-*'], allowedActions: ['read'], maskedFields: ['field::NO-SUCH-ALGORITHM'] };
    await Promise.all([
      scenario.create('OpenSearchRole', name, { indexPermissions: [permission] }),
      ...Array.from({ length: 10 }, (_, index) =>
        scenario.create('OpenSearchRole', `${scenario.namespace}-beside-${index}`, { description: 'healthy' }),
      ),
    ]);
    const poisoned = await scenario.untilReason('OpenSearchRole', name, 'Rejected');
    expect(poisoned.status.conditions).toEqual(
      expect.arrayContaining([
        expect.objectContaining({
          type: 'Ready',
          status: 'False',
          message: expect.stringMatching(/NO-SUCH-ALGORITHM/),
        }),
        expect.objectContaining({ type: 'Stalled', status: 'True' }),
      ]),
    );
    await waitFor('everything else ready', async () =>
      (await scenario.notReady(FLEET_KINDS)).length === 1 ? true : undefined,
    );
  });

  it('tells a mended object ready', async () => {
    await scenario.patch('OpenSearchRole', `${scenario.namespace}-poisoned`, {
      spec: { indexPermissions: [{ indexPatterns: ['a-*'], allowedActions: ['read'], maskedFields: ['field'] }] },
    });
    await scenario.untilReason('OpenSearchRole', `${scenario.namespace}-poisoned`, 'Applied');
  });
});
