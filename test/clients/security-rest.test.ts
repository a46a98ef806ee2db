import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, test } from '@jest/globals';
import { OpenSearchClient } from '../../src/clients/opensearch.ts';
import { securityRest, type SecurityRest } from '../../src/clients/security-rest.ts';
import { NotInitializedError, UnreachableError } from '../../src/errors.ts';

const closers: (() => unknown)[] = [];

afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

interface Seen {
  readonly line: string;
  readonly body: string;
}

type Answer = (response: ServerResponse, request: IncomingMessage) => void;

/** A server that answers each request alike and keeps what it was asked. */
async function serve(answer: Answer): Promise<{ url: string; seen: Seen[] }> {
  const seen: Seen[] = [];
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk) => (body += String(chunk)));
    request.on('end', () => {
      seen.push({ line: `${request.method ?? ''} ${request.url ?? ''}`, body });
      answer(response, request);
    });
  });
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  closers.push(() => {
    server.close().closeAllConnections();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, seen };
}

function restOf(...endpoints: readonly string[]): SecurityRest {
  const client = new OpenSearchClient({
    endpoints,
    auth: { type: 'basic', username: 'u', password: 'p' },
    insecureSkipVerify: false,
    requestTimeoutMs: 5000,
    opaqueId: 'test',
  });
  closers.push(() => client.close());
  return securityRest(client, 'Plugins');
}

const says =
  (status: number, body: unknown): Answer =>
  (response) =>
    response.writeHead(status).end(JSON.stringify(body));
const done = says(200, { status: 'OK', message: 'Resource updated.' });

describe('the Security API', () => {
  test.each([
    ['a/b', 'a%2Fb'],
    ['a~1b', 'a~1b'],
    ['50%', '50%25'],
    ['two words', 'two%20words'],
    ['größe', 'gr%C3%B6%C3%9Fe'],
    ['?x#y', '%3Fx%23y'],
    ['..', '%2E%2E'],
    ['a..b', 'a..b'],
  ])('encodes the name %s in an address', async (name, encoded) => {
    const { url, seen } = await serve(done);
    await restOf(url).roles.delete(name);
    expect(seen[0]?.line).toBe(`DELETE /_plugins/_security/api/roles/${encoded}`);
  });

  test('escapes the segments of a path in a patch', async () => {
    const { url, seen } = await serve(done);
    await restOf(url).roles.patchAll([
      { op: 'add', path: ['a/b~c', 'description'], value: 'x' },
      { op: 'remove', path: ['d'] },
    ]);
    expect(JSON.parse(seen[0]?.body ?? '')).toEqual([
      { op: 'add', path: '/a~1b~0c/description', value: 'x' },
      { op: 'remove', path: '/d' },
    ]);
  });

  test.each<[string, (rest: SecurityRest) => Promise<unknown>]>([
    ['an empty name', (rest) => rest.roles.get('')],
    ['an empty name in a write', (rest) => rest.roles.put('', { description: '' })],
    ['half a character', (rest) => rest.roles.delete('\ud800')],
    ['an empty name in a patch', (rest) => rest.roles.patchAll([{ op: 'add', path: [''], value: {} }])],
    ['a name with ~0 in a patch', (rest) => rest.roles.patchAll([{ op: 'remove', path: ['a~0b'] }])],
    ['a field with ~1 in a patch', (rest) => rest.audit.patch([{ op: 'remove', path: ['config', 'a~1b'] }])],
  ])('is not asked about %s, which it would take for something else', async (_, act) => {
    const { url, seen } = await serve(done);
    expect(await act(restOf(url))).toMatchObject({ type: 'refused' });
    expect(seen).toEqual([]);
  });

  test('gives one entity without the map around it', async () => {
    const { url } = await serve(says(200, { __proto__x: { description: 'd' } }));
    expect(await restOf(url).tenants.get('__proto__x')).toEqual({ type: 'ok', value: { description: 'd' } });
  });

  test.each(['password', 'hash'])('never tells a %s that was patched alone', async (field) => {
    const secret = 'Correct-horse-99-battery';
    const { url } = await serve(says(400, { status: 'BAD_REQUEST', message: `bad: ${secret}` }));
    const rest = restOf(url).internalUsers;
    const bulk = await rest.patchAll([{ op: 'add', path: ['bob', field], value: secret }]);
    const one = await rest.patch('bob', [{ op: 'add', path: [field], value: secret }]);
    const whole = await rest.patchAll([{ op: 'add', path: ['bob'], value: { [field]: secret } }]);
    const put = await rest.put('bob', { [field]: secret });
    for (const answer of [bulk, one, whole, put]) expect(answer).toEqual({ type: 'refused', words: 'bad: [redacted]' });
  });

  test('tells the rest of a user whose name only looks like a secret', async () => {
    const { url } = await serve(says(404, { status: 'NOT_FOUND', message: "role 'reader' not found." }));
    const value = { opendistro_security_roles: ['reader'], hash: '$2y$12$abcdefghijkl' };
    const answer = await restOf(url).internalUsers.patchAll([{ op: 'add', path: ['token-bot'], value }]);
    expect(answer).toEqual({ type: 'not-found', words: "role 'reader' not found." });
  });

  test('says that it is down', async () => {
    const down = { message: 'Not initialized', mode: 'strict', status: 'DOWN' };
    const { url } = await serve(says(503, down));
    expect(await restOf(url).about.health()).toEqual({ type: 'ok', value: down });
  });

  test('does not take the 503 of something before it for its health', async () => {
    const { url } = await serve((response) => response.writeHead(503).end('<html>'));
    await expect(restOf(url).about.health()).rejects.toThrow(NotInitializedError);
  });

  test.each<[string, (rest: SecurityRest) => Promise<unknown>]>([
    ['PUT', (rest) => rest.roles.put('x', { description: '' })],
    ['PATCH', (rest) => rest.roles.patchAll([{ op: 'remove', path: ['x'] }])],
    ['POST', (rest) => rest.upgrade.perform()],
    ['DELETE', (rest) => rest.cache.flush()],
  ])('gets a %s once, though the connection broke', async (_, act) => {
    const broken = await serve((__, request) => request.socket.destroy());
    const other = await serve(done);
    await expect(act(restOf(broken.url, other.url))).rejects.toThrow(UnreachableError);
    expect([broken.seen.length, other.seen.length]).toEqual([1, 0]);
  });

  test('gets a GET at the next endpoint when the connection broke', async () => {
    const broken = await serve((_, request) => request.socket.destroy());
    const other = await serve(says(200, {}));
    expect(await restOf(broken.url, other.url).roles.getAll()).toEqual({ type: 'ok', value: {} });
    expect([broken.seen.length, other.seen.length]).toEqual([1, 1]);
  });

  test('is left alone when nobody waits for the answer any more', async () => {
    const { url } = await serve(() => undefined);
    const stop = new AbortController();
    const asking = restOf(url).roles.getAll(stop.signal);
    stop.abort();
    await expect(asking).rejects.toThrow(UnreachableError);
  });
});
