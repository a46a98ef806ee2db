import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { purgeStack, startNode, stopNode, type OwnStack, type StackCluster } from '../stack/stack.ts';
import type { OperatorProcess } from '../support/operator-process.ts';
import { startOwnOpenSearch } from '../support/own-servers.ts';
import { adminCertificate } from '../support/real-stack.ts';
import { RecordingProxy, type Fault, type Recorded } from '../support/recording-proxy.ts';
import { readyOf, Scenario, type Login } from '../support/scenario.ts';
import { waitFor } from '../support/wait-for.ts';

const KIND = 'OpenSearchSecurityConfig';
const PATH = '/_plugins/_security/api/securityconfig';
const VERSION = process.env['OPENSEARCH_VERSION'] ?? '3.4.0';
/** Both versions may be under test at once. */
const NAME = `${process.env['STACK_NAME'] ?? 'test'}-lockout-${VERSION.startsWith('2') ? '2' : '3'}`;
const BASIC = 'basic_internal_auth_domain';
const MODES = ['Merge', 'Replace'] as const;
type Mode = (typeof MODES)[number];
/** Nobody answers there, so nobody gets in. */
const NOWHERE = { type: 'ldap', config: { hosts: ['127.0.0.1:1'], userbase: 'x', usersearch: '(uid={0})' } };

const isWrite = ({ method, path }: Recorded): boolean =>
  (method === 'PATCH' && path.endsWith('/securityconfig')) || (method === 'PUT' && path.endsWith('/config'));

/** Servers of its own, where users with a password may change the configuration. */
describe('an operator with a password and a rescue certificate', () => {
  let stack: OwnStack;
  let scenario: Scenario;
  /** To OpenSearch; whoever comes without a password comes with the rescue certificate. */
  let proxy: RecordingProxy;
  let operator: OperatorProcess;
  let before: { readonly config: { readonly dynamic: { readonly authc: Readonly<Record<string, object>> } } };
  let people: readonly Login[];

  beforeAll(async () => {
    const settings = { 'plugins.security.restapi.admin.enabled': false };
    const wanted = { version: VERSION, nodes: 1, settings };
    const { real, own } = await startOwnOpenSearch({ name: NAME, opensearch: [wanted] });
    const { cluster, caPem } = real;
    stack = own;
    scenario = await Scenario.start(real);
    before = await scenario.search.ok('GET', PATH);
    proxy = await startProxy(cluster, caPem);
    await scenario.adminSecret('rescue');
    const { username, password } = cluster;
    const jane = await scenario.person();
    people = [{ username, password }, jane];
    await scenario.secret('jane', { ...jane });
    const rescue = { clientCertificate: { secretRef: { name: 'rescue' } } };
    await scenario.connect({ endpoints: [proxy.url], rescue });
    operator = scenario.startOperator();
    await scenario.untilReason('OpenSearchConnection', 'default', 'Connected');
  }, 300_000);
  afterEach(async () => {
    proxy.fault = () => undefined;
    await scenario.delete(KIND, 'one');
    await scenario.untilGone(KIND, 'one');
    await scenario.search.ok('PUT', `${PATH}/config`, before.config);
  });
  afterAll(async () => {
    await scenario.stop();
    await proxy.stop();
    await purgeStack(NAME);
  }, 120_000);

  function startProxy(cluster: StackCluster, caPem: string): Promise<RecordingProxy> {
    const url = cluster.nodes[0]?.url ?? '';
    return RecordingProxy.start({ url, caPem, ...adminCertificate(cluster), isCertForOthers: true }, stack.ca);
  }

  /** What is declared with a mode: a part, or that in all that is there. */
  function declared(
    mode: Mode,
    part: { readonly authc?: Readonly<Record<string, object>>; readonly do_not_fail_on_forbidden?: boolean },
  ): object {
    const { dynamic } = before.config;
    const whole = { ...dynamic, ...part, authc: { ...dynamic.authc, ...part.authc } };
    return { mode, adoptionPolicy: 'Always', dynamic: mode === 'Replace' ? whole : part };
  }

  function lockOut(mode: Mode): Promise<unknown> {
    const basic = { ...before.config.dynamic.authc[BASIC], authentication_backend: NOWHERE };
    const probes = [{ secretRef: { name: 'jane' } }];
    return scenario.create(KIND, 'one', { ...declared(mode, { authc: { [BASIC]: basic } }), probes });
  }

  const isLockedOut = async (): Promise<boolean> => {
    const { username, password } = scenario.real.cluster;
    return (await scenario.logIn({ username, password })).status !== 200;
  };

  async function everybodyGetsIn(): Promise<void> {
    for (const login of people) expect(await scenario.logIn(login)).toMatchObject({ status: 200 });
  }

  async function isAsBefore(): Promise<void> {
    expect(await scenario.search.ok('GET', PATH)).toEqual(before);
    await everybodyGetsIn();
  }

  it.each(MODES)('changes the configuration with its password alone, with mode %s', async (mode) => {
    await scenario.create(KIND, 'one', declared(mode, { do_not_fail_on_forbidden: true }));
    await scenario.untilReason(KIND, 'one', 'Applied');
    const { config } = await scenario.search.ok<{ config: { dynamic: object } }>('GET', PATH);
    expect(config.dynamic).toMatchObject({ do_not_fail_on_forbidden: true });
    await everybodyGetsIn();
  });

  it.each(MODES)(
    'puts back what locks everybody out, itself included, with mode %s, and does not try it again',
    async (mode) => {
      proxy.forget();
      await lockOut(mode);
      const object = await scenario.untilReason(KIND, 'one', 'RolledBack');
      expect(readyOf(object)?.message).toContain('the operator does not get in any more');
      await isAsBefore();
      await new Promise((resolve) => setTimeout(resolve, 11_000));
      const method = mode === 'Replace' ? 'PUT' : 'PATCH';
      expect(proxy.requests.filter(isWrite).map((request) => request.method)).toEqual([method, method]);
    },
  );

  it.each(MODES)(
    'puts it back at the next start when it is killed while everybody is locked out, with mode %s',
    async (mode) => {
      let isDead = false;
      proxy.fault = (request): Fault | undefined => {
        if (isDead) return { type: 'cut' };
        isDead = isWrite(request);
        return isDead ? { type: 'lose-answer' } : undefined;
      };
      await lockOut(mode);
      await waitFor('the write', () => Promise.resolve(isDead ? true : undefined));
      // Who logs in while the nodes load the configuration is remembered by them, and let in by the old one.
      await new Promise((resolve) => setTimeout(resolve, 3000));
      await waitFor('everybody to be locked out', async () => ((await isLockedOut()) ? true : undefined));
      await operator.kill();
      proxy.fault = () => undefined;
      operator = scenario.startOperator();
      const object = await scenario.untilReason(KIND, 'one', 'RolledBack');
      expect(readyOf(object)?.message).toContain('put back what was there before');
      await isAsBefore();
    },
  );

  it('ends in force, with everybody let in, when the server is stopped right after the write and started again', async () => {
    let isStopped = false;
    proxy.fault = async (request): Promise<Fault | undefined> => {
      if (isStopped || !isWrite(request)) return undefined;
      isStopped = true;
      await scenario.search.ok(request.method, request.path, JSON.parse(request.body));
      await stopNode(stack, VERSION, 0);
      return { type: 'cut' };
    };
    await scenario.create(KIND, 'one', { dynamic: { do_not_fail_on_forbidden: true } });
    await scenario.untilReason('OpenSearchConnection', 'default', 'Unreachable');
    stack = await startNode(stack, VERSION, 0);
    await scenario.untilReason(KIND, 'one', 'Applied');
    await everybodyGetsIn();
  }, 240_000);

  it('waits for somebody else to mend a limit that no node can load, and goes on by itself then', async () => {
    const listener = { type: 'nosuch', allowed_tries: 3 };
    const at = '/config/dynamic/auth_failure_listeners/broken';
    const answer = await scenario.search.call('PATCH', PATH, [{ op: 'add', path: at, value: listener }]);
    expect([answer.status, JSON.stringify(answer.body)]).toEqual([500, expect.stringContaining('Error Failed node')]);
    proxy.forget();
    await scenario.create(KIND, 'one', { dynamic: { do_not_fail_on_forbidden: true } });
    await waitFor('a try', () => Promise.resolve(proxy.requests.some(isWrite) ? true : undefined));
    await new Promise((resolve) => setTimeout(resolve, 5000));

    const tried = await scenario.get(KIND, 'one');
    expect(tried === undefined ? undefined : readyOf(tried)?.status).not.toBe('True');
    await scenario.search.ok('PATCH', PATH, [{ op: 'remove', path: at }]);
    await scenario.untilReason(KIND, 'one', 'Applied');
    expect(await isLockedOut()).toBe(false);
  });
});
