import { getEventListeners } from 'node:events';
import { afterEach, expect, jest, test } from '@jest/globals';
import { withDeadline } from '../../src/clients/deadline.ts';

const late = (): Error => new Error('late');

afterEach(() => {
  jest.useRealTimers();
});

function untilAborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    const fail = (): void => reject(signal.reason as Error);
    if (signal.aborted) fail();
    signal.addEventListener('abort', fail);
  });
}

test('what takes too long fails with what the deadline says', async () => {
  const { signal } = new AbortController();
  await expect(withDeadline({ ms: 10, signal, late }, untilAborted)).rejects.toThrow('late');
  expect(signal.aborted).toBe(false);
});

test('who loses interest is told for what reason, also when that was before', async () => {
  const caller = new AbortController();
  const running = withDeadline({ ms: 60_000, signal: caller.signal, late }, untilAborted);
  caller.abort(new Error('not wanted'));
  await expect(running).rejects.toThrow('not wanted');
  await expect(withDeadline({ ms: 60_000, signal: caller.signal, late }, untilAborted)).rejects.toThrow('not wanted');
});

test.each([
  ['well', () => Promise.resolve('done')],
  ['badly', () => Promise.reject(new Error('broken'))],
])('nothing is left behind by what ends %s', async (_, act) => {
  jest.useFakeTimers();
  const { signal } = new AbortController();
  await withDeadline<string>({ ms: 60_000, signal, late }, act).catch(() => undefined);
  expect([getEventListeners(signal, 'abort'), jest.getTimerCount()]).toEqual([[], 0]);
});
