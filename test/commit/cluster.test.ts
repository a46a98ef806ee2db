import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, test } from '@jest/globals';
import { openCluster, type Cluster } from '../../src/commit/cluster.ts';
import { AnotherClusterError } from '../../src/errors.ts';

const STATE = '/_cluster/state/nodes?filter_path=cluster_uuid,nodes.*.ephemeral_id';
const CAT = '/_cat/nodes?h=id&full_id=true&format=json';
const never = new AbortController().signal;

const servers: Server[] = [];
const clusters: Cluster[] = [];

afterEach(async () => {
  for (const cluster of clusters.splice(0)) await cluster.close();
  for (const server of servers.splice(0)) server.close().closeAllConnections();
});

/** One node of a cluster; answers with 403 what `refused` has. */
interface Member {
  readonly url: string;
  uuid: string;
  readonly refused: Set<string>;
  readonly asked: string[];
  readonly goDown: () => void;
}

async function member(uuid: string, connection = 'close'): Promise<Member> {
  const server = createServer(({ method, url = '' }, response) => {
    node.asked.push(`${method ?? ''} ${url}`);
    // Whoever comes again after it went down is to see that before anything is sent.
    response.setHeader('connection', connection);
    if (node.refused.has(url)) response.writeHead(403);
    response.end(JSON.stringify(answerOf(node.uuid, url)));
  });
  servers.push(server);
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const goDown = (): void => server.close().closeAllConnections();
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const node: Member = { url, uuid, refused: new Set(), asked: [], goDown };
  return node;
}

function answerOf(uuid: string, url: string): unknown {
  const answers: Readonly<Record<string, unknown>> = {
    '/': { cluster_uuid: uuid, version: { number: '3.4.0' } },
    '/_plugins/_security/health': { status: 'UP', mode: 'strict' },
    '/_plugins/_security/authinfo': { user_name: 'operator', principal: null },
    [STATE]: { cluster_uuid: uuid, nodes: { 'node-b': { ephemeral_id: '1' }, 'node-a': { ephemeral_id: '2' } } },
    [CAT]: [{ id: 'node-b' }, { id: 'node-a' }],
  };
  return answers[url] ?? { status: 'OK', message: 'Resource updated.' };
}

async function open(...members: readonly Member[]): Promise<Cluster> {
  const auth = { type: 'basic', username: 'operator', password: 'password' } as const;
  const place = { endpoints: members.map(({ url }) => url), auth, opaqueId: 'test' };
  const cluster = await openCluster({ ...place, insecureSkipVerify: false, requestTimeoutMs: 5000 }, 'Plugins', never);
  clusters.push(cluster);
  for (const { asked } of members) asked.length = 0;
  return cluster;
}

function write(cluster: Cluster): Promise<unknown> {
  return cluster.patchDocument('roles', [{ type: 'add', name: 'ops', value: '{}' }]);
}

describe('the nodes of a cluster', () => {
  test('are told in one request, along with which cluster it is', async () => {
    const node = await member('a');
    expect(await (await open(node)).fetchNodes(never)).toEqual(['node-a', 'node-b']);
    expect(node.asked).toEqual([`GET ${STATE}`]);
  });

  test('are asked for in the other way by who may not see the state, and that is found out once', async () => {
    const node = await member('a');
    node.refused.add(STATE);
    const cluster = await open(node);
    expect(await cluster.fetchNodes(never)).toEqual(['node-a', 'node-b']);
    expect(await cluster.fetchNodes(never)).toEqual(['node-a', 'node-b']);
    expect(node.asked).toEqual([`GET ${STATE}`, `GET ${CAT}`, `GET ${CAT}`]);
  });

  test('are unknown to who may see neither', async () => {
    const node = await member('a');
    for (const path of [STATE, CAT]) node.refused.add(path);
    expect(await (await open(node)).fetchNodes(never)).toBeUndefined();
  });

  test('are not those of another cluster that answers at the same endpoint meanwhile', async () => {
    const node = await member('a');
    const cluster = await open(node);
    node.uuid = 'b';
    await expect(cluster.fetchNodes(never)).rejects.toThrow(AnotherClusterError);
  });

  test('are taken for what they are where the cluster may not be asked who it is', async () => {
    const node = await member('a');
    node.refused.add('/');
    const cluster = await open(node);
    node.uuid = 'b';
    expect(await cluster.fetchNodes(never)).toEqual(['node-a', 'node-b']);
  });
});

describe('when an endpoint is gone', () => {
  test('nothing is written to the next one if that is of another cluster', async () => {
    const [active, standby] = [await member('a'), await member('b')];
    const cluster = await open(active, standby);
    active.goDown();
    await expect(write(cluster)).rejects.toThrow(AnotherClusterError);
    expect(standby.asked).toEqual(['GET /']);
  });

  test('the next one of the same cluster is written to, after one look at who it is', async () => {
    const [first, second] = [await member('a'), await member('a', 'keep-alive')];
    const cluster = await open(first, second);
    first.goDown();
    await write(cluster);
    await write(cluster);
    const patch = 'PATCH /_plugins/_security/api/roles';
    expect(second.asked).toEqual(['GET /', patch, patch]);
  });

  test('no change of the configuration is put back into another cluster', async () => {
    const [active, standby] = [await member('a'), await member('b')];
    const cluster = await open(active, standby);
    active.goDown();
    const putBack = cluster.configuration.asRescuer((api) => api.put({}));
    await expect(putBack).rejects.toThrow(AnotherClusterError);
    expect(standby.asked).toEqual(['GET /']);
  });

  test('no change of the configuration is undone for what another cluster says of it', async () => {
    const node = await member('a');
    const cluster = await open(node);
    node.uuid = 'b';
    await expect(cluster.configuration.prove()).rejects.toThrow(AnotherClusterError);
  });

  test('what does not say who it is for a moment is not written to, but may be mended', async () => {
    const [first, second] = [await member('a'), await member('a')];
    const cluster = await open(first, second);
    first.goDown();
    second.uuid = '_na_';
    await expect(write(cluster)).rejects.toThrow('forms');
    await cluster.configuration.asRescuer((api) => api.put({}));
    expect(second.asked.filter((asked) => asked !== 'GET /')).toEqual([
      'PUT /_plugins/_security/api/securityconfig/config',
    ]);
  });
});
