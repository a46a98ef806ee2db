import { randomBytes } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import { loadStrengthMeter } from '../../src/commit/passwords/password-jobs.ts';
import { generatePassword } from '../../src/desired/generate-password.ts';
import { passwordProblem, toPasswordPolicy } from '../../src/desired/password-rules.ts';

function several(count: number, length: number): readonly string[] {
  return Array.from({ length: count }, () => generatePassword(length, randomBytes));
}

describe('a generated password', () => {
  test.each([12, 32, 72, 100])('of %i characters has that length', (length) => {
    expect(several(20, length).every((password) => password.length === length)).toBe(true);
  });

  test('is never shorter than what is strong', () => {
    expect(generatePassword(1, randomBytes)).toHaveLength(12);
  });

  test('has both cases, a digit and a symbol that no shell, URL, JSON or YAML cares about, and begins with a letter', () => {
    for (const password of several(200, 12)) {
      expect(password).toMatch(/^(?=.*[A-Z])(?=.*[a-z])(?=.*\d)(?=.*[-_.])[A-Za-z][-_.A-Za-z\d]+$/);
      expect([encodeURIComponent(password), JSON.stringify(password)]).toEqual([password, `"${password}"`]);
    }
  });

  test('is accepted by the default rules at every length', async () => {
    const measure = await loadStrengthMeter();
    const problems = [12, 13, 16, 32].flatMap((length) =>
      several(10, length).map((password) =>
        passwordProblem({ userName: 'writer', password }, toPasswordPolicy(), measure),
      ),
    );
    expect(problems.filter((problem) => problem !== undefined)).toEqual([]);
  });

  test('is another one each time', () => {
    expect(new Set(several(1000, 12)).size).toBe(1000);
  });

  test('has every character of its alphabet as often as any other', () => {
    // All bytes alike, so that a remainder without rejection would show exactly.
    let next = 0;
    const counter = (count: number): Uint8Array => Uint8Array.from({ length: count }, () => next++ % 256);
    const counts = new Map<string, number>();
    for (const letter of Array.from({ length: 300 }, () => generatePassword(100, counter).slice(1)).join(''))
      counts.set(letter, (counts.get(letter) ?? 0) + 1);
    expect(counts.size).toBe(65);
    expect(Math.max(...counts.values()) / Math.min(...counts.values())).toBeLessThan(1.1);
  });
});
