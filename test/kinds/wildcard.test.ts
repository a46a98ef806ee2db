import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { literalHead, matchesWildcard } from '../../src/kinds/wildcard.ts';

/** Few letters, so that patterns match often. */
const text = fc.string({ unit: fc.constantFrom('a', 'b', '/'), maxLength: 12 });
const pattern = fc.string({ unit: fc.constantFrom('a', 'b', '/', '*', '?'), maxLength: 8 });

describe('a wildcard pattern', () => {
  test.each([
    ['*', ''],
    ['*', 'a/b'],
    ['**', 'ab'],
    ['a*', 'a'],
    ['a*c', 'abbc'],
    ['*b', 'abb'],
    ['a?c', 'abc'],
    ['a*b*c', 'axbxbxc'],
    ['', ''],
  ])('%j matches %j', (wildcard, matched) => {
    expect(matchesWildcard(wildcard, matched)).toBe(true);
  });

  test.each([
    ['', 'a'],
    ['a', 'A'],
    ['a?', 'a'],
    ['?', ''],
    ['a*c', 'ab'],
    ['a.c', 'abc'],
    ['ab', 'abc'],
  ])('%j does not match %j', (wildcard, other) => {
    expect(matchesWildcard(wildcard, other)).toBe(false);
  });

  test('matches what the same regular expression matches', () => {
    fc.assert(
      fc.property(pattern, text, (wildcard, candidate) => {
        const expression = `^${wildcard.replaceAll('*', '.*').replaceAll('?', '.')}$`;
        expect(matchesWildcard(wildcard, candidate)).toBe(new RegExp(expression).test(candidate));
      }),
    );
  });

  test('takes no longer for many stars', () => {
    const many = '*a'.repeat(1_000);
    expect(matchesWildcard(`${many}b`, 'a'.repeat(1_000))).toBe(false);
  });

  test.each([
    ['a/b*', 'a/b'],
    ['a?b*', 'a'],
    ['*', ''],
    ['ab', 'ab'],
  ])('%j begins with %j', (wildcard, head) => {
    expect(literalHead(wildcard)).toBe(head);
  });
});
