import { expect, test } from '@jest/globals';
import { oneOfSeveral } from '../../src/cli/leadership.ts';
import { FakeClock } from '../support/fake-clock.ts';

const TIMES = { leaseDurationSeconds: 15, renewDeadlineSeconds: 10, retryPeriodSeconds: 2 };
const nothing = (): void => undefined;

test('one of several says that it does not lead before it has asked anybody', async () => {
  const told: unknown[] = [];
  const { release } = oneOfSeveral(
    { id: 'the-lease', namespace: undefined, times: TIMES, shards: 1 },
    {
      credentials: {
        server: 'https://127.0.0.1:1',
        tls: () => Promise.resolve({}),
        headers: () => Promise.resolve({}),
        namespace: 'here',
      },
      clock: new FakeClock(),
      log: { debug: nothing, info: nothing, warn: nothing, error: nothing },
      identity: { name: 'a', userAgent: 'a' },
      onChange: (...change) => told.push(change),
    },
  );
  expect(told).toEqual([['the-lease', false]]);
  await release();
});
