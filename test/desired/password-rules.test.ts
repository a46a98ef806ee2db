import { describe, expect, test } from '@jest/globals';
import {
  passwordProblem,
  toPasswordPolicy,
  type PasswordPolicy,
  type Strength,
} from '../../src/desired/password-rules.ts';

const STRONG: Strength = { score: 4, resemblesUserName: false };

function problem(password: string, policy: Partial<PasswordPolicy> = {}, strength: Partial<Strength> = {}) {
  return passwordProblem({ userName: 'kirk', password }, { ...toPasswordPolicy(), ...policy }, () => ({
    ...STRONG,
    ...strength,
  }));
}

interface Case {
  readonly name: string;
  readonly password: string;
  readonly policy?: Partial<PasswordPolicy>;
  readonly strength?: Partial<Strength>;
  /** None: the password is taken. */
  readonly expected?: string;
}

describe('the rules for passwords', () => {
  test('are the defaults of the connection when it says nothing', () => {
    expect(toPasswordPolicy()).toEqual({ minLength: 8, minScore: 3, pattern: '' });
    expect(toPasswordPolicy({ minLength: 14, minScore: 0, pattern: '.*' })).toEqual({
      minLength: 14,
      minScore: 0,
      pattern: '.*',
    });
  });

  test.each<Case>([
    { name: 'take what none of them is against', password: 'Zk9!qWmP3vT' },
    { name: 'refuse fewer characters than asked for', password: 'Zk9!qWm', expected: 'Password is too short' },
    { name: 'take as many as asked for', password: 'Zk9!qWmP' },
    {
      name: 'refuse an empty one whatever is asked for',
      password: '',
      policy: { minLength: 0 },
      expected: 'Password is too short',
    },
    { name: 'take 100 characters', password: 'x'.repeat(100) },
    { name: 'refuse 101', password: 'x'.repeat(101), expected: 'Password is too long' },
    { name: 'count as Java does', password: '\u{1f600}'.repeat(51), expected: 'Password is too long' },
    { name: 'take one that the whole pattern fits', password: 'abc-123-xyz', policy: { pattern: '[a-z0-9-]+' } },
    {
      name: 'refuse one that the pattern fits in part',
      password: 'abc-123-xyz',
      policy: { pattern: '[a-z]+' },
      expected: 'Password does not match minimum criteria',
    },
    {
      name: 'refuse one weaker than asked for',
      password: 'kirkpass1',
      strength: { score: 2 },
      expected: 'Weak password',
    },
    { name: 'take one as strong as asked for', password: 'kirkpass1', policy: { minScore: 2 }, strength: { score: 2 } },
    {
      name: 'refuse one like the user name',
      password: 'kirk-Zk9!qWmP3',
      strength: { resemblesUserName: true },
      expected: 'Password is similar to user name',
    },
    {
      name: 'tell of weakness before likeness',
      password: 'kirkkirk',
      strength: { score: 1, resemblesUserName: true },
      expected: 'Weak password',
    },
    {
      name: 'tell of the pattern before weakness',
      password: 'aaaaaaaa',
      policy: { pattern: '\\d+' },
      strength: { score: 0 },
      expected: 'Password does not match minimum criteria',
    },
    {
      name: 'tell of length before the pattern',
      password: 'a',
      policy: { pattern: '\\d+' },
      expected: 'Password is too short',
    },
  ])('$name', ({ password, policy, strength, expected }) => {
    expect(problem(password, policy, strength)).toBe(expected);
  });

  test('measure only what passes the others', () => {
    const measure = () => {
      throw new Error('measured');
    };
    const credentials = { userName: 'kirk', password: 'short' };
    expect(passwordProblem(credentials, toPasswordPolicy(), measure)).toBe('Password is too short');
  });

  test('refuse every password when the pattern cannot be checked, and say where it stands', () => {
    const words = 'spec.passwords.pattern of the connection cannot be checked by the operator: write it without (?>';
    expect(problem('Zk9!qWmP3vT', { pattern: '(?>a+)b' })).toBe(words);
  });
});
