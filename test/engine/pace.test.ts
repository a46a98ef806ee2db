import { describe, expect, test } from '@jest/globals';
import { commitAtMs } from '../../src/engine/pace.ts';

describe('the next commit', () => {
  test.each([
    {
      what: 'at once when nothing was ever committed',
      last: { atMs: -Infinity, tookMs: 0 },
      arrivalMs: 5000,
      nextMs: -Infinity,
    },
    { what: 'at once when the last one is long ago', last: { atMs: 0, tookMs: 50 }, arrivalMs: 5000, nextMs: 950 },
    { what: 'when changes stop coming', last: { atMs: 4800, tookMs: 50 }, arrivalMs: 5000, nextMs: 5100 },
    {
      what: 'when the period is over, though changes keep coming',
      last: { atMs: 4050, tookMs: 0 },
      arrivalMs: 5000,
      nextMs: 5050,
    },
    { what: 'sooner after one that took longer', last: { atMs: 4050, tookMs: 300 }, arrivalMs: 5000, nextMs: 4750 },
    { what: 'at once after one of half a second', last: { atMs: 4500, tookMs: 500 }, arrivalMs: 5000, nextMs: 5000 },
  ])('comes $what', ({ last, arrivalMs, nextMs }) => {
    expect(commitAtMs({ lastCommitMs: last.atMs, lastTookMs: last.tookMs, lastArrivalMs: arrivalMs })).toBe(nextMs);
  });
});
