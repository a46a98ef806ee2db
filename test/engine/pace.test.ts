import { describe, expect, test } from '@jest/globals';
import { commitAtMs } from '../../src/engine/pace.ts';

describe('the next commit', () => {
  test.each([
    {
      what: 'at once when nothing was ever committed',
      last: { atMs: -Infinity, beforeMs: -Infinity, tookMs: 0 },
      nextMs: -Infinity,
    },
    {
      what: 'at once when the last one is long ago',
      last: { atMs: 0, beforeMs: -Infinity, tookMs: 50 },
      nextMs: 950,
    },
    { what: 'when changes stop coming', last: { atMs: 4800, beforeMs: 0, tookMs: 50 }, nextMs: 5100 },
    {
      what: 'a period after the one before the last, though changes stopped coming',
      last: { atMs: 4800, beforeMs: 4500, tookMs: 50 },
      nextMs: 5500,
    },
    {
      what: 'when the period is over, though changes keep coming',
      last: { atMs: 4050, beforeMs: 3050, tookMs: 0 },
      nextMs: 5050,
    },
    {
      what: 'a period after the one before the last, though the last one took long',
      last: { atMs: 4500, beforeMs: 4300, tookMs: 500 },
      nextMs: 5300,
    },
    { what: 'sooner after one that took longer', last: { atMs: 4050, beforeMs: 3350, tookMs: 300 }, nextMs: 4750 },
    { what: 'at once after one of half a second', last: { atMs: 4500, beforeMs: 4000, tookMs: 500 }, nextMs: 5000 },
  ])('comes $what', ({ last, nextMs }) => {
    const { atMs: lastCommitMs, beforeMs: commitBeforeMs, tookMs: lastTookMs } = last;
    expect(commitAtMs({ lastCommitMs, commitBeforeMs, lastTookMs, lastArrivalMs: 5000 })).toBe(nextMs);
  });
});
