import { describe, expect, test } from '@jest/globals';
import { readJavaPattern } from '../../src/desired/java-pattern.ts';

const raw = String.raw;

function verdict(pattern: string, text: string): boolean | string {
  const reading = readJavaPattern(pattern);
  return reading.type === 'read' ? reading.expression.test(text) : reading.message;
}

/** Every verdict here is the one of java.util.regex.Pattern (17) on `^pattern$` with `matches()`. */
const VERDICTS: readonly (readonly [pattern: string, matches: readonly string[], not: readonly string[]])[] = [
  [raw`(?=.*[A-Z])(?=.*[^a-zA-Z\d])(?=.*[0-9])(?=.*[a-z]).{8,}`, ['Abcdefg1!', 'Pass word 1'], ['tr0ub4dor&3', 'abc']],
  [raw`[!@#$%^&*()_+\-=\[\]{};':"\\|,.<>\/?]+`, ['!@#$%^&*()', '[]', '--', '$^'], ['a', 'a.b', ' ']],
  [raw`[\w-.]+`, ['a.b-c_d', '-', '12'], ['&', 'é']],
  [raw`[a-c-e]+`, ['a', 'b', 'a-e', '--'], ['bcd']],
  [raw`[]a]+`, [']', ']a', 'aaa'], ['[]', 'b']],
  [raw`[^]a]+`, ['b', '--'], [']a', 'a']],
  [raw`[--/]+`, ['-', '--', './'], ['+-+']],
  [raw`[\\-\]]+`, ['\\]', ']'], ['a\\b', '-']],
  [raw`[a\-z]+`, ['a', '-', 'z'], ['b']],
  [raw`[a-z&&[^aeiou]]+`, ['bcd', 'xyz'], ['abc', 'a&b']],
  [raw`[^a-z&&[d-z]]+`, ['abc', 'ABC', '&'], ['xyz', 'def']],
  [raw`[a[bc]]+`, ['abc', 'aab'], ['def', '[]']],
  [raw`[a&b]+`, ['a&b', '&', 'b'], ['c']],
  [raw`\p{Punct}+`, ['!@#$%^&*()', '[]', '~`', '-'], ['a', '€$']],
  [raw`[\p{Alnum}\p{Punct}]+`, ['Abcdefg1!', 'a_b'], ['a b', 'é']],
  [raw`[\P{Lower}]+`, ['ABC', '12', '密码'], ['abC']],
  [raw`\p{L}+`, ['abc', 'é', '密码'], ['a1', '12']],
  [raw`\pL+\p{Nd}*`, ['aab1', 'é'], ['1a']],
  [raw`\p{IsAlphabetic}+`, ['ÀÿZ', 'abc'], ['a1']],
  [raw`(?i)abc.*`, ['ABC', 'abcX'], ['xabc']],
  [raw`(?s:.)+`, ['a\nb'], ['']],
  [raw`\Qa.b\E.*`, ['a.b', 'a.bcc'], ['axb']],
  [raw`[\Q]-[\E]+`, ['[]', '-', ']'], ['\\', 'a']],
  [raw`a|bc|.*Z`, ['a', 'bc', 'ZZ', 'ÀÿZ'], ['abc', 'Za']],
  [raw`\x41\u0042\x{43}.*`, ['ABC', 'ABCd'], ['ABx']],
  [raw`a{2,3}]?}?`, ['aa', 'aa]', 'aaa}'], ['a', 'aaaa']],
  [raw`\Aa+\z`, ['a', 'aaa'], ['ab']],
  [raw`\S{3,}`, ['abc', 'a\u00a0b'], ['a b', '12']],
  [raw`\h+a`, [' a', '\u00a0a'], ['a']],
  [raw`\@\#\!\"\ \_`, ['@#!" _'], ['@#!"_']],
  [raw`(?!.*(.)\1{2}).*`, ['aab1', 'abc'], ['aaab']],
  [raw`(?<x>a)\k<x>`, ['aa'], ['a', 'ab']],
  [raw`^(?=.*\d).+$`, ['a1', '12'], ['abc']],
  ['[😀-😎]+', ['😀', '😀😎'], ['a']],
];

describe('a pattern of Java', () => {
  test.each(VERDICTS)('%s fits what it fits in Java', (pattern, matches, not) => {
    const verdicts = [...matches, ...not].map((text) => [text, verdict(pattern, text)]);
    expect(verdicts).toEqual([...matches.map((text) => [text, true]), ...not.map((text) => [text, false])]);
  });

  test.each([
    [raw`(?>a+)b`, '(?>'],
    [raw`(?x)a b`, '(?x)'],
    [raw`a(?i)b`, '(?i)'],
    [raw`\p{javaLowerCase}+`, raw`\p{javaLowerCase}`],
    [raw`\p{InGreek}`, raw`\p{InGreek}`],
    [raw`\R`, raw`\R`],
    [raw`\07`, raw`\0`],
    [raw`[abc`, 'a [ that has no ]'],
    [raw`[&&a]`, 'a && that has nothing on one side'],
    ['a\\', raw`a \ at the end`],
    [raw`a*+b`, 'possessive quantifiers'],
    [raw`a{2}+b`, 'possessive quantifiers'],
    [raw`(ab`, 'what only Java knows'],
  ])('%s is refused, and the message says what to leave out', (pattern, words) => {
    expect(verdict(pattern, 'ab')).toContain(`write it without`);
    expect(verdict(pattern, 'ab')).toContain(words);
  });
});
