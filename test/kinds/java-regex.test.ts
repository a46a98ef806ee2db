import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { javaRegexProblem } from '../../src/kinds/java-regex.ts';

/** Sorted by java.util.regex.Pattern of Java 17 and 25, which agree on all of them. */
const { valid, invalid } = JSON.parse(
  readFileSync(new URL('../fixtures/java-regexes.json', import.meta.url), 'utf8'),
) as Readonly<Record<'valid' | 'invalid', readonly string[]>>;

describe('a regular expression of Java', () => {
  test.each(valid)('may be %j', (pattern) => {
    expect(javaRegexProblem(pattern)).toBeUndefined();
  });

  test.each(invalid)('may not be %j', (pattern) => {
    expect(javaRegexProblem(pattern)).toEqual(expect.any(String));
  });

  test.each([String.raw`\p{IsFooBar}`, String.raw`\p{InFooBar}`, String.raw`\N{FOO BAR}`, 'a(?<=b*)'])(
    'may be %j, which depends on the version of Java',
    (pattern) => {
      expect(javaRegexProblem(pattern)).toBeUndefined();
    },
  );

  test.each(['(?<=(?:abc)+)d', '(?<!(ab|c)*)d'])('may not be %j, which Java takes by luck at most', (pattern) => {
    expect(javaRegexProblem(pattern)).toContain('look-behind');
  });

  test.each([
    ['[', 'a [ that has no ]'],
    ['(', 'a ( that has no )'],
    ['a)', 'a ) that has no ('],
    ['*a', 'a * that has nothing before it to repeat'],
    [String.raw`a\y`, String.raw`\y, which means nothing in this place`],
  ])('that is %j is said to have what is wrong', (pattern, words) => {
    expect(javaRegexProblem(pattern)).toBe(words);
  });

  test.each(['(', '[', '()', '[a]', 'a*', '(?x)# ', String.raw`\Q*`, '(?i)', 'a{1,2}', '[a&&b]', String.raw`\p{L}`])(
    'is read in one go, however often %j is in it',
    (part) => {
      const start = performance.now();
      javaRegexProblem(part.repeat(50_000));
      expect(performance.now() - start).toBeLessThan(3_000);
    },
  );
});
