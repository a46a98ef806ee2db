import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { generatePassword } from '../../src/desired/generate-password.ts';
import { freezeNode, purgeStack, thawNode, type OwnStack, type StackCluster, type StackNode } from '../stack/stack.ts';
import { startOwnOpenSearch } from '../support/own-servers.ts';
import { Rest } from '../support/rest.ts';
import { Scenario } from '../support/scenario.ts';
import { waitFor } from '../support/wait-for.ts';

const VERSION = process.env['OPENSEARCH_VERSION'] ?? '3.4.0';
/** Both versions may be under test at once. */
const NAME = `${process.env['STACK_NAME'] ?? 'test'}-nodes-${VERSION.startsWith('2') ? '2' : '3'}`;

describe('Promise 11: a node that was away or frozen during a write does not go on with stale rules', () => {
  let scenario: Scenario;
  let stack: OwnStack;
  /** Which of the nodes hangs: not the one that leads the cluster and is written to. */
  let hanging: number;

  beforeAll(async () => {
    const { real, own } = await startOwnOpenSearch({ name: NAME, opensearch: [{ version: VERSION, nodes: 2 }] });
    stack = own;
    scenario = await Scenario.start({ ...real, cluster: { ...real.cluster, nodes: await leaderFirst(real.cluster) } });
    await scenario.connect();
    scenario.startOperator();
    await scenario.untilReason('OpenSearchConnection', 'default', 'Connected');
  });
  afterAll(async () => {
    // It would answer nothing, not even that it is to end.
    thawNode(stack, VERSION, hanging);
    await scenario.stop();
    await purgeStack(NAME);
  });

  async function leaderFirst({ nodes, caPath, username, password }: StackCluster): Promise<readonly StackNode[]> {
    const authorization = `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
    const rest = new Rest({
      url: nodes[0]?.url ?? '',
      caPem: readFileSync(caPath, 'utf8'),
      headers: { authorization },
    });
    const [leader] = await rest.ok<readonly { readonly node: string }[]>(
      'GET',
      '/_cat/cluster_manager?h=node&format=json',
    );
    await rest.close();
    hanging = nodes.findIndex(({ name }) => name !== leader?.node);
    return [...nodes.filter((_, index) => index !== hanging), ...nodes.filter((_, index) => index === hanging)];
  }

  function flushes(): number {
    return scenario.searchProxy.writes.filter(({ method, path }) => method === 'DELETE' && path.endsWith('/cache'))
      .length;
  }

  async function untilNodes(count: number): Promise<void> {
    await waitFor(`${count} nodes`, async () => {
      const nodes = await scenario.search.ok<readonly unknown[]>('GET', '/_cat/nodes?h=id&format=json');
      return nodes.length === count ? true : undefined;
    });
  }

  it('does not let in a user that was deleted meanwhile, once it is back', async () => {
    const login = { username: `${scenario.namespace}-leaver`, password: generatePassword(20, randomBytes) };
    await scenario.secret(login.username, { password: login.password });
    const passwordFrom = { secretKeyRef: { name: login.username } };
    await scenario.create('OpenSearchUser', login.username, { passwordFrom });
    await scenario.untilReason('OpenSearchUser', login.username, 'Applied');
    expect((await scenario.logIn(login, 1)).status).toBe(200);
    freezeNode(stack, VERSION, hanging);
    await scenario.delete('OpenSearchUser', login.username);
    await scenario.untilGone('OpenSearchUser', login.username, 120_000);
    await untilNodes(1);
    const before = flushes();
    thawNode(stack, VERSION, hanging);
    await untilNodes(2);
    await waitFor('the caches flushed', async () => ((await Promise.resolve(flushes())) > before ? true : undefined));
    await waitFor('the node to refuse the user', async () =>
      (await scenario.logIn(login, 1)).status === 401 ? true : undefined,
    );
  });
});
