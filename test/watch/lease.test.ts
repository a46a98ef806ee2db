import { describe, expect, test } from '@jest/globals';
import { claimed, isFree, promisedMs, released, wrongTimes } from '../../src/watch/lease.ts';

const times = { leaseDurationSeconds: 15, renewDeadlineSeconds: 10, retryPeriodSeconds: 2 };
const nowMs = Date.parse('2026-01-01T00:00:00.250Z');
const now = '2026-01-01T00:00:00.250000Z';

describe('a Lease', () => {
  test('that nobody has had yet is claimed without a transition', () => {
    expect(claimed(undefined, { identity: 'a', times, nowMs })).toEqual({
      holderIdentity: 'a',
      leaseDurationSeconds: 15,
      acquireTime: now,
      renewTime: now,
      leaseTransitions: 0,
    });
  });

  test('is renewed without another time of acquisition', () => {
    const before = { holderIdentity: 'a', acquireTime: 'then', leaseTransitions: 3 };
    expect(claimed(before, { identity: 'a', times, nowMs })).toMatchObject({
      acquireTime: 'then',
      renewTime: now,
      leaseTransitions: 3,
    });
  });

  test('is taken over with one transition more', () => {
    const before = { holderIdentity: 'b', acquireTime: 'then', leaseTransitions: 3 };
    expect(claimed(before, { identity: 'a', times, nowMs })).toMatchObject({ acquireTime: now, leaseTransitions: 4 });
  });

  test('that was given back is free, and counts its transitions on', () => {
    const given = released({ holderIdentity: 'a', leaseDurationSeconds: 15, leaseTransitions: 3 }, nowMs);
    expect(isFree(given)).toBe(true);
    expect(given).toMatchObject({ leaseTransitions: 3, renewTime: now });
  });

  test.each([
    [{}, true],
    [{ holderIdentity: '' }, true],
    [{ holderIdentity: 'a' }, false],
  ])('with %j is free: %s', (spec, isOurs) => {
    expect(isFree(spec)).toBe(isOurs);
  });

  test('is respected for as long as its holder was promised, or as we promise ourselves', () => {
    expect(promisedMs({ leaseDurationSeconds: 60 }, times)).toBe(60_000);
    expect(promisedMs({ leaseDurationSeconds: 5 }, times)).toBe(15_000);
    expect(promisedMs(undefined, times)).toBe(15_000);
  });
});

describe('the times of a Lease', () => {
  test('of client-go are right', () => expect(wrongTimes(times)).toBeUndefined());

  test.each([
    [{ renewDeadlineSeconds: 15 }, 'the lease duration (15 s) must be longer than the renew deadline (15 s)'],
    [{ retryPeriodSeconds: 10 }, 'the renew deadline (10 s) must be longer than the retry period (10 s)'],
    [{ retryPeriodSeconds: 0 }, 'the retry period (0 s) must be at least 1 s'],
  ])('are wrong with %j', (part, message) => expect(wrongTimes({ ...times, ...part })).toBe(message));
});
