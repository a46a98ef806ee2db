import { describe, expect, test } from '@jest/globals';
import { forEachConcurrently } from '../src/concurrency.ts';
import { systemClock, timestamp } from '../src/clock.ts';
import { settle } from './support/fake-clock.ts';

describe('concurrent work', () => {
  test('is done for each item, so many at a time', async () => {
    const done: number[] = [];
    let open = 0;
    let most = 0;
    await forEachConcurrently([1, 2, 3, 4, 5, 6, 7], 3, async (item) => {
      open += 1;
      most = Math.max(most, open);
      await settle();
      open -= 1;
      done.push(item);
    });
    expect([done.sort(), most]).toEqual([[1, 2, 3, 4, 5, 6, 7], 3]);
  });

  test('goes on to the end after a failure, and then fails with the first one', async () => {
    const done: number[] = [];
    const work = forEachConcurrently([1, 2, 3, 4], 2, async (item) => {
      await settle();
      if (item < 3) throw new Error(`failed ${item}`);
      done.push(item);
    });
    await expect(work).rejects.toThrow('failed 1');
    expect(done).toEqual([3, 4]);
  });

  test('of nothing ends at once', async () => {
    await expect(forEachConcurrently([], 3, () => Promise.reject(new Error('called')))).resolves.toBeUndefined();
  });
});

describe('the clock of the system', () => {
  test('does not sleep when the signal was aborted before', async () => {
    await expect(systemClock.sleep(1e6, AbortSignal.abort())).resolves.toBeUndefined();
  });

  test('wakes when the signal is aborted', async () => {
    const stop = new AbortController();
    const sleeping = systemClock.sleep(1e6, stop.signal);
    stop.abort();
    await expect(sleeping).resolves.toBeUndefined();
  });

  test('is written as Kubernetes writes times', () => {
    expect(timestamp(Date.parse('2026-01-02T03:04:05.678Z'))).toBe('2026-01-02T03:04:05Z');
  });
});
