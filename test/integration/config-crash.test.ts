import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { OperatorProcess } from '../support/operator-process.ts';
import { lockOutAt, saysItIsDown } from '../support/locked-out.ts';
import { adminCertificate } from '../support/real-stack.ts';
import { RecordingProxy, type Fault, type Recorded } from '../support/recording-proxy.ts';
import { HOME } from '../support/rights.ts';
import { Scenario, type Login } from '../support/scenario.ts';
import { waitFor } from '../support/wait-for.ts';

const KIND = 'OpenSearchSecurityConfig';
const PATH = '/_plugins/_security/api/securityconfig';
const DOMAIN = {
  http_enabled: true,
  order: 31,
  http_authenticator: { type: 'clientcert', challenge: false },
  authentication_backend: { type: 'noop' },
};

const isBackup = ({ method, path }: Recorded): boolean =>
  (method === 'POST' || method === 'PUT') && /\/secrets(\/.*config-backup.*)?$/.test(path);
const isWrite = ({ method, path }: Recorded): boolean =>
  (method === 'PATCH' && path.endsWith('/securityconfig')) || (method === 'PUT' && path.endsWith('/config'));
const isEnd = ({ method, path }: Recorded): boolean => method === 'PATCH' && path.includes('config-backup');

/** One step of a change, by the request that stands for it, and what becomes of that request when the operator dies. */
const STEPS: readonly (readonly [string, 'kube' | 'search', (request: Recorded) => boolean, Fault['type']])[] = [
  ['before the backup is stored', 'kube', isBackup, 'cut'],
  ['after the backup is stored', 'kube', isBackup, 'lose-answer'],
  ['before the write', 'search', isWrite, 'cut'],
  ['after the write', 'search', isWrite, 'lose-answer'],
  ['before the change is told to be proved', 'kube', isEnd, 'cut'],
  ['after the change is told to be proved', 'kube', isEnd, 'lose-answer'],
];

describe.each(['Merge', 'Replace'] as const)('a change of the security configuration with mode %s', (mode) => {
  let scenario: Scenario;
  let asAdmin: RecordingProxy;
  let before: { readonly dynamic: { readonly authc: object } };
  let people: readonly Login[];

  beforeEach(async () => {
    scenario = await Scenario.start();
    const { cluster, stack, caPem } = scenario.real;
    asAdmin = await RecordingProxy.start(
      { url: cluster.nodes[0]?.url ?? '', caPem, ...adminCertificate(cluster) },
      stack.ca,
    );
    before = (await scenario.search.ok<{ config: typeof before }>('GET', PATH)).config;
    people = [{ username: cluster.username, password: cluster.password }, await scenario.person()];
    await scenario.connect({ endpoints: [asAdmin.url] });
  });
  afterEach(async () => {
    expect(await Promise.all(people.map((login) => scenario.logIn(login)))).toEqual(
      people.map(() => expect.objectContaining({ status: 200 })),
    );
    expect(asAdmin.requests.filter(isWrite).map(({ method }) => method)).toContain(mode === 'Merge' ? 'PATCH' : 'PUT');
    await scenario.search.ok('PUT', `${PATH}/config`, before);
    await scenario.stop();
    await asAdmin.stop();
  });

  async function hasDomain(): Promise<boolean> {
    const { config } = await scenario.search.ok<{ config: { dynamic: { authc: object } } }>('GET', PATH);
    return Object.keys(config.dynamic.authc).includes(scenario.namespace);
  }

  /** How the changes of this connection ended, or `Open`. */
  async function journals(): Promise<readonly string[]> {
    const path = `/api/v1/namespaces/${HOME}/secrets?labelSelector=security.opensearch.org/backup=true`;
    const { items } = await scenario.kube.ok<{
      items: readonly { metadata: { annotations: Readonly<Record<string, string>> } }[];
    }>('GET', path);
    return items
      .flatMap(({ metadata }) => metadata.annotations['security.opensearch.org/journal'] ?? [])
      .map((text) => JSON.parse(text) as { state: string; connection: string })
      .flatMap(({ connection, state }) => (connection === `${scenario.namespace}/default` ? [state] : []));
  }

  function apply(probes: readonly object[] = []): Promise<unknown> {
    const authc = { [scenario.namespace]: DOMAIN };
    if (mode === 'Merge') return scenario.create(KIND, 'one', { dynamic: { authc }, probes });
    const dynamic = { ...before.dynamic, authc: { ...before.dynamic.authc, ...authc } };
    return scenario.create(KIND, 'one', { mode, adoptionPolicy: 'Always', dynamic, probes });
  }

  function dieAt(operator: OperatorProcess, index: number): () => boolean {
    const [, where, isStep, type] = STEPS[index] ?? STEPS[0]!;
    let isDead = false;
    const proxy = where === 'kube' ? scenario.kubeProxy : asAdmin;
    proxy.fault = (request) => {
      if (isDead || !isStep(request)) return isDead ? { type: 'cut' } : undefined;
      isDead = true;
      void operator.kill();
      return { type } as Fault;
    };
    return () => isDead;
  }

  it.each(STEPS.map(([when], index) => [when, index] as const))(
    'ends in force when the operator is killed %s',
    async (_when, index) => {
      const isDead = dieAt(scenario.startOperator(), index);
      await apply();
      await waitFor('the operator to be killed', () => Promise.resolve(isDead() ? true : undefined));
      for (const proxy of [scenario.kubeProxy, asAdmin]) proxy.fault = () => undefined;
      scenario.startOperator();
      await scenario.untilReason(KIND, 'one', 'Applied');
      expect([await hasDomain(), (await journals()).includes('Open')]).toEqual([true, false]);
    },
  );

  it('ends in force when OpenSearch is away right after the write', async () => {
    scenario.startOperator();
    let isAway = false;
    asAdmin.fault = (request) => {
      if (isAway) return { type: 'cut' };
      isAway = isWrite(request);
      return isAway ? { type: 'lose-answer' } : undefined;
    };
    await apply();
    await waitFor('the outage', () => Promise.resolve(isAway ? true : undefined));
    await scenario.untilReason('OpenSearchConnection', 'default', 'Unreachable');
    asAdmin.fault = () => undefined;
    await scenario.untilReason(KIND, 'one', 'Applied');
    expect([await hasDomain(), (await journals()).includes('Open')]).toEqual([true, false]);
  });

  it('stays in force when OpenSearch has a moment of trouble while it is proved', async () => {
    let isWritten = false;
    let troubles = 0;
    asAdmin.fault = (request) => {
      isWritten ||= isWrite(request);
      if (!isWritten || !request.path.endsWith('/authinfo') || troubles === 2) return undefined;
      troubles += 1;
      return { type: 'answer', status: 502, body: 'Bad Gateway' };
    };
    scenario.startOperator();
    await apply();
    await scenario.untilReason(KIND, 'one', 'Applied');
    expect([troubles, await hasDomain(), await journals()]).toEqual([2, true, ['Committed']]);
  });

  it('stays in force when a proxy has a moment of trouble while somebody who must get in is proved', async () => {
    const [, jane] = people;
    await scenario.secret('jane', { ...jane });
    let reads = -1;
    let troubles = 0;
    asAdmin.fault = (request) => {
      if (isWrite(request)) reads = 0;
      if (reads >= 0 && request.method === 'GET' && request.path.endsWith('/securityconfig')) reads += 1;
      // What was stored is read first, and then once more as the operator.
      if (reads !== 2 || !request.path.endsWith('/authinfo') || troubles === 1) return undefined;
      troubles += 1;
      return { type: 'answer', status: 502, body: 'Bad Gateway' };
    };
    scenario.startOperator();
    await apply([{ secretRef: { name: 'jane' } }]);
    await scenario.untilReason(KIND, 'one', 'Applied');
    expect([troubles, await hasDomain(), await journals()]).toEqual([1, true, ['Committed']]);
  });

  it('is planned anew when somebody else changes the configuration between the backup and the write', async () => {
    const value = 'ip-hostname';
    let isChanged = false;
    scenario.kubeProxy.fault = async (request) => {
      if (isChanged || !isBackup(request)) return undefined;
      isChanged = true;
      await scenario.search.ok('PATCH', PATH, [{ op: 'add', path: '/config/dynamic/hosts_resolver_mode', value }]);
      return undefined;
    };
    scenario.startOperator();
    await apply();
    await scenario.untilReason(KIND, 'one', 'Applied');
    const { config } = await scenario.search.ok<{ config: { dynamic: { hosts_resolver_mode: string } } }>('GET', PATH);
    // What is declared as a whole leaves no room for what somebody else wants.
    expect(config.dynamic.hosts_resolver_mode).toBe(mode === 'Merge' ? value : 'ip-only');
    expect([await hasDomain(), (await journals()).toSorted()]).toEqual([true, ['Committed', 'Unchanged']]);
  });

  it('is put back when the cluster lets nobody in and the operator is killed before it could tell', async () => {
    const operator = scenario.startOperator();
    asAdmin.fault = lockOutAt(isWrite, () => void operator.kill());
    await apply();
    await waitFor('the domain to come', async () => ((await hasDomain()) ? true : undefined));
    asAdmin.fault = saysItIsDown;
    scenario.startOperator();
    await waitFor('the domain to go', async () => ((await hasDomain()) ? undefined : true));
    asAdmin.fault = () => undefined;
    await scenario.untilReason(KIND, 'one', 'RolledBack');
    expect(await hasDomain()).toBe(false);
  });
});
