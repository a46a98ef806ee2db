import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { aFleet, applyAll, FLEET_KINDS } from '../support/fleet.ts';
import type { Recorded } from '../support/recording-proxy.ts';
import { Scenario } from '../support/scenario.ts';
import { waitFor } from '../support/wait-for.ts';

const isStatusWrite = ({ method, path }: Recorded): boolean =>
  method === 'PATCH' && path.includes('/opensearchroles/') && path.includes('/status');
const isCommit = ({ method, path }: Recorded): boolean => method === 'PATCH' && path.endsWith('/api/roles');

describe('an operator that dies', () => {
  let scenario: Scenario;
  let role: string;

  beforeEach(async () => {
    scenario = await Scenario.start();
    role = `${scenario.namespace}-role`;
    await scenario.connect();
  });
  afterEach(() => scenario.stop());

  it('between the commit and the status is followed by one that only writes the status', async () => {
    const first = scenario.startOperator();
    scenario.kubeProxy.fault = (request) => (isStatusWrite(request) ? { type: 'cut' } : undefined);
    await scenario.create('OpenSearchRole', role, { description: 'declared', adoptionPolicy: 'Never' });
    await waitFor('the first status write', async () =>
      scenario.kubeProxy.requests.some(isStatusWrite) ? true : undefined,
    );
    await first.kill();
    scenario.kubeProxy.fault = () => undefined;
    scenario.searchProxy.forget();
    scenario.startOperator();
    await scenario.untilReason('OpenSearchRole', role, 'Applied');
    expect(scenario.searchProxy.writes).toEqual([]);
  });

  it('between the finalizer and the commit is followed by one that commits', async () => {
    const first = scenario.startOperator();
    scenario.searchProxy.fault = (request) => (isCommit(request) ? { type: 'cut' } : undefined);
    await scenario.create('OpenSearchRole', role, { description: 'declared' });
    await waitFor('the first commit', async () => (scenario.searchProxy.requests.some(isCommit) ? true : undefined));
    await first.kill();
    scenario.searchProxy.fault = () => undefined;
    scenario.startOperator();
    await scenario.untilReason('OpenSearchRole', role, 'Applied');
    expect(await scenario.entity('roles', role)).toMatchObject({ description: 'declared' });
  });

  it('still knows what it owns when it is back, and removes what was deleted meanwhile', async () => {
    const first = scenario.startOperator();
    await scenario.create('OpenSearchRole', role, { description: 'declared' });
    await scenario.untilReason('OpenSearchRole', role, 'Applied');
    await first.kill();
    await scenario.change('roles', [
      { op: 'add', path: `/${role}`, value: { description: 'edited while nobody looked' } },
    ]);
    await scenario.delete('OpenSearchRole', role);
    scenario.startOperator();
    await scenario.untilGone('OpenSearchRole', role);
    expect(await scenario.entity('roles', role)).toBeUndefined();
  });

  it('in the middle of a fleet is followed by one that ends the work, with nothing lost and nothing left over', async () => {
    const fleet = aFleet(scenario, 90);
    await applyAll(scenario, fleet);
    for (let commits = 1; commits <= 3; commits += 1) {
      const operator = scenario.startOperator();
      const before = scenario.searchProxy.writes.length;
      await waitFor('a commit', async () =>
        scenario.searchProxy.writes.length > before || (await scenario.notReady(FLEET_KINDS)).length === 0
          ? true
          : undefined,
      );
      await operator.kill();
    }
    scenario.startOperator();
    await scenario.untilAllReady(FLEET_KINDS);
    for (const kind of ['OpenSearchRole', 'OpenSearchUser'] as const) {
      const document = kind === 'OpenSearchRole' ? 'roles' : 'internalusers';
      const all = await scenario.search.ok<Record<string, unknown>>('GET', `/_plugins/_security/api/${document}`);
      const declared = fleet.filter((object) => object.kind === kind).map(({ name }) => name);
      expect(
        Object.keys(all)
          .filter((name) => name.startsWith(scenario.namespace))
          .sort(),
      ).toEqual(declared.toSorted());
    }
  });

  it('by SIGTERM ends with 0 and leaves nothing half written', async () => {
    const operator = scenario.startOperator();
    await scenario.create('OpenSearchRole', role, { description: 'declared' });
    await scenario.untilReason('OpenSearchRole', role, 'Applied');
    expect(await operator.stop()).toBe(0);
    expect(operator.output).toContain('"stopped"');
  });
});

describe('an answer of OpenSearch that is lost', () => {
  it('is not taken for a failure: the operator looks again and writes nothing twice', async () => {
    const scenario = await Scenario.start();
    try {
      await scenario.connect();
      const role = `${scenario.namespace}-role`;
      let lost = 0;
      scenario.searchProxy.fault = (request) =>
        isCommit(request) && lost++ === 0 ? { type: 'lose-answer' } : undefined;
      scenario.startOperator();
      await scenario.create('OpenSearchRole', role, { description: 'declared' });
      await scenario.untilReason('OpenSearchRole', role, 'Applied');
      expect(scenario.searchProxy.requests.filter(isCommit)).toHaveLength(1);
    } finally {
      await scenario.stop();
    }
  });
});

describe('another writer', () => {
  it('that wins the race costs a second look and nothing else', async () => {
    const scenario = await Scenario.start();
    try {
      await scenario.connect();
      const role = `${scenario.namespace}-role`;
      let conflicts = 0;
      const conflict = {
        type: 'answer',
        status: 409,
        body: '{"status":"CONFLICT","message":"[roles]: version conflict"}',
      } as const;
      scenario.searchProxy.fault = (request) => (isCommit(request) && conflicts++ < 3 ? conflict : undefined);
      scenario.startOperator();
      await scenario.create('OpenSearchRole', role, { description: 'declared' });
      await scenario.untilReason('OpenSearchRole', role, 'Applied');
      expect(scenario.searchProxy.requests.filter(isCommit)).toHaveLength(4);
    } finally {
      await scenario.stop();
    }
  });
});
