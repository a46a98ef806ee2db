import { describe, expect, test } from '@jest/globals';
import { toReadAnswer, toWriteAnswer, wordsOf } from '../../src/clients/security-api.ts';
import {
  AuthenticationError,
  ConflictError,
  ForbiddenError,
  NotInForceError,
  NotInitializedError,
  UnreachableError,
} from '../../src/errors.ts';

const none = (): readonly string[] => [];

describe('the answer to a write', () => {
  test('is told without what was sent as a secret, whoever repeats it', () => {
    const body = { status: 'BAD_REQUEST', message: 'not allowed: {"hash":"$2y$12$abcdefghijk"}' };
    const answer = toWriteAnswer({ status: 400, body }, () => ['$2y$12$abcdefghijk']);
    expect(answer).toEqual({ type: 'refused', words: 'not allowed: {"hash":"[redacted]"}' });
    const page = { status: 500, body: 'sent: $2y$12$abcdefghijk' };
    expect(() => toWriteAnswer(page, () => ['$2y$12$abcdefghijk'])).toThrow('sent: [redacted]');
  });

  test('names the entity though a secret is the same as its name', () => {
    const body = { status: 'FORBIDDEN', message: "Resource 'analytics-team' is reserved." };
    const answer = toWriteAnswer({ status: 403, body }, () => ['analytics-team-2026']);
    expect(answer).toEqual({ type: 'refused', words: "Resource '[redacted]' is reserved.", name: 'analytics-team' });
  });

  test.each([
    [200, { status: 'OK', message: 'Resource updated.' }, 'stored'],
    [201, { status: 'CREATED', message: "'ops' created." }, 'stored'],
    [200, { status: 'OK', message: 'No updates required' }, 'unchanged'],
  ])('%i %j says that it is %s', (status, body, type) => {
    expect(toWriteAnswer({ status, body }, none)).toEqual({ type });
  });

  test.each<[string, number, unknown, string]>([
    ['a patch that fails', 400, { status: 'BAD_REQUEST', message: 'Missing field "n"' }, 'Missing field "n"'],
    [
      'an unknown key',
      400,
      { status: 'error', reason: 'Invalid configuration', invalid_keys: { keys: 'foo,bar' } },
      'Invalid configuration; invalid_keys: {"keys":"foo,bar"}',
    ],
    [
      'a missing key',
      400,
      { status: 'error', reason: 'Invalid configuration', missing_mandatory_keys: { keys: 'allowed_actions' } },
      'Invalid configuration; missing_mandatory_keys: {"keys":"allowed_actions"}',
    ],
    [
      'a wrong type',
      400,
      { status: 'error', reason: 'Wrong datatype', fls: 'Array expected' },
      'Wrong datatype; fls: Array expected',
    ],
    [
      'a pointer without a slash',
      400,
      { error: { type: 'illegal_argument_exception', reason: 'Missing leading slash' }, status: 400 },
      'Missing leading slash',
    ],
    ['text', 400, { error: 'no handler found' }, 'no handler found'],
    ['a role that is not there', 404, { status: 'NOT_FOUND', message: "role 'x' not found." }, "role 'x' not found."],
    ['an action that nobody may grant', 403, { status: 'FORBIDDEN', message: 'Access denied' }, 'Access denied'],
    ['a body that is too large', 413, '', ''],
    [
      'another content type',
      406,
      { error: 'Content-Type header [text/plain] is not supported' },
      'Content-Type header [text/plain] is not supported',
    ],
    [
      'an unknown key deep inside, for a PUT',
      500,
      { error: { type: 'unrecognized_property_exception', reason: 'Unrecognized field "x"' }, status: 500 },
      'Unrecognized field "x"',
    ],
    [
      'an unknown key deep inside, for a PATCH',
      500,
      { error: { type: 'unchecked_i_o_exception', reason: 'Unrecognized field "x"' }, status: 500 },
      'Unrecognized field "x"',
    ],
  ])('refuses %s in the words of the server', (...[, status, body, words]) => {
    expect(toWriteAnswer({ status, body }, none)).toEqual({ type: 'refused', words });
  });

  test.each([
    ["Resource 'ops' is reserved.", 'ops'],
    ["Resource 'ops' is static.", 'ops'],
    ["Resource 'ops' is not available.", 'ops'],
    ["Resource 'it's 'ops'\n' is reserved.", "it's 'ops'\n"],
  ])('%j names the entity', (message, name) => {
    expect(toWriteAnswer({ status: 403, body: { status: 'FORBIDDEN', message } }, none)).toEqual({
      type: 'refused',
      words: message,
      name,
    });
  });

  test.each<[string, number, unknown, new (message: string) => Error]>([
    ['wrong credentials', 401, 'Unauthorized', AuthenticationError],
    [
      'no role for the API',
      403,
      {
        status: 'FORBIDDEN',
        message:
          'No permission to access REST API: User u with Security roles [x] does not have any role privileged for admin access. No client TLS certificate found in request',
      },
      ForbiddenError,
    ],
    [
      'a method that is disabled for us',
      403,
      { status: 'FORBIDDEN', message: 'No permission to access REST API: User u … endpoint ROLES and method PATCH.' },
      ForbiddenError,
    ],
    ['a plugin that is not ready', 503, 'OpenSearch Security not initialized.', NotInitializedError],
    [
      'a plugin that is not ready, told to the admin certificate',
      500,
      { status: 'INTERNAL_SERVER_ERROR', message: 'Security index not initialized' },
      NotInitializedError,
    ],
    [
      'the same a moment later',
      500,
      { error: { type: 'null_pointer_exception', reason: 'x is null' }, status: 500 },
      UnreachableError,
    ],
    [
      'somebody else who wrote',
      409,
      { status: 'CONFLICT', message: '[tenants]: version conflict, required seqNo [210], primary term [1].' },
      ConflictError,
    ],
    [
      'a node that could not load it',
      500,
      { status: 'INTERNAL_SERVER_ERROR', message: 'Error Failed node [abc]' },
      NotInForceError,
    ],
    ['throttling', 429, 'too many requests', UnreachableError],
    ['a proxy that gives up', 502, '<html>', UnreachableError],
    ['a proxy that waited in vain', 504, '', UnreachableError],
    ['something broken inside', 500, { error: 'boom' }, UnreachableError],
  ])('%s is trouble of the whole connection', (...[, status, body, expected]) => {
    expect(() => toWriteAnswer({ status, body }, none)).toThrow(expected);
  });

  test('never repeats the body of a 401, which a proxy may have filled with anything', () => {
    expect(() => toWriteAnswer({ status: 401, body: 'secret' }, none)).toThrow(
      'the cluster does not accept the credentials',
    );
  });
});

describe('the answer to a read', () => {
  test('is its body', () => {
    expect(toReadAnswer({ status: 200, body: { ops: {} } })).toEqual({ ops: {} });
  });

  test.each([
    ['wrong credentials', 401, AuthenticationError],
    ['a plugin that is not ready', 503, NotInitializedError],
    ['a path that is not there', 404, UnreachableError],
    ['a refusal', 403, UnreachableError],
  ])('with %s is an error', (_, status, expected) => {
    expect(() => toReadAnswer({ status, body: '' })).toThrow(expected);
  });
});

describe('the words of the server', () => {
  test.each<[unknown, string]>([
    [' text \n', 'text'],
    [{ status: 'NOT_FOUND', message: 'm' }, 'm'],
    [{ status: 'error', reason: 'r' }, 'r'],
    [{ error: { type: 't', reason: 'r' } }, 'r'],
    [{ error: 'e' }, 'e'],
    [{}, ''],
    [null, ''],
    [[], ''],
  ])('of %j are %j', (body, words) => {
    expect(wordsOf(body)).toBe(words);
  });

  test('are cut, but not in the middle of a character', () => {
    const words = wordsOf(`x${'😀'.repeat(1000)}`);
    expect(words).toHaveLength(1000);
    expect(words.isWellFormed()).toBe(true);
  });
});

describe('an answer that is not from the plugin', () => {
  test.each([
    [404, '<html>default backend - 404</html>'],
    [403, '<html>request blocked</html>'],
    [302, ''],
    [200, '<html>please log in</html>'],
    [408, { message: 'slow' }],
  ])('(%d) refuses nothing: it may be another one the next time', (status, body) => {
    expect(() => toWriteAnswer({ status, body }, none)).toThrow(UnreachableError);
  });
});
