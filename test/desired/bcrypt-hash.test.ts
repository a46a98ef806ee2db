import { describe, expect, test } from '@jest/globals';
import { bcryptHashProblem, isBcryptHash } from '../../src/desired/bcrypt-hash.ts';

const TAIL = '$12$./CgKyPTXlcGkYo5xL1s9uX5P8n58mckxeDVwT2JQMRyjjPjZBuFS';

describe('a bcrypt hash', () => {
  test.each([
    `$2y${TAIL}`,
    `$2b${TAIL}`,
    `$2a${TAIL}`,
    `$2y${TAIL}`.replace('$12$', '$04$'),
    `$2y${TAIL}`.replace('$12$', '$16$'),
  ])('%s is one', (hash) => {
    expect([isBcryptHash(hash), bcryptHashProblem(hash)]).toEqual([true, undefined]);
  });

  test.each([
    ['empty', '', 'the hash is empty'],
    ['a plain password', 'Some-Pass-9f', 'not a bcrypt hash'],
    ['of another kind', '{SHA256}abc', 'not a bcrypt hash'],
    ['followed by a line break', `$2y${TAIL}\n`, 'blanks or a line break'],
    ['cheaper than the server allows', `$2y${TAIL}`.replace('$12$', '$03$'), 'not whole'],
    ['dearer than the server can bear', `$2y${TAIL}`.replace('$12$', '$17$'), 'a cost from 04 to 16'],
    ['as dear as there is', `$2y${TAIL}`.replace('$12$', '$31$'), 'busy for too long at each login'],
    ['dearer than there is', `$2y${TAIL}`.replace('$12$', '$32$'), 'not whole'],
    ['cut short', `$2y${TAIL}`.slice(0, -1), 'not whole'],
    ['longer than there is', `$2y${TAIL}x`, 'not whole'],
    ['of the oldest kind', `$2${TAIL}`, 'not whole'],
  ])('that is %s is none, and the message says what to do without the text', (_name, text, words) => {
    expect([isBcryptHash(text), bcryptHashProblem(text)]).toEqual([false, expect.stringContaining(words)]);
    if (text !== '') expect(bcryptHashProblem(text)).not.toContain(text.trim().slice(5));
  });
});
