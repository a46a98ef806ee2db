import { describe, expect, test } from '@jest/globals';
import { commitSeconds, estimate, secondsAt, type Costs } from '../../bench/scale/model.ts';
import { inTable } from '../../bench/scale/table.ts';

const costs: Costs = {
  patchSecondsByEntries: [
    [0, 1],
    [1000, 2],
    [3000, 6],
  ],
  editSecondsByEntries: [
    [0, 0],
    [1000, 1],
  ],
  getSecondsByEntries: [
    [0, 0],
    [1000, 0.1],
  ],
  entityBytes: 200,
  batchEntries: 1000,
  statusPatchSeconds: 0.001,
  objectWrites: 2,
  baseMiB: 50,
  objectKiB: 4,
  limits: { memoryMiB: 1024, editSeconds: 30, startSeconds: 600 },
};

describe('the model of what a fleet costs', () => {
  const points: readonly (readonly [string, number, number])[] = [
    ['at a measured point', 1000, 2],
    ['at the first point', 0, 1],
    ['between two points', 2000, 4],
    ['beyond the last one', 4000, 8],
  ];
  test.each(points)('reads a curve %s', (_, entries, seconds) => {
    expect(secondsAt(costs.patchSecondsByEntries, entries)).toBe(seconds);
  });

  test('adds up batches into a document that grows, the last one by its size', () => {
    expect(commitSeconds(costs, 3000)).toBe(1 + 2 + 4);
    expect(commitSeconds(costs, 1500)).toBe(1 + (1 + 1 / 2));
    expect(commitSeconds(costs, 0)).toBe(0);
  });

  test('spreads objects over connections, which share the API server and the memory alone', () => {
    const one = estimate(costs, { connections: 1, objects: 3000 });
    const three = estimate(costs, { connections: 3, objects: 3000 });
    expect([one.editSeconds, three.editSeconds]).toEqual([3, 1]);
    expect([one.documentBytes, three.documentBytes]).toEqual([600_000, 200_000]);
    expect([one.tellSeconds, three.tellSeconds]).toEqual([6, 6]);
    expect(three.memoryMiB).toBe(one.memoryMiB);
  });

  const bottlenecks: readonly (readonly [string, { connections: number; objects: number }, object?])[] = [
    ['document', { connections: 1, objects: 60_000 }],
    ['memory', { connections: 1000, objects: 300_000 }],
    ['API server', { connections: 1000, objects: 300_000 }, { statusPatchSeconds: 0.01 }],
  ];
  test.each(bottlenecks)('names the %s when that is over its limit first', (what, fleet, changed = {}) => {
    const { first } = estimate({ ...costs, ...changed }, fleet);
    expect(first.what).toBe(what);
    expect(first.share).toBeGreaterThan(1);
  });

  test('shows in bold what is too much', () => {
    const table = inTable([1000, 60_000].map((objects) => estimate(costs, { connections: 1, objects })));
    const [small, large] = table.split('\n').slice(2);
    expect(small).toContain('| 1 | 1,000 | 200 kB | 1.0 s |');
    expect(small).not.toContain('**');
    expect(large).toContain('| **document, ');
  });
});
