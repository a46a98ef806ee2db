import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { realStack } from '../support/real-stack.ts';
import type { Fault, Recorded } from '../support/recording-proxy.ts';
import { Rest } from '../support/rest.ts';
import { HOME } from '../support/rights.ts';
import { conditionOf, Scenario, type LiveObject } from '../support/scenario.ts';
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

/** All roles but those of tests that run beside this one, whose names begin with their namespaces. */
async function rolesOf({ search }: Scenario): Promise<Readonly<Record<string, object>>> {
  const all = await search.ok<Readonly<Record<string, object>>>('GET', `${API}/roles`);
  return Object.fromEntries(Object.entries(all).filter(([name]) => !/^t-[0-9a-f]{8}/.test(name)));
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

  const isUpgraded = (object: LiveObject): boolean => conditionOf(object, 'UpgradePerformed')?.status === 'True';

  async function untilUpgraded(): Promise<LiveObject> {
    return waitFor('the upgrade to be told', async () => {
      const object = await scenario.get(KIND, 'one');
      return object !== undefined && isUpgraded(object) ? object : undefined;
    });
  }

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
    await waitFor('nothing left to upgrade', async () => {
      const upgrade = (await scenario.get(KIND, 'one'))?.status['upgrade'] as { available: boolean } | undefined;
      return upgrade?.available === false ? true : undefined;
    });
    await new Promise((resolve) => setTimeout(resolve, 11_000));
    expect(scenario.searchProxy.requests.filter(isPerform)).toHaveLength(1);
  });

  it('is only told of with the policy Check', async () => {
    await scenario.startConnected();
    await scenario.create(KIND, 'one', { upgrade: { policy: 'Check' } });
    await waitFor('the offer', async () => {
      const object = await scenario.get(KIND, 'one');
      return JSON.stringify(object?.status['upgrade'] ?? '').includes(`roles: add ${SEARCHER}`) ? true : undefined;
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
    const object = await waitFor('the upgrade to be told', async () => {
      const now = await scenario.get(KIND, 'one');
      return now !== undefined && conditionOf(now, 'UpgradePerformed') !== undefined ? now : undefined;
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
});
