import { describe, expect, test } from '@jest/globals';
import { checkPassword, hashPassword } from '../../../src/commit/passwords/password-jobs.ts';

/** The bytes 00 11 22 ... ff. */
const SALT = './CgKyPTXlcGkYo5xL1s9u';

describe('a hash', () => {
  test('is what every other implementation of bcrypt makes of it', async () => {
    const hash = await hashPassword({ password: 'pässword', salt: SALT });
    expect(hash).toBe('$2y$12$./CgKyPTXlcGkYo5xL1s9uX5P8n58mckxeDVwT2JQMRyjjPjZBuFS');
  });

  test('is made of the first 72 bytes, as the server does', async () => {
    const [one, other] = await Promise.all(
      ['one', 'other'].map((end) => hashPassword({ password: `${'ä'.repeat(36)}${end}`, salt: SALT })),
    );
    expect(one).toBe(other);
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
