import { createHmac } from 'node:crypto';
import { toBcryptBase64 } from './bcrypt/base64.ts';

/** A user of OpenSearch, wherever its object is. */
export interface UserKey {
  /** The OpenSearchConnection, as namespace/name. */
  readonly connection: string;
  readonly userName: string;
}

/**
 * The bcrypt salt of a user: 16 bytes that are the same each time, so that the same password gives the same hash again
 * and the server can say that nothing changed. Made from the key and the name, never from the password: the salt can be read in
 * the hash, and guesses could be tried on it without the cost of bcrypt.
 *
 * @returns 22 characters of bcrypt's own base64
 */
export function saltFor(installationKey: Uint8Array, connection: string, userName: string): string {
  const digest = keyedDigest(installationKey, ['bcrypt salt', connection, userName]);
  return toBcryptBase64(digest.subarray(0, 16));
}

/** HMAC-SHA256 of a list of texts. The first one says what for, so that no digest can be taken for another one. */
export function keyedDigest(installationKey: Uint8Array, texts: readonly [purpose: string, ...string[]]): Buffer {
  return createHmac('sha256', installationKey).update(JSON.stringify(texts)).digest();
}
