import { createHmac } from 'node:crypto';

/** A user of OpenSearch, wherever its object is. */
export interface UserKey {
  /** The OpenSearchConnection, as namespace/name. */
  readonly connection: string;
  readonly userName: string;
}

const BASE64 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
/** The same bits as in base64, in letters of its own and without padding. */
const BCRYPT_BASE64 = './ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';

/**
 * The bcrypt salt of a user: 16 bytes that are the same each time, so that the same password gives the same hash again
 * and the server can say that nothing changed. Made from the key and the name, never from the password: the salt can be read in
 * the hash, and guesses could be tried on it without the cost of bcrypt.
 *
 * @returns 22 characters of bcrypt's own base64
 */
export function saltFor(installationKey: Uint8Array, connection: string, userName: string): string {
  const digest = keyedDigest(installationKey, ['bcrypt salt', connection, userName]);
  return translate(digest.subarray(0, 16).toString('base64').replace(/=+$/, ''), BASE64, BCRYPT_BASE64);
}

/** The 16 bytes of a salt. */
export function saltBytes(salt: string): Uint8Array {
  return Buffer.from(translate(salt, BCRYPT_BASE64, BASE64), 'base64');
}

/** HMAC-SHA256 of a list of texts. The first one says what for, so that no digest can be taken for another one. */
export function keyedDigest(installationKey: Uint8Array, texts: readonly [purpose: string, ...string[]]): Buffer {
  return createHmac('sha256', installationKey).update(JSON.stringify(texts)).digest();
}

function translate(text: string, from: string, to: string): string {
  return Array.from(text, (letter) => to.charAt(from.indexOf(letter))).join('');
}
