import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { OperatorProcess } from '../support/operator-process.ts';
import { adminCertificate } from '../support/real-stack.ts';
import { RecordingProxy, type Fault, type Recorded } from '../support/recording-proxy.ts';
import { HOME } from '../support/rights.ts';
import { Scenario } from '../support/scenario.ts';
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
const isWrite = ({ method, path }: Recorded): boolean => method === 'PATCH' && path.endsWith('/securityconfig');
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

describe('a change of the security configuration', () => {
  let scenario: Scenario;
  let asAdmin: RecordingProxy;
  let before: unknown;

  beforeEach(async () => {
    scenario = await Scenario.start();
    const { cluster, stack, caPem } = scenario.real;
    asAdmin = await RecordingProxy.start(
      { url: cluster.nodes[0]?.url ?? '', caPem, ...adminCertificate(cluster) },
      stack.ca,
    );
    before = (await scenario.search.ok<{ config: unknown }>('GET', PATH)).config;
    await scenario.connect({ endpoints: [asAdmin.url] });
  });
  afterEach(async () => {
    await scenario.search.ok('PUT', `${PATH}/config`, before);
    await scenario.stop();
    await asAdmin.stop();
  });

  async function hasDomain(): Promise<boolean> {
    const { config } = await scenario.search.ok<{ config: { dynamic: { authc: object } } }>('GET', PATH);
    return Object.keys(config.dynamic.authc).includes(scenario.namespace);
  }

  /** Every journal of this connection that is still open. */
  async function openJournals(): Promise<number> {
    const path = `/api/v1/namespaces/${HOME}/secrets?labelSelector=security.opensearch.org/backup=true`;
    const { items } = await scenario.kube.ok<{ items: readonly object[] }>('GET', path);
    const ours = items
      .map((item) => JSON.stringify(item))
      .filter((text) => text.includes(`${scenario.namespace}/default`));
    return ours.filter((text) => text.includes(String.raw`\"state\":\"Open\"`)).length;
  }

  function apply(): Promise<unknown> {
    return scenario.create(KIND, 'one', { dynamic: { authc: { [scenario.namespace]: DOMAIN } } });
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
      expect([await hasDomain(), await openJournals()]).toEqual([true, 0]);
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
    expect([await hasDomain(), await openJournals()]).toEqual([true, 0]);
  });

  it('is put back when the cluster lets nobody in and the operator is killed before it could tell', async () => {
    const operator = scenario.startOperator();
    let isDead = false;
    asAdmin.fault = (request) => {
      if (isDead) return { type: 'answer', status: 503, body: 'OpenSearch Security not initialized.' };
      if (!isWrite(request)) return undefined;
      isDead = true;
      void operator.kill();
      return { type: 'lose-answer' };
    };
    await apply();
    await waitFor('the operator to be killed', () => Promise.resolve(isDead ? true : undefined));
    asAdmin.fault = ({ method, path }) =>
      method === 'GET' && path.endsWith('/health')
        ? { type: 'answer', status: 503, body: '{"message":"Not initialized","mode":"strict","status":"DOWN"}' }
        : undefined;
    scenario.startOperator();
    await waitFor('the domain to go', async () => ((await hasDomain()) ? undefined : true));
    asAdmin.fault = () => undefined;
    await scenario.untilReason(KIND, 'one', 'RolledBack');
    expect(await hasDomain()).toBe(false);
  });
});
