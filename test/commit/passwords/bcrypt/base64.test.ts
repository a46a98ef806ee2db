import { describe, expect, test } from '@jest/globals';
import { fromBcryptBase64, toBcryptBase64 } from '../../../../src/commit/passwords/bcrypt/base64.ts';

describe('the base64 of bcrypt', () => {
  test.each([
    ['00112233445566778899aabbccddeeff', './CgKyPTXlcGkYo5xL1s9u'],
    ['ffffffffffffffffffffffffffffffff', '999999999999999999999u'],
    ['', ''],
  ])('of %s is %s, and back', (hex, text) => {
    expect(toBcryptBase64(Buffer.from(hex, 'hex'))).toBe(text);
    expect(Buffer.from(fromBcryptBase64(text)).toString('hex')).toBe(hex);
  });
});
