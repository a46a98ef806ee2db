import { isDeepStrictEqual } from 'node:util';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { documentedRestore, runRestore } from '../support/documented-commands.ts';
import { lockOutAt, saysItIsDown } from '../support/locked-out.ts';
import { adminCertificate, realStack } from '../support/real-stack.ts';
import { RecordingProxy, type Fault, type Recorded } from '../support/recording-proxy.ts';
import { Rest } from '../support/rest.ts';
import { HOME } from '../support/rights.ts';
import { conditionOf, isOfScenario, Scenario, type LiveObject, type Login } from '../support/scenario.ts';
import { waitFor } from '../support/wait-for.ts';

const KIND = 'OpenSearchSecurityConfig';
const API = '/_plugins/_security/api';
/** Comes with the plugin and lets its holders search everything. */
const SEARCHER = 'ppl_full_access';
/** Comes with the plugin, too, and is used by nobody. */
const OTHER = 'notifications_full_access';
const PASSWORD = 'Correct-horse-99-battery';
const PERFORM = { upgrade: { policy: 'Perform' } };

const isPerform = ({ method, path }: Recorded): boolean => method === 'POST' && path.includes('_upgrade_perform');
const isFlush = ({ method, path }: Recorded): boolean => method === 'DELETE' && path.endsWith('/cache');

const isRestore = ({ method, path }: Recorded): boolean => method === 'PATCH' && path.endsWith('/roles');

/** All roles but those of tests that run beside this one, whose names begin with their namespaces. */
async function rolesOf({ search }: Scenario): Promise<Readonly<Record<string, object>>> {
  const all = await search.ok<Readonly<Record<string, object>>>('GET', `${API}/roles`);
  return Object.fromEntries(Object.entries(all).filter(([name]) => !isOfScenario(name)));
}

describe('an upgrade of the default roles', () => {
  let scenario: Scenario;
  let is3: boolean;
  let roles: Readonly<Record<string, object>>;

  beforeAll(async () => {
    is3 = (await realStack()).cluster.version.startsWith('3.');
  });
  beforeEach(async () => {
    scenario = await Scenario.start();
    roles = await rolesOf(scenario);
    await scenario.change('internalusers', [
      { op: 'add', path: `/${user()}`, value: { password: PASSWORD, opendistro_security_roles: [SEARCHER] } },
    ]);
    await scenario.search.ok('PUT', `/${scenario.namespace}`);
    expect(await searches()).toBe(true);
    await scenario.search.ok('DELETE', `${API}/roles/${SEARCHER}`);
    await waitFor('the role to be gone', async () => ((await searches()) ? undefined : true));
  });
  afterEach(async () => {
    await scenario.search.call('DELETE', `${API}/roles/${OTHER}`);
    await scenario.search.call('POST', `${API}/_upgrade_perform`);
    await scenario.search.ok('DELETE', `${API}/cache`);
    await scenario.search.ok('DELETE', `/${scenario.namespace}`);
    await scenario.stop();
  });
  afterAll(async () => {
    const after = await Scenario.start();
    const now = await rolesOf(after).finally(() => after.stop());
    expect(now).toEqual(roles);
  });

  const user = (): string => `${scenario.namespace}-searcher`;

  /** Whether the role is in force: whoever holds it may search. */
  async function searches(): Promise<boolean> {
    const { cluster, caPem } = scenario.real;
    const authorization = `Basic ${Buffer.from(`${user()}:${PASSWORD}`).toString('base64')}`;
    const rest = new Rest({ url: cluster.nodes[0]?.url ?? '', caPem, headers: { authorization } });
    const { status } = await rest.call('GET', `/${scenario.namespace}/_search`).finally(() => rest.close());
    return status === 200;
  }

  const untilUpgraded = (): Promise<LiveObject> =>
    scenario.until(KIND, 'one', {
      what: 'the upgrade told',
      isThere: (object) => conditionOf(object, 'UpgradePerformed')?.status === 'True',
    });

  /** The journals of this connection, as JSON. */
  async function journals(): Promise<readonly { readonly state: string }[]> {
    const path = `/api/v1/namespaces/${HOME}/secrets?labelSelector=security.opensearch.org/backup=true`;
    const { items } = await scenario.kube.ok<{
      items: readonly { metadata: { annotations: Readonly<Record<string, string>> } }[];
    }>('GET', path);
    return items
      .flatMap(({ metadata }) => metadata.annotations['security.opensearch.org/journal'] ?? [])
      .map((text) => JSON.parse(text) as { state: string; connection: string })
      .filter(({ connection }) => connection === `${scenario.namespace}/default`);
  }

  it('is performed once after a backup, in force at once, and told', async () => {
    await scenario.startConnected();
    await scenario.create(KIND, 'one', PERFORM);
    const object = await untilUpgraded();
    expect(await searches()).toBe(true);
    expect(await scenario.entity('roles', SEARCHER)).toEqual(roles[SEARCHER]);
    expect(conditionOf(object, 'UpgradePerformed')?.message).toContain(`roles: add ${SEARCHER}`);
    expect(object.status['backups']).toHaveLength(1);
    expect((await scenario.events('one')).map(({ reason }) => reason)).toContain('UpgradePerformed');
    await scenario.until(KIND, 'one', {
      what: 'nothing left to upgrade',
      isThere: ({ status }) => (status['upgrade'] as { available: boolean } | undefined)?.available === false,
    });
    await new Promise((resolve) => setTimeout(resolve, 11_000));
    expect(scenario.searchProxy.requests.filter(isPerform)).toHaveLength(1);
  });

  it('can be taken back by the command of the documentation', async () => {
    const old = await rolesOf(scenario);
    await scenario.startConnected();
    await scenario.create(KIND, 'one', PERFORM);
    const { status } = await untilUpgraded();
    const [backup] = status['backups'] as readonly { readonly secretName: string }[];
    expect(runRestore(documentedRestore('roles'), backup?.secretName ?? '', scenario.real)).toContain('OK');
    expect([await rolesOf(scenario), await searches()]).toEqual([old, false]);
  });

  it('is only told of with the policy Check', async () => {
    await scenario.startConnected();
    await scenario.create(KIND, 'one', { upgrade: { policy: 'Check' } });
    await scenario.until(KIND, 'one', {
      what: 'the offer',
      isThere: ({ status }) => JSON.stringify(status['upgrade'] ?? '').includes(`roles: add ${SEARCHER}`),
    });
    await new Promise((resolve) => setTimeout(resolve, 6000));
    expect([await searches(), scenario.searchProxy.requests.filter(isPerform)]).toEqual([false, []]);
  });

  it('leaves alone the role that an OpenSearchRole declares, or all of them where that is all there is', async () => {
    await scenario.search.ok('DELETE', `${API}/roles/${OTHER}`);
    await scenario.startConnected();
    await scenario.create('OpenSearchRole', 'mine', { name: OTHER, description: 'mine' });
    await scenario.untilReason('OpenSearchRole', 'mine', 'Applied');
    await scenario.create(KIND, 'one', PERFORM);
    const object = await scenario.until(KIND, 'one', {
      what: 'what became of the upgrade',
      isThere: (now) => conditionOf(now, 'UpgradePerformed') !== undefined,
    });
    const told = conditionOf(object, 'UpgradePerformed');
    expect(told?.reason).toBe(is3 ? 'Performed' : 'DeclaredByRole');
    expect(told?.message).toContain(OTHER);
    expect(await searches()).toBe(is3);
    expect(await scenario.entity('roles', OTHER)).toMatchObject({ description: 'mine', reserved: false });
    await scenario.delete('OpenSearchRole', 'mine');
    await scenario.untilGone('OpenSearchRole', 'mine');
  });

  it.each([
    ['before it is performed', isPerform, 'cut'],
    ['after it was performed', isPerform, 'lose-answer'],
    ['before the nodes are told', isFlush, 'cut'],
    ['after the nodes were told', isFlush, 'lose-answer'],
  ] as const)('ends in force when the operator is killed %s', async (_when, isStep, type) => {
    await scenario.connect();
    const operator = scenario.startOperator();
    await scenario.untilReason('OpenSearchConnection', 'default', 'Connected');
    let isDead = false;
    scenario.searchProxy.fault = (request): Fault | undefined => {
      if (isDead || !isStep(request)) return isDead ? { type: 'cut' } : undefined;
      isDead = true;
      void operator.kill();
      return { type };
    };
    await scenario.create(KIND, 'one', PERFORM);
    await waitFor('the operator to be killed', () => Promise.resolve(isDead ? true : undefined));
    expect((await journals()).map(({ state }) => state)).toEqual(['Open']);
    scenario.searchProxy.fault = () => undefined;
    scenario.startOperator();
    await untilUpgraded();
    expect(await searches()).toBe(true);
    expect((await journals()).map(({ state }) => state)).not.toContain('Open');
    const sent = scenario.searchProxy.requests.filter(isPerform);
    expect(sent).toHaveLength(type === 'cut' && isStep === isPerform ? 2 : 1);
  });

  describe('after which somebody who must get in does not', () => {
    /** To OpenSearch; whoever comes without a password comes with the rescue certificate. */
    let proxy: RecordingProxy;
    let jane: Login;
    /** As they are before the upgrade: one is missing, and one has something that is not in its default. */
    let old: Readonly<Record<string, object>>;

    beforeEach(async () => {
      const { cluster, caPem, stack } = scenario.real;
      const target = { url: cluster.nodes[0]?.url ?? '', caPem, ...adminCertificate(cluster) };
      proxy = await RecordingProxy.start({ ...target, isCertForOthers: true }, stack.ca);
      jane = await scenario.person();
      await scenario.secret('jane', { ...jane });
      const path = `/${OTHER}/cluster_permissions`;
      await scenario.change('roles', [{ op: 'add', path, value: ['cluster:monitor/health'] }]);
      old = await rolesOf(scenario);
      await scenario.adminSecret('rescue');
      const rescue = { clientCertificate: { secretRef: { name: 'rescue' } } };
      await scenario.connect({ endpoints: [proxy.url], rescue });
    });
    afterEach(() => proxy.stop());

    /** Takes the user away while the upgrade is performed, and does what is asked for at the first step of that kind. */
    function breakWhenPerformed(at?: { isStep: (request: Recorded) => boolean; act: () => Fault }): void {
      let isActed = false;
      proxy.fault = async (request): Promise<Fault | undefined> => {
        if (isPerform(request)) await scenario.change('internalusers', [{ op: 'remove', path: `/${jane.username}` }]);
        if (isActed) return { type: 'cut' };
        if (at?.isStep(request) !== true) return undefined;
        isActed = true;
        return at.act();
      };
    }

    const apply = (): Promise<unknown> =>
      scenario.create(KIND, 'one', { ...PERFORM, probes: [{ secretRef: { name: 'jane' } }] });

    it('is put back, and not tried again until the spec changes', async () => {
      breakWhenPerformed();
      scenario.startOperator();
      await apply();
      const object = await scenario.untilReason(KIND, 'one', 'RolledBack');
      expect(conditionOf(object, 'Ready')?.message).toContain('the user of the probe in Secret jane');
      expect(conditionOf(object, 'UpgradePerformed')?.reason).toBe('RolledBack');
      expect([await rolesOf(scenario), await searches()]).toEqual([old, false]);
      expect((await scenario.events('one')).map(({ reason }) => reason)).toContain('UpgradeRolledBack');
      await new Promise((resolve) => setTimeout(resolve, 11_000));
      expect(proxy.requests.filter(isPerform)).toHaveLength(1);
      expect((await journals()).map(({ state }) => state)).toEqual(['RolledBack']);

      proxy.fault = () => undefined;
      jane = await scenario.person();
      await scenario.secret('jane', { ...jane });
      await untilUpgraded();
      expect([await searches(), await rolesOf(scenario)]).toEqual([true, roles]);
      await scenario.untilReason(KIND, 'one', 'Applied');
    });

    it('is put back at the next start when nobody gets in and the operator is killed before it could tell', async () => {
      const operator = scenario.startOperator();
      proxy.fault = lockOutAt(isPerform, () => void operator.kill());
      await apply();
      await waitFor('the upgrade', async () => (isDeepStrictEqual(await rolesOf(scenario), roles) ? true : undefined));
      proxy.fault = saysItIsDown;
      scenario.startOperator();
      await waitFor('the old roles', async () => (isDeepStrictEqual(await rolesOf(scenario), old) ? true : undefined));
      proxy.fault = () => undefined;
      const object = await scenario.untilReason(KIND, 'one', 'RolledBack');
      expect(conditionOf(object, 'UpgradePerformed')?.reason).toBe('RolledBack');
      expect([await rolesOf(scenario), await searches()]).toEqual([old, false]);
    });

    it.each([
      ['before it is put back', isRestore, 'cut'],
      ['after it was put back', isRestore, 'lose-answer'],
    ] as const)('ends put back when the operator is killed %s', async (_when, isStep, type) => {
      const operator = scenario.startOperator();
      let isDead = false;
      const act = (): Fault => {
        isDead = true;
        void operator.kill();
        return { type };
      };
      breakWhenPerformed({ isStep, act });
      await apply();
      await waitFor('the operator to be killed', () => Promise.resolve(isDead ? true : undefined));
      expect((await journals()).map(({ state }) => state)).toEqual(['Open']);
      proxy.fault = () => undefined;
      scenario.startOperator();
      await scenario.until(KIND, 'one', {
        what: 'the end of the upgrade',
        isThere: (object) => conditionOf(object, 'UpgradePerformed')?.status === 'False',
      });
      expect([await rolesOf(scenario), await searches()]).toEqual([old, false]);
      expect((await journals()).map(({ state }) => state)).not.toContain('Open');
    });
  });
});
