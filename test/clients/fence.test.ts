import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { KubernetesClient } from '../../src/clients/kubernetes.ts';
import { OpenSearchClient } from '../../src/clients/opensearch.ts';
import { NotLeaderError } from '../../src/errors.ts';
import { waitFor } from '../support/wait-for.ts';

/** Many times what either client sends at once. */
const MANY = 60;

let server: Server;
let url: string;
let mayWrite: boolean;
let lost: AbortController;
const arrived: string[] = [];
const waiting: ServerResponse[] = [];

const caller = {
  get lost(): AbortSignal {
    return lost.signal;
  },
  userAgent: 'the-operator/1 (pod-1)',
  assertMayWrite: () => {
    if (!mayWrite) throw new NotLeaderError('nothing is written');
  },
};

beforeEach(async () => {
  [mayWrite, arrived.length, waiting.length] = [true, 0, 0];
  lost = new AbortController();
  server = createServer((request, response) => {
    arrived.push(`${request.method ?? ''} ${request.headers['user-agent'] ?? ''}`);
    waiting.push(response);
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

afterEach(() => server.close().closeAllConnections());

function answerAll(): void {
  for (const response of waiting.splice(0)) response.end('{}');
}

async function untilWaiting(count: number): Promise<void> {
  await waitFor(`${count} requests`, () => Promise.resolve(waiting.length >= count ? true : undefined));
}

interface Client {
  readonly request: (request: { readonly method: 'GET' | 'PATCH'; readonly path: string }) => Promise<unknown>;
  readonly close: () => Promise<void>;
}

const clients: readonly (readonly [string, () => Client])[] = [
  [
    'the API server',
    () =>
      new KubernetesClient(
        { server: url, tls: () => Promise.resolve({}), headers: () => Promise.resolve({}), namespace: 'platform' },
        { caller },
      ),
  ],
  [
    'OpenSearch',
    () =>
      new OpenSearchClient({
        endpoints: [url],
        auth: { type: 'basic', username: 'operator', password: 'password' },
        insecureSkipVerify: false,
        requestTimeoutMs: 5000,
        opaqueId: 'test',
        caller,
      }),
  ],
];

describe.each(clients)('the way to %s', (_, open) => {
  test('tells who asks', async () => {
    const client = open();
    const asking = client.request({ method: 'GET', path: '/' });
    await untilWaiting(1);
    answerAll();
    await asking;
    expect(arrived).toEqual(['GET the-operator/1 (pod-1)']);
    await client.close();
  });

  test('is closed for writes, and open for reads, of somebody who must not write', async () => {
    const client = open();
    mayWrite = false;
    await expect(client.request({ method: 'PATCH', path: '/' })).rejects.toThrow(NotLeaderError);
    const reading = client.request({ method: 'GET', path: '/' });
    await untilWaiting(1);
    answerAll();
    await reading;
    expect(arrived).toHaveLength(1);
    await client.close();
  });

  test('is closed for writes that waited for a connection until somebody else could lead', async () => {
    const client = open();
    const writes = Array.from({ length: MANY }, () => client.request({ method: 'PATCH', path: '/' }));
    const ends = Promise.allSettled(writes);
    await untilWaiting(2);
    const sent = await waitFor('no more of them', async () => {
      const before = arrived.length;
      await new Promise((resolve) => setTimeout(resolve, 50));
      return arrived.length === before ? before : undefined;
    });
    mayWrite = false;
    answerAll();
    const refused = (await ends).filter((end) => end.status === 'rejected' && end.reason instanceof NotLeaderError);
    expect(sent).toBeLessThan(MANY);
    expect(refused).toHaveLength(MANY - sent);
    expect(arrived).toHaveLength(sent);
    await client.close();
  });

  test('is cut for a write that is under way, and not for a read, when the right to write is lost', async () => {
    const client = open();
    const writing = client.request({ method: 'PATCH', path: '/' });
    await untilWaiting(1);
    const closed = new Promise((resolve) => waiting[0]?.once('close', resolve));
    const reading = client.request({ method: 'GET', path: '/' });
    await untilWaiting(2);
    lost.abort();
    await expect(writing).rejects.toThrow(NotLeaderError);
    await closed;
    answerAll();
    await reading;
    await client.close();
  });
});
