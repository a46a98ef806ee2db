import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { redact, REDACTED, secretsIn } from '../../src/clients/redact.ts';

const PASSWORD = 'Correct-horse-99-battery';

describe('the secrets of a body', () => {
  test.each<[string, unknown, readonly string[]]>([
    ['nothing', undefined, []],
    ['a password', { password: PASSWORD, description: 'x' }, [PASSWORD]],
    ['both passwords of an account', { password: 'new-one', current_password: 'old-one' }, ['new-one', 'old-one']],
    ['a hash below a name', { ops: { hash: '$2y$12$abc' } }, ['$2y$12$abc']],
    [
      'the keys of tokens',
      { dynamic: { on_behalf_of: { enabled: true, signing_key: 'sk', encryption_key: 'ek' } } },
      ['sk', 'ek'],
    ],
    ['several keys of one domain', { config: { signing_key: ['one', 'two'] } }, ['one', 'two']],
    ['a password of LDAP', { config: { bind_dn: 'cn=x', password: 'ldap' } }, ['ldap']],
    ['a client secret', { openid: { client_secret: 's', roles_key: 'roles' } }, ['s']],
    ['a number', { password: 12345 }, ['12345']],
    ['a wrong type', { password: { a: ['deep'] } }, ['deep']],
    ['an empty one', { password: '' }, []],
  ])('with %s', (...[, body, secrets]) => {
    expect(secretsIn(body)).toEqual(secrets);
  });
});

describe('words', () => {
  test.each([
    ['plain', `String "${PASSWORD}" is bad`, PASSWORD, `String "${REDACTED}" is bad`],
    ['twice', `${PASSWORD} and ${PASSWORD}`, PASSWORD, `${REDACTED} and ${REDACTED}`],
    ['as JSON', 'value: "a\\"quoted\\nsecret"', 'a"quoted\nsecret', `value: "${REDACTED}"`],
    ['as part of an address', '/users/p%C3%A4ss%20word', 'päss word', `/users/${REDACTED}`],
    ['cut at its end', `String "${PASSWORD.slice(0, 12)}`, PASSWORD, `String "${REDACTED}`],
    ['cut in its middle', 'abcdefgh]...[stuvwxyz', 'abcdefghijklmnopqrstuvwxyz', `${REDACTED}]...[${REDACTED}`],
    ['short and alone', "role 'abc' not found", 'abc', `role '${REDACTED}' not found`],
    ['short, within a word', 'no such table', 'a', 'no such table'],
    ['with signs of expressions', 'value .* here', '.*', `value ${REDACTED} here`],
    ['not at all', 'Weak password', PASSWORD, 'Weak password'],
  ])('lose a secret that is in them %s', (...[, text, secret, expected]) => {
    expect(redact(text, [secret])).toBe(expected);
  });

  test('are as they were without secrets', () => {
    expect(redact('as they were', [])).toBe('as they were');
  });

  test('never keep a part of a secret that can be told, wherever it stands', () => {
    const secret = fc.string({ minLength: 8, maxLength: 60 });
    fc.assert(
      fc.property(fc.string(), secret, fc.string(), (before, hidden, after) => {
        const left = redact(before + hidden + after, [hidden]);
        expect(left.split(REDACTED).some((part) => part.includes(hidden))).toBe(false);
        expect(left).toContain(REDACTED);
      }),
    );
  });

  test('keep what stands around a secret', () => {
    const plain = fc.stringMatching(/^[a-z ]{0,20}$/);
    const secret = fc.stringMatching(/^[A-Z0-9]{8,40}$/);
    fc.assert(
      fc.property(plain, secret, plain, (before, hidden, after) => {
        expect(redact(before + hidden + after, [hidden])).toBe(before + REDACTED + after);
      }),
    );
  });
});
