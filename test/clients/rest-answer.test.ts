import { describe, expect, test } from '@jest/globals';
import { objectWith, toRestRead, toRestWrite, type Refusal } from '../../src/clients/rest-answer.ts';
import {
  AuthenticationError,
  ConflictError,
  ForbiddenError,
  NotInForceError,
  NotInitializedError,
  UnreachableError,
} from '../../src/errors.ts';

const none = (): readonly string[] => [];

/** Each shape of refusal that the server has, as it was seen on 2.19.4 and 3.4.0. */
const REFUSALS: readonly (readonly [string, number, unknown, Refusal])[] = [
  [
    'an entity that is not there',
    404,
    { status: 'NOT_FOUND', message: "role 'x' not found." },
    { type: 'not-found', words: "role 'x' not found." },
  ],
  [
    'a hidden entity',
    404,
    { status: 'NOT_FOUND', message: "Resource 'x' is not available." },
    { type: 'not-found', words: "Resource 'x' is not available.", name: 'x' },
  ],
  [
    'a reserved entity',
    403,
    { status: 'FORBIDDEN', message: "Resource 'x' is reserved." },
    { type: 'refused', words: "Resource 'x' is reserved.", name: 'x' },
  ],
  [
    'an endpoint for the admin certificate',
    403,
    { status: 'FORBIDDEN', message: 'Access denied' },
    { type: 'refused', words: 'Access denied' },
  ],
  ['a refusal without words', 403, '', { type: 'refused', words: 'answered 403' }],
  [
    'a cluster permission that is missing',
    403,
    { error: { type: 'security_exception', reason: 'no permissions for [cluster:monitor/main]' }, status: 403 },
    { type: 'refused', words: 'no permissions for [cluster:monitor/main]' },
  ],
  [
    'a PUT without a body',
    400,
    { status: 'error', reason: 'Request body required for this action.' },
    { type: 'refused', words: 'Request body required for this action.' },
  ],
  [
    'an unknown key',
    400,
    { status: 'error', reason: 'Invalid configuration', invalid_keys: { keys: 'foo' } },
    { type: 'refused', words: 'Invalid configuration; invalid_keys: {"keys":"foo"}' },
  ],
  [
    'no alternative of several',
    400,
    { status: 'error', reason: 'Invalid configuration', specify_one_of: { keys: 'users,hosts' } },
    { type: 'refused', words: 'Invalid configuration; specify_one_of: {"keys":"users,hosts"}' },
  ],
  [
    'a wrong type',
    400,
    { status: 'error', reason: 'Wrong datatype', users: 'Array expected' },
    { type: 'refused', words: 'Wrong datatype; users: Array expected' },
  ],
  [
    'a patch of what has its default',
    400,
    { status: 'BAD_REQUEST', message: 'Missing field "enabled"' },
    { type: 'refused', words: 'Missing field "enabled"' },
  ],
  [
    'a pointer without a slash',
    400,
    { error: { type: 'illegal_argument_exception', reason: 'Missing leading slash' }, status: 400 },
    { type: 'refused', words: 'Missing leading slash' },
  ],
  [
    'an unknown key of a token',
    400,
    { error: 'Unrecognized parameter: foo' },
    { type: 'refused', words: 'Unrecognized parameter: foo' },
  ],
  [
    'another content type',
    406,
    { error: 'Content-Type header [text/plain] is not supported', status: 406 },
    { type: 'refused', words: 'Content-Type header [text/plain] is not supported' },
  ],
  ['a body that is too large', 413, '', { type: 'refused', words: 'answered 413' }],
  ...['unrecognized_property', 'unchecked_i_o', 'invalid_format', 'mismatched_input'].map(
    (type) =>
      [
        `${type} deep inside`,
        500,
        { error: { type: `${type}_exception`, reason: 'bad' }, status: 500 },
        { type: 'refused', words: 'bad' },
      ] as const,
  ),
  [
    'a change of a user without a password',
    500,
    { status: 'INTERNAL_SERVER_ERROR', message: 'Existing user x has no password, and no new password or hash was' },
    { type: 'refused', words: 'Existing user x has no password, and no new password or hash was' },
  ],
  [
    'a flush that one node cannot do',
    500,
    { status: 'INTERNAL_SERVER_ERROR', message: 'Cannot flush cache due to Failed node [abc]' },
    { type: 'refused', words: 'Cannot flush cache due to Failed node [abc]' },
  ],
  [
    'an endpoint of another version',
    400,
    { error: 'no handler found for uri [/_plugins/_security/api/whitelist] and method [GET]' },
    { type: 'unsupported', words: 'no handler found for uri [/_plugins/_security/api/whitelist] and method [GET]' },
  ],
  [
    'certificates that may not be read again',
    400,
    { status: 'BAD_REQUEST', message: 'no handler found for uri [/x] and method [PUT]. In order to use SSL reload' },
    { type: 'unsupported', words: 'no handler found for uri [/x] and method [PUT]. In order to use SSL reload' },
  ],
  [
    'a parameter of another version',
    400,
    {
      error: { type: 'illegal_argument_exception', reason: 'request [/x] contains unrecognized parameter: [configs]' },
    },
    { type: 'unsupported', words: 'request [/x] contains unrecognized parameter: [configs]' },
  ],
  [
    'tokens that are switched off',
    400,
    'The OnBehalfOf token generating API has been disabled, see {link to doc} for more information on this feature.',
    {
      type: 'unsupported',
      words:
        'The OnBehalfOf token generating API has been disabled, see {link to doc} for more information on this feature.',
    },
  ],
  [
    'a method of another version',
    405,
    { error: 'Incorrect HTTP method for uri [/x] and method [GET], allowed: [DELETE]', status: 405 },
    { type: 'unsupported', words: 'Incorrect HTTP method for uri [/x] and method [GET], allowed: [DELETE]' },
  ],
  [
    'a method that is not made yet',
    501,
    { status: 'NOT_IMPLEMENTED', message: 'Method PUT not supported for this action.' },
    { type: 'unsupported', words: 'Method PUT not supported for this action.' },
  ],
];

const TROUBLES: readonly (readonly [string, number, unknown, new (message: string) => Error])[] = [
  ['wrong credentials', 401, 'Unauthorized', AuthenticationError],
  [
    'no role for the API',
    403,
    { status: 'FORBIDDEN', message: 'No permission to access REST API: User u with Security roles [x] does not have' },
    ForbiddenError,
  ],
  ['a plugin that is not ready', 503, 'OpenSearch Security not initialized.', NotInitializedError],
  [
    'a plugin that is not ready, told to the admin certificate',
    500,
    { status: 'INTERNAL_SERVER_ERROR', message: 'Security index not initialized' },
    NotInitializedError,
  ],
  ['the same a moment later', 500, { error: { type: 'null_pointer_exception', reason: null } }, UnreachableError],
  ['somebody else who wrote', 409, { status: 'CONFLICT', message: '[roles]: version conflict' }, ConflictError],
  [
    'a node that could not load it',
    500,
    { status: 'INTERNAL_SERVER_ERROR', message: 'Error Failed node [a]' },
    NotInForceError,
  ],
  ['throttling', 429, '', UnreachableError],
  ['a proxy that gives up', 502, '<html>', UnreachableError],
  ['a proxy that waited in vain', 504, '', UnreachableError],
];

describe('an answer', () => {
  test('is the body of a success', () => {
    expect(toRestRead({ status: 200, body: { a: 1 } }, objectWith<{ a: number }>('a'), none)).toEqual({
      type: 'ok',
      value: { a: 1 },
    });
  });

  test.each([
    ['text', '<html>'],
    ['a list', []],
    ['another object', { b: 1 }],
  ])('that is %s in place of what was expected is trouble of the whole connection', (_, body) => {
    expect(() => toRestRead({ status: 200, body }, objectWith<{ a: number }>('a'), none)).toThrow(UnreachableError);
  });

  test.each([
    [200, { status: 'OK', message: "'x' updated." }],
    [201, { status: 'CREATED', message: "'x' created." }],
  ])('to a write is its confirmation: %i', (status, body) => {
    expect(toRestWrite({ status, body }, none)).toEqual({ type: 'ok', value: body });
  });

  test('to a write says when there was nothing to store', () => {
    const body = { status: 'OK', message: 'No updates required' };
    expect(toRestWrite({ status: 200, body }, none)).toEqual({ type: 'unchanged' });
  });

  test.each(REFUSALS)('about %s', (...[, status, body, refusal]) => {
    expect(toRestWrite({ status, body }, none)).toEqual(refusal);
    expect(toRestRead({ status, body }, objectWith(), none)).toEqual(refusal);
  });

  test.each(TROUBLES)('about %s is trouble of the whole connection', (...[, status, body, error]) => {
    expect(() => toRestWrite({ status, body }, none)).toThrow(error);
    expect(() => toRestRead({ status, body }, objectWith(), none)).toThrow(error);
  });
});

describe('the words of an answer', () => {
  const secret = 'Correct-horse-99-battery';

  test.each<[string, number, unknown]>([
    ['a message', 400, { status: 'BAD_REQUEST', message: `bad ${secret}` }],
    ['a reason', 400, { status: 'error', reason: `bad ${secret}` }],
    ['a detail', 400, { status: 'error', reason: 'bad', invalid_keys: { keys: `a,${secret}` } }],
    ['a cause', 500, { error: { type: 'unchecked_i_o_exception', reason: `from String "${secret}": only` } }],
    ['an error', 400, { error: `bad ${secret}` }],
    ['text', 400, `bad ${secret}`],
    ['a method', 405, { error: `bad ${secret}` }],
    ['the end of what is kept', 400, { message: `${'x'.repeat(990)}${secret}` }],
  ])('never have the secret that was sent, though the server repeats it in %s', (_, status, body) => {
    const answer = JSON.stringify(toRestWrite({ status, body }, () => [secret]));
    expect(answer).not.toContain(secret.slice(0, 8));
    expect(answer).toMatch(/\[redacted\]|\[redact/);
  });

  test.each<[string, number, unknown]>([
    ['a node', 500, { status: 'INTERNAL_SERVER_ERROR', message: `Error Failed node [a] ${secret}` }],
    ['something broken inside', 500, { error: `boom ${secret}` }],
    ['no role', 403, { message: `No permission to access REST API: ${secret}` }],
    ['no initialisation', 503, `not initialized ${secret}`],
    ['no login', 401, secret],
    ['a proxy', 502, secret],
  ])('never have it when %s is trouble of the whole connection', (_, status, body) => {
    expect(() => toRestWrite({ status, body }, () => [secret])).toThrow(expect.objectContaining({}));
    try {
      toRestWrite({ status, body }, () => [secret]);
    } catch (error) {
      expect(`${String(error)} ${JSON.stringify(error)}`).not.toContain(secret);
    }
  });

  test('keep the name of an entity, even when it is the same as a secret', () => {
    const body = { status: 'FORBIDDEN', message: "Resource 'admin' is reserved." };
    expect(toRestWrite({ status: 403, body }, () => ['admin'])).toEqual({
      type: 'refused',
      words: "Resource '[redacted]' is reserved.",
      name: 'admin',
    });
  });
});
