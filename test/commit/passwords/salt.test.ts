import { describe, expect, test } from '@jest/globals';
import { saltFor } from '../../../src/commit/passwords/salt.ts';

const KEY = new Uint8Array(32).fill(7);

describe('the salt of a user', () => {
  test('is 22 characters of the alphabet of bcrypt, and the same each time', () => {
    expect(saltFor(KEY, 'platform/prod', 'kirk')).toMatch(/^[./A-Za-z0-9]{22}$/);
    expect(saltFor(KEY, 'platform/prod', 'kirk')).toBe(saltFor(KEY, 'platform/prod', 'kirk'));
  });

  test('is another one for every user, connection and installation', () => {
    const salts = [
      saltFor(KEY, 'platform/prod', 'kirk'),
      saltFor(KEY, 'platform/prod', 'spock'),
      saltFor(KEY, 'platform/dev', 'kirk'),
      saltFor(new Uint8Array(32).fill(8), 'platform/prod', 'kirk'),
      saltFor(KEY, 'platform/prodk', 'irk'),
    ];
    expect(new Set(salts).size).toBe(salts.length);
  });
});
