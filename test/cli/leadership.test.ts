import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, test } from '@jest/globals';
import { oneOfSeveral, onlyProcess, type Leadership } from '../../src/cli/leadership.ts';
import { FakeClock } from '../support/fake-clock.ts';

const TIMES = { leaseDurationSeconds: 15, renewDeadlineSeconds: 10, retryPeriodSeconds: 2 };
const nothing = (): void => undefined;

/** @param told gets whatever is told to who looks from outside */
function aLeadership(server: string, told: unknown[]): Leadership {
  return oneOfSeveral(
    { id: 'the-lease', namespace: undefined, times: TIMES, shards: 1 },
    {
      credentials: { server, tls: () => Promise.resolve({}), headers: () => Promise.resolve({}), namespace: 'here' },
      clock: new FakeClock(),
      log: { debug: nothing, info: nothing, warn: nothing, error: nothing },
      identity: { name: 'a', userAgent: 'a' },
      onChange: (...change) => told.push(change),
    },
  );
}

test('one of several says that it does not lead before it has asked anybody', async () => {
  const told: unknown[] = [];
  const { release } = aLeadership('https://127.0.0.1:1', told);
  expect(told).toEqual([['the-lease', false]]);
  await release();
});

test('one of several says that it leads when it begins to work, and not when it gets the Lease', async () => {
  const server = createServer((request, response) => {
    response.statusCode = request.method === 'GET' ? 404 : 200;
    response.setHeader('content-type', 'application/json');
    if (request.method === 'GET') response.end('{}');
    else request.pipe(response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const told: unknown[] = [];
  const { run, release } = aLeadership(`http://127.0.0.1:${(server.address() as AddressInfo).port}`, told);
  let toldBefore = 0;
  await run((_, __, tellLeader) => {
    toldBefore = told.length;
    tellLeader();
    return Promise.resolve();
  }, new AbortController().signal);
  expect([toldBefore, told]).toEqual([
    1,
    [
      ['the-lease', false],
      ['the-lease', true],
    ],
  ]);
  await release();
  server.close();
});

test('the only process says that it leads when it begins to work', async () => {
  const told: unknown[] = [];
  const { run } = onlyProcess({ onChange: (...change) => told.push(change) });
  await run(() => Promise.resolve(), new AbortController().signal);
  expect(told).toEqual([]);
  await run((_, __, tellLeader) => {
    tellLeader();
    return Promise.resolve();
  }, new AbortController().signal);
  expect(told).toEqual([['opensearch-security-operator', true]]);
});
