import { describe, expect, test } from '@jest/globals';
import { BatchLimits } from '../../src/engine/batch-limits.ts';
import { role } from '../../src/kinds/role.ts';
import { roleMapping } from '../../src/kinds/role-mapping.ts';

describe('what names that are written again and again may fill', () => {
  test('is a whole batch before anything is known', () => {
    expect(new BatchLimits().again(roleMapping)).toBe(100);
  });

  test.each([
    { text: 'a second, of a batch that took four', operations: 100, durationMs: 4000, expected: 25 },
    { text: 'a second, of a batch that took half of one', operations: 20, durationMs: 500, expected: 40 },
    { text: 'no more than a batch may hold', operations: 50, durationMs: 100, expected: 100 },
    { text: 'ten at least', operations: 100, durationMs: 60_000, expected: 10 },
    { text: 'no more than a batch may hold, where no time was measured', operations: 30, durationMs: 0, expected: 100 },
  ])('is as many mappings as take $text', ({ operations, durationMs, expected }) => {
    const limits = new BatchLimits();
    limits.took(roleMapping, operations, durationMs);
    expect(limits.again(roleMapping)).toBe(expected);
  });

  test('is a whole batch of roles, which all take as long together as one', () => {
    const limits = new BatchLimits();
    limits.took(role, 1000, 4000);
    expect(limits.again(role)).toBe(1000);
  });
});
