/** So many random bytes, fit for secrets. */
export type RandomBytes = (count: number) => Uint8Array;

const UPPER = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ';
const LETTERS = UPPER + UPPER.toLowerCase();
/** Of the symbols, those that mean nothing to a shell, a URL, JSON or YAML. */
const ALPHABET = `${LETTERS}0123456789-_.`;
/** Random passwords of fewer characters are weak to the server (score 2 of 4). */
const MIN_LENGTH = 12;

/**
 * A random password that the server's default rules accept: both cases, a digit and a symbol are in it, and it begins
 * with a letter, so that no command takes it for an option. At least 12 characters, each worth six bits.
 */
export function generatePassword(length: number, random: RandomBytes): string {
  const rest = Math.max(length, MIN_LENGTH) - 1;
  // Drawing anew until all are there leaves every such password equally likely; placing one of each would not.
  for (;;) {
    const password = draw(LETTERS, 1, random) + draw(ALPHABET, rest, random);
    if ([/[A-Z]/, /[a-z]/, /\d/, /[-_.]/].every((needed) => needed.test(password))) return password;
  }
}

/** Bytes beyond the last whole alphabet are thrown away, since a remainder would favour its first characters. */
function draw(alphabet: string, count: number, random: RandomBytes): string {
  const end = 256 - (256 % alphabet.length);
  let drawn = '';
  while (drawn.length < count) {
    for (const byte of random(count - drawn.length)) if (byte < end) drawn += alphabet.charAt(byte % alphabet.length);
  }
  return drawn;
}
