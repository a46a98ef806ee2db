import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { setImmediate as others } from 'node:timers/promises';
import { afterEach, describe, expect, test } from '@jest/globals';
import { OpenSearchClient, type RequestObserver, type RequestRecord } from '../../src/clients/opensearch.ts';
import { AnotherClusterError, UnreachableError } from '../../src/errors.ts';

type Handler = (request: IncomingMessage, response: ServerResponse) => void;

const SETTINGS = {
  auth: { type: 'basic', username: 'operator', password: 'pässword' },
  insecureSkipVerify: false,
  requestTimeoutMs: 5000,
  opaqueId: 'the-operator/ns/name',
} as const;

const servers: Server[] = [];
const sockets: Socket[] = [];
const clients: OpenSearchClient[] = [];

afterEach(async () => {
  for (const client of clients.splice(0)) await client.close();
  for (const server of servers.splice(0)) server.close().closeAllConnections();
  sockets.length = 0;
});

async function serve(handler: Handler): Promise<string> {
  const server = createServer(handler);
  // As OpenSearch: it neither closes what is idle nor says that it will.
  server.keepAliveTimeout = 0;
  server.on('connection', (socket: Socket) => sockets.push(socket));
  servers.push(server);
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

function aClient(...endpoints: readonly string[]): OpenSearchClient {
  return observed(undefined, endpoints);
}

function observed(observer: RequestObserver | undefined, endpoints: readonly string[]): OpenSearchClient {
  const client = new OpenSearchClient({ ...SETTINGS, endpoints, ...(observer === undefined ? {} : { observer }) });
  clients.push(client);
  return client;
}

const ok: Handler = (_, response) => response.end('{"ok":true}');
const hangUp: Handler = (request) => request.socket.destroy();

describe('the client of one cluster', () => {
  test('says who asks and from where', async () => {
    let headers: IncomingMessage['headers'] = {};
    const endpoint = await serve((request, response) => {
      headers = request.headers;
      response.end('{}');
    });
    await aClient(endpoint).request({ method: 'GET', path: '/' });
    expect(headers['x-opaque-id']).toBe('the-operator/ns/name');
    expect(headers.authorization).toBe(`Basic ${Buffer.from('operator:pässword').toString('base64')}`);
  });

  test('says on whose behalf each request is made, and tells of each try', async () => {
    const ids: unknown[] = [];
    const good = await serve((request, response) => {
      ids.push(request.headers['x-opaque-id']);
      response.writeHead(503).end('');
    });
    const records: RequestRecord[] = [];
    const observer = { opaqueId: 'turn-1', answered: (record: RequestRecord) => void records.push(record) };
    const client = observed(observer, ['http://127.0.0.1:1', good]);
    await client.request({ method: 'GET', path: '/_plugins/_security/api/roles/secret-name' });
    observer.opaqueId = 'turn-2';
    await client.request({ method: 'PATCH', path: '/_plugins/_security/api/roles', body: '[]' });
    expect(ids).toEqual(['turn-1', 'turn-2']);
    expect(records).toMatchObject([
      { endpoint: 'roles', method: 'GET', code: '<error>' },
      { endpoint: 'roles', method: 'GET', code: '503' },
      { endpoint: 'roles', method: 'PATCH', code: '503' },
    ]);
    expect(Math.min(...records.map(({ ms }) => ms))).toBeGreaterThan(0);
  });

  test.each([
    ['JSON', '{"a":1}', { a: 1 }],
    ['text', 'Unauthorized', 'Unauthorized'],
    ['nothing', '', ''],
  ])('reads %s', async (_, text, body) => {
    const endpoint = await serve((__, response) => response.writeHead(401).end(text));
    expect(await aClient(endpoint).request({ method: 'GET', path: '/' })).toEqual({ status: 401, body });
  });

  test('asks the next endpoint when one cannot be reached, and stays there', async () => {
    let asked = 0;
    const good = await serve((_, response) => {
      asked += 1;
      response.end('{}');
    });
    const client = aClient('http://127.0.0.1:1', good);
    await client.request({ method: 'PATCH', path: '/', body: '[]' });
    await client.request({ method: 'PATCH', path: '/', body: '[]' });
    expect(asked).toBe(2);
  });

  test('asks the next endpoint when a read breaks', async () => {
    const client = aClient(await serve(hangUp), await serve(ok));
    expect(await client.request({ method: 'GET', path: '/' })).toEqual({ status: 200, body: { ok: true } });
  });

  test('sends no write twice when it breaks: it may have been stored', async () => {
    let asked = 0;
    const second = await serve((_, response) => {
      asked += 1;
      response.end('{}');
    });
    const write = aClient(await serve(hangUp), second).request({ method: 'PATCH', path: '/', body: '[]' });
    await expect(write).rejects.toThrow(UnreachableError);
    expect(asked).toBe(0);
  });

  test.each(['/_plugins/_security/health', '/'])('does not read an endless answer to %s', async (path) => {
    const endpoint = await serve((_, response) => {
      const chunk = Buffer.alloc(256 * 1024, 'x');
      const send = (): void => {
        while (!response.destroyed && response.write(chunk));
        if (!response.destroyed) response.once('drain', send);
      };
      send();
    });
    const reading = aClient(endpoint).request({ method: 'GET', path });
    await expect(reading).rejects.toThrow(UnreachableError);
    await expect(reading).rejects.toThrow(/larger than 1 MiB/);
  });

  test('gives up on an answer that does not end, though something comes now and then', async () => {
    const endpoint = await serve((_, response) => {
      response.write('{');
      const timer = setInterval(() => response.write(' '), 20);
      response.on('close', () => clearInterval(timer));
    });
    const client = new OpenSearchClient({ ...SETTINGS, endpoints: [endpoint], requestTimeoutMs: 200 }, { bodyMs: 100 });
    clients.push(client);
    const reading = client.request({ method: 'GET', path: '/x' }, new AbortController().signal);
    await expect(reading).rejects.toThrow(UnreachableError);
    await expect(reading).rejects.toThrow('GET /x: not answered to the end within 0.3 s');
  });

  describe('that has to check endpoints', () => {
    const get = { method: 'GET', path: '/' } as const;
    const patch = { method: 'PATCH', path: '/roles', body: '[]' } as const;

    interface Member {
      readonly url: string;
      readonly asked: string[];
      readonly become: (uuid: string) => void;
    }

    /** Serves what says of itself that it is of a cluster; tells what was asked. */
    async function member(uuid: string): Promise<Member> {
      const asked: string[] = [];
      const become = (another: string): void => void (uuid = another);
      const url = await serve(({ method, url: path }, response) => {
        asked.push(`${method ?? ''} ${path ?? ''}`);
        response.end(JSON.stringify({ uuid }));
      });
      return { url, asked, become };
    }

    function checking(client: OpenSearchClient, uuid: string): OpenSearchClient {
      client.checkEndpoints(async (ask) => {
        const { body } = await ask('/');
        if ((body as { uuid: string }).uuid !== uuid) throw new AnotherClusterError('another');
      });
      return client;
    }

    test('asks nothing more of the one that it was opened with', async () => {
      const first = await member('a');
      const client = aClient(first.url);
      await client.request(get);
      checking(client, 'a');
      await client.request(patch);
      expect(first.asked).toEqual(['GET /', 'PATCH /roles']);
    });

    test('checks the next one once before it writes there', async () => {
      const second = await member('a');
      const client = checking(aClient('http://127.0.0.1:1', second.url), 'a');
      await client.request(patch);
      await client.request(patch);
      expect(second.asked).toEqual(['GET /', 'PATCH /roles', 'PATCH /roles']);
    });

    test.each([
      ['writes', patch],
      ['reads', { method: 'GET', path: '/roles' } as const],
    ])('never %s where another cluster answers', async (_, request) => {
      const second = await member('b');
      const client = checking(aClient('http://127.0.0.1:1', second.url), 'a');
      await expect(client.request(request)).rejects.toThrow(AnotherClusterError);
      expect(second.asked).toEqual(['GET /']);
    });

    test('passes by another cluster when one more is of the right one', async () => {
      const [second, third] = [await member('b'), await member('a')];
      const client = checking(aClient('http://127.0.0.1:1', second.url, third.url), 'a');
      await client.request(patch);
      expect([second.asked, third.asked]).toEqual([['GET /'], ['GET /', 'PATCH /roles']]);
    });

    test('passes by one that breaks before the write is sent', async () => {
      const second = await member('a');
      await checking(aClient(await serve(hangUp), second.url), 'a').request(patch);
      expect(second.asked).toEqual(['GET /', 'PATCH /roles']);
    });

    /** Over when the client knows of it: sockets are closed at the end of a round of the event loop. */
    async function allClosed(): Promise<void> {
      await Promise.all(sockets.splice(0).map((socket) => once(socket, 'close')));
      for (const round of [1, 2]) await others(round);
    }

    /** The server does it, without any failure. */
    async function closeIdle(): Promise<void> {
      for (const socket of sockets) socket.end();
      await allClosed();
    }

    const read = { method: 'GET', path: '/roles' } as const;

    async function opened(first: Member, idleMs = 30_000): Promise<OpenSearchClient> {
      const client = new OpenSearchClient({ ...SETTINGS, endpoints: [first.url] }, { idleMs });
      clients.push(client);
      await Promise.all([client.request(read), client.request(read), client.request(read)]);
      first.asked.length = 0;
      return checking(client, 'a');
    }

    test('checks once before it writes when connections were closed that nobody used', async () => {
      const first = await member('a');
      const client = await opened(first);
      await closeIdle();
      await client.request(patch);
      await client.request(patch);
      expect(first.asked).toEqual(['GET /', 'PATCH /roles', 'PATCH /roles']);
    });

    test('checks before it writes when it closed itself all that nobody used', async () => {
      const first = await member('a');
      const client = await opened(first, 50);
      await allClosed();
      await client.request(patch);
      expect(first.asked).toEqual(['GET /', 'PATCH /roles']);
    });

    test('reads then without a check, and still checks before it writes', async () => {
      const first = await member('a');
      const client = await opened(first);
      await closeIdle();
      await client.request(read);
      await client.request(patch);
      expect(first.asked).toEqual(['GET /roles', 'GET /', 'PATCH /roles']);
    });

    test('never writes where another cluster answers since then', async () => {
      const first = await member('a');
      const client = await opened(first);
      await closeIdle();
      first.become('b');
      await expect(client.request(patch)).rejects.toThrow(AnotherClusterError);
      expect(first.asked).toEqual(['GET /']);
    });

    test('checks nothing when it closes what it used for a moment only and goes on with the rest', async () => {
      const first = await member('a');
      const client = await opened(first, 200);
      // In no hurry, so that one connection is enough.
      while (sockets.filter(({ destroyed }) => !destroyed).length > 1) {
        await client.request(read);
        await others();
      }
      await client.request(patch);
      expect(first.asked.filter((asked) => asked !== 'GET /roles')).toEqual(['PATCH /roles']);
    });

    test('takes none for known that was moved to before there was anything to check', async () => {
      const second = await member('b');
      const client = aClient('http://127.0.0.1:1', second.url);
      await client.request(get);
      await expect(checking(client, 'a').request(patch)).rejects.toThrow();
      expect(second.asked).not.toContain('PATCH /roles');
    });
  });

  test('asks the next endpoint when two reads break at once', async () => {
    const waiting: IncomingMessage[] = [];
    const first = await serve((request) => {
      waiting.push(request);
      if (waiting.length === 2) for (const { socket } of waiting) socket.destroy();
    });
    const client = aClient(first, await serve(ok));
    const read = (): Promise<unknown> => client.request({ method: 'GET', path: '/' });
    expect(await Promise.all([read(), read()])).toHaveLength(2);
  });

  test('says which endpoint is no address at all', () => {
    expect(() => aClient('https://10.0.0.256:9200')).toThrow(/10\.0\.0\.256.*no address/);
  });

  test('fails when no endpoint can be reached, and does not name the password', async () => {
    const failing = aClient('http://127.0.0.1:1', 'http://127.0.0.1:2').request({ method: 'GET', path: '/x' });
    await expect(failing).rejects.toThrow(/^GET \/x: ECONNREFUSED$/);
  });
});
