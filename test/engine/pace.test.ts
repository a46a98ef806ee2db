import { describe, expect, test } from '@jest/globals';
import { commitAtMs } from '../../src/engine/pace.ts';

describe('the next commit', () => {
  test.each([
    { what: 'at once when nothing was ever committed', lastCommitMs: -Infinity, lastArrivalMs: 5000, atMs: -Infinity },
    { what: 'at once when the last one is long ago', lastCommitMs: 0, lastArrivalMs: 5000, atMs: 1000 },
    { what: 'when changes stop coming', lastCommitMs: 4800, lastArrivalMs: 5000, atMs: 5100 },
    {
      what: 'when the period is over, though changes keep coming',
      lastCommitMs: 4050,
      lastArrivalMs: 5000,
      atMs: 5050,
    },
  ])('comes $what', ({ lastCommitMs, lastArrivalMs, atMs }) => {
    expect(commitAtMs({ lastCommitMs, lastArrivalMs })).toBe(atMs);
  });
});
