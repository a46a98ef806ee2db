import { messageOf, OperatorError, TlsVerificationError, UnreachableError } from '../errors.ts';

/** In metrics, what takes the place of a status where no answer came; as client-go calls it. */
export const NO_ANSWER = '<error>';

/** Failures before the first byte of the request: it is safe to send it elsewhere. */
const NEVER_SENT = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
]);

/** Node's codes for certificates that are not trusted: https://nodejs.org/api/tls.html#x509-certificate-error-codes */
const TLS_CODES =
  /^(ERR_TLS_|CERT_|UNABLE_TO_|DEPTH_ZERO_|SELF_SIGNED_|HOSTNAME_MISMATCH|INVALID_CA|PATH_LENGTH|ERR_SSL_|ERR_OSSL_)/;

export function wasNeverSent(error: unknown): boolean {
  const code = codeOf(error);
  return NEVER_SENT.has(code) || TLS_CODES.test(code);
}

/** Says what was being done; the cause keeps the rest. @param isSent whether the request itself was begun */
export function toTransportError(action: string, error: unknown, isSent = true): OperatorError {
  if (error instanceof OperatorError) return error;
  const code = codeOf(error);
  if (TLS_CODES.test(code)) return new TlsVerificationError(`${tlsProblem(code)} (${code})`, { cause: error });
  const words = code === '' ? messageOf(error) : code;
  return new UnreachableError(`${action}: ${words}`, { cause: error, wasSent: isSent && !wasNeverSent(error) });
}

function codeOf(error: unknown): string {
  if (error instanceof AggregateError && error.errors.length > 0) return codeOf(error.errors[0]);
  if (typeof error === 'object' && error !== null && 'code' in error && typeof error.code === 'string')
    return error.code;
  return error instanceof Error && error.cause !== undefined ? codeOf(error.cause) : '';
}

function tlsProblem(code: string): string {
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID')
    return 'the certificate is for another host name: set spec.tls.serverName to a name it has';
  if (code === 'CERT_HAS_EXPIRED') return 'the certificate has expired: renew it on the cluster';
  if (code.startsWith('ERR_SSL_') || code.startsWith('ERR_OSSL_'))
    return 'the TLS handshake failed: check the client certificate and that the endpoint speaks TLS';
  return 'the certificate is not signed by a trusted authority: set spec.tls.caRef to the CA of the cluster';
}
