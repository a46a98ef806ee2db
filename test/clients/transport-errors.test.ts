import { describe, expect, test } from '@jest/globals';
import { toTransportError, wasNeverSent } from '../../src/clients/transport-errors.ts';
import { ConflictError, TlsVerificationError, UnreachableError } from '../../src/errors.ts';

function failure(code: string): Error {
  return Object.assign(new Error(`failed with ${code}`), { code });
}

describe('a failure on the way', () => {
  test.each(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH', 'UND_ERR_CONNECT_TIMEOUT'])(
    '%s came before the request was sent, so another endpoint may be asked',
    (code) => {
      expect(wasNeverSent(failure(code))).toBe(true);
    },
  );

  test.each(['ECONNRESET', 'EPIPE', 'UND_ERR_HEADERS_TIMEOUT', 'UND_ERR_BODY_TIMEOUT', 'UND_ERR_SOCKET', 'ABORT_ERR'])(
    '%s leaves open whether a write was stored',
    (code) => {
      expect(wasNeverSent(failure(code))).toBe(false);
    },
  );

  test.each([
    ['ERR_TLS_CERT_ALTNAME_INVALID', 'spec.tls.serverName'],
    ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'spec.tls.caRef'],
    ['SELF_SIGNED_CERT_IN_CHAIN', 'spec.tls.caRef'],
    ['DEPTH_ZERO_SELF_SIGNED_CERT', 'spec.tls.caRef'],
    ['CERT_HAS_EXPIRED', 'renew'],
    ['ERR_SSL_WRONG_VERSION_NUMBER', 'speaks TLS'],
    ['ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED', 'client certificate'],
  ])('%s is about trust, and says what to do: %s', (code, advice) => {
    const error = toTransportError('GET /', failure(code));
    expect(error).toBeInstanceOf(TlsVerificationError);
    expect(error.message).toContain(advice);
    expect(error.message).toContain(code);
    expect(wasNeverSent(failure(code))).toBe(true);
  });

  test('is found in the cause', () => {
    const error = new Error('fetch failed', { cause: failure('ECONNREFUSED') });
    expect(wasNeverSent(error)).toBe(true);
    expect(toTransportError('GET /', error).message).toBe('GET /: ECONNREFUSED');
  });

  test('is found among the tries of several addresses', () => {
    expect(wasNeverSent(new AggregateError([failure('ECONNREFUSED'), failure('ENETUNREACH')]))).toBe(true);
  });

  test.each([
    [new Error('boom'), 'GET /: boom'],
    ['text', 'GET /: text'],
    [undefined, 'GET /: undefined'],
  ])('without a code (%s) is told as it is', (thrown, message) => {
    const error = toTransportError('GET /', thrown);
    expect(error).toBeInstanceOf(UnreachableError);
    expect(error.message).toBe(message);
  });

  test('that is known already stays what it is', () => {
    const error = new ConflictError('x');
    expect(toTransportError('GET /', error)).toBe(error);
  });
});
