import { describe, expect, test } from '@jest/globals';
import { shardOf } from '../../src/watch/shard-of.ts';

const names = Array.from({ length: 2000 }, (_, index) => `team-${index % 40}/connection-${index}`);

describe('the shard of a connection', () => {
  test('is the only one when there is one', () => {
    expect(shardOf('team-a/default', 1)).toBe(0);
  });

  test('is the same in every process and version', () => {
    expect(['team-a/default', 'team-b/default', 'search/logs'].map((name) => shardOf(name, 4))).toEqual([3, 0, 1]);
  });

  test.each([2, 4, 8])('is each of %d equally often', (shards) => {
    const counts = Array.from({ length: shards }, (_, shard) =>
      names.filter((name) => shardOf(name, shards) === shard),
    );
    for (const { length } of counts) expect(Math.abs(length - names.length / shards)).toBeLessThan(names.length / 20);
  });

  test.each([2, 4, 8])('changes for one in n + 1 when there is one more than %d, and only to the new one', (shards) => {
    const moved = names.filter((name) => shardOf(name, shards) !== shardOf(name, shards + 1));
    expect(new Set(moved.map((name) => shardOf(name, shards + 1)))).toEqual(new Set([shards]));
    expect(Math.abs(moved.length - names.length / (shards + 1))).toBeLessThan(names.length / 20);
  });
});
