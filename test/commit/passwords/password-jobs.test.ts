import { describe, expect, test } from '@jest/globals';
import { Bcrypt, type BcryptInput } from '../../../src/commit/passwords/bcrypt/bcrypt.ts';
import { checkPassword, hashPasswords } from '../../../src/commit/passwords/password-jobs.ts';

/** The bytes 00 11 22 ... ff. */
const SALT = './CgKyPTXlcGkYo5xL1s9u';

describe('hashes', () => {
  test('are what every other implementation of bcrypt makes of passwords', () => {
    const hashes = hashPasswords(new Bcrypt(), [
      { password: 'pässword', salt: SALT },
      { password: 'a', salt: '8NJH3LsPrANStV6XtBakCe' },
    ]);
    expect(hashes).toEqual([
      '$2y$12$./CgKyPTXlcGkYo5xL1s9uX5P8n58mckxeDVwT2JQMRyjjPjZBuFS',
      '$2y$12$8NJH3LsPrANStV6XtBakCez0cKHXVxmvxIlcz785vxAIZrihHZpeS',
    ]);
  });

  test('are made of the first 72 bytes, as the server does', () => {
    const jobs = ['one', 'other'].map((end) => ({ password: `${'ä'.repeat(36)}${end}`, salt: SALT }));
    expect(new Set(hashPasswords(new Bcrypt(), jobs)).size).toBe(1);
  });

  test('leave no bytes of a password behind', () => {
    const given: BcryptInput[] = [];
    const hash = (inputs: readonly BcryptInput[]): readonly string[] => {
      given.push(...inputs);
      return inputs.map(({ password }) => Buffer.from(password).toString());
    };
    expect(hashPasswords({ hash }, [{ password: 'kirkpass', salt: SALT }])).toEqual(['kirkpass']);
    expect(given.map(({ password }) => Buffer.from(password))).toEqual([Buffer.alloc(8)]);
  });
});

describe('a check', () => {
  const policy = { minLength: 8, minScore: 3, pattern: '' };

  /** Every verdict here is the one of OpenSearch 2.19.4 and 3.4.0 (test/integration/passwords.test.ts asks them). */
  test.each([
    ['kirkpass', 'Weak password'],
    ['Zk9!qWmP3vT', undefined],
    ['kirk-Zk9!qWmP3', 'Password is similar to user name'],
    ['KIRK-Zk9!qWmP3', 'Password is similar to user name'],
    ['krik-Zk9!qWmP3', 'Password is similar to user name'],
    ['Zk9!K1RKqWmP3', 'Password is similar to user name'],
  ])('of %s says what the server says', async (password, expected) => {
    expect(await checkPassword({ userName: 'kirk', password, policy })).toBe(expected);
  });
});
