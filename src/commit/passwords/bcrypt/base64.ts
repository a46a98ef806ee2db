const BASE64 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
/** The same bits as in base64, in letters of its own and without padding. */
const BCRYPT_BASE64 = './ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';

/** In the letters of bcrypt. */
export function toBcryptBase64(bytes: Uint8Array): string {
  return translate(Buffer.from(bytes).toString('base64').replace(/=+$/, ''), BASE64, BCRYPT_BASE64);
}

export function fromBcryptBase64(text: string): Uint8Array {
  return Buffer.from(translate(text, BCRYPT_BASE64, BASE64), 'base64');
}

function translate(text: string, from: string, to: string): string {
  return Array.from(text, (letter) => to.charAt(from.indexOf(letter))).join('');
}
