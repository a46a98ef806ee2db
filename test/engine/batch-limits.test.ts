import { describe, expect, test } from '@jest/globals';
import { BatchLimits } from '../../src/engine/batch-limits.ts';
import { role } from '../../src/kinds/role.ts';
import { roleMapping } from '../../src/kinds/role-mapping.ts';

describe('what names that are written again and again may fill', () => {
  test('is a whole batch before anything is known', () => {
    expect(new BatchLimits().again(roleMapping)).toBe(100);
  });

  test.each([
    { what: 'as many as take a second', took: [[100, 4000]], expected: 25 },
    { what: 'ten at least', took: [[100, 60_000]], expected: 10 },
    {
      what: 'more again when they take less',
      took: [
        [100, 4000],
        [20, 500],
      ],
      expected: 40,
    },
    { what: 'no less because few take their time', took: [[1, 900]], expected: 100 },
    {
      what: 'no more than a batch may hold',
      took: [
        [100, 4000],
        [50, 0],
      ],
      expected: 100,
    },
  ] as const)('is $what', ({ took, expected }) => {
    const limits = new BatchLimits();
    for (const [operations, durationMs] of took) limits.took(roleMapping, operations, durationMs);
    expect(limits.again(roleMapping)).toBe(expected);
  });

  test('is a whole batch of roles, which all take as long together as one', () => {
    const limits = new BatchLimits();
    limits.took(role, 1000, 4000);
    expect(limits.again(role)).toBe(1000);
  });
});

describe('a batch that is not answered', () => {
  const late = { durationMs: 120_000, nowMs: 0 };

  test('is halved, and for ten minutes none gets as large again', () => {
    const limits = new BatchLimits();
    limits.unanswered('rolesmapping', { ...late, operations: 80 });
    expect(limits.of(roleMapping)).toBe(40);
    limits.stored('rolesmapping', 599_999);
    expect(limits.of(roleMapping)).toBe(40);
    limits.stored('rolesmapping', 600_000);
    expect(limits.of(roleMapping)).toBe(80);
  });

  test.each([
    ['has a few operations', { ...late, operations: 10 }],
    ['broke soon', { operations: 80, durationMs: 5000, nowMs: 0 }],
  ])('says nothing of its size when it %s', (_, request) => {
    const limits = new BatchLimits();
    limits.unanswered('rolesmapping', request);
    expect(limits.of(roleMapping)).toBe(100);
  });
});
