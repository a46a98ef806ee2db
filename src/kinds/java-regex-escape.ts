import { invalid, type Cursor } from './java-regex-cursor.ts';

/** Where an escape stands: at the beginning or end of a range such as `[\t-\r]`, some letters mean a character. */
export type EscapePlace = 'outside' | 'class' | 'range';

const CLASS_LETTERS = 'dDhHsSvVwW';
const OUTSIDE_LETTERS = 'ABbGkRXZz123456789';
const CHARACTER_LETTERS: Readonly<Record<string, number>> = { a: 7, e: 27, f: 12, n: 10, r: 13, t: 9 };

/** What Java knows without `Is`, `In` or `=` in front, besides the names that begin with `java`. */
const PROPERTIES = new Set(
  `C L M N P S Z Cc Cf Cn Co Cs Ll Lm Lo Lt Lu Mc Me Mn Nd Nl No Pc Pd Pe Pf Pi Po Ps Sc Sk Sm So Zl Zp Zs LC LD L1 all
  ASCII Alnum Alpha Blank Cntrl Digit Graph Lower Print Punct Space Upper XDigit`.split(/\s+/),
);

/**
 * Reads an escape from its `\` on.
 *
 * @returns the one character that it stands for, as a code point; undefined where it stands for anything else
 * @throws InvalidRegex
 */
export function readEscape(cursor: Cursor, place: EscapePlace): number | undefined {
  const letter = cursor.raw(1);
  cursor.skip(2);
  if (letter === '') return invalid('it ends in a \\ that escapes nothing');
  if (!/[a-zA-Z\d]/.test(letter)) return letter.codePointAt(0);
  if (letter === 'v' && place === 'range') return 11;
  if (CLASS_LETTERS.includes(letter)) return undefined;
  if (letter in CHARACTER_LETTERS) return CHARACTER_LETTERS[letter];
  if (place !== 'range' && /[pP]/.test(letter)) readProperty(cursor);
  else if (place === 'outside' && OUTSIDE_LETTERS.includes(letter)) readAssertion(cursor, letter);
  else return readCode(cursor, letter);
  return undefined;
}

/** What stands for no character, or for a text that a group has matched. */
function readAssertion(cursor: Cursor, letter: string): void {
  if (cursor.isLookBehind && /[1-9k]/.test(letter)) invalid(`\\${letter} in a look-behind`);
  if (letter === 'b') readBoundary(cursor);
  if (letter === 'k') readReference(cursor);
}

function readBoundary(cursor: Cursor): void {
  if (cursor.peek() !== '{' || cursor.raw(1) !== 'g') return;
  cursor.skip(2);
  if (cursor.read() !== '}') invalid('a \\b{g that has no }');
}

function readReference(cursor: Cursor): void {
  if (cursor.read() !== '<') invalid('a \\k without the name of a group: \\k<name>');
  const name = readGroupName(cursor, cursor.read());
  if (!cursor.groupNames.has(name)) invalid(`\\k<${name}> without a group of that name before it`);
}

/** The name of a group after its first letter, and the `>` behind it. */
export function readGroupName(cursor: Cursor, first: string): string {
  if (!/^[a-zA-Z]$/.test(first)) invalid('a name of a group that does not begin with a letter');
  let name = first;
  let character = cursor.read();
  for (; /^[a-zA-Z\d]$/.test(character); character = cursor.read()) name += character;
  if (character !== '>') invalid(`a name of a group that has no > after its letters and digits: ${name}`);
  return name;
}

function readProperty(cursor: Cursor): void {
  const isBraced = cursor.peek() === '{';
  if (isBraced) cursor.next();
  const name = isBraced ? cursor.readUntil('}') : cursor.read();
  if (name === undefined) invalid('a \\p{ that has no }');
  // With the flag U, names are known in any case, too; scripts and blocks come with each version of Java.
  const isOpenEnded = /^\w+=.|^(?:Is|In|java)./.test(name) || (cursor.flags.has('U') && /^\w{2,}$/.test(name));
  if (!isOpenEnded && !PROPERTIES.has(name)) invalid(`\\p{${name}}, a name that Java does not know`);
}

/** A character by its number or name. */
function readCode(cursor: Cursor, letter: string): number | undefined {
  switch (letter) {
    case '0':
      return readOctal(cursor);
    case 'c':
      return (cursor.read().codePointAt(0) ?? invalid('a \\c that has no letter')) ^ 64;
    case 'u':
      return readUnicode(cursor);
    case 'x':
      return readHexadecimal(cursor);
    case 'N':
      if (cursor.read() !== '{' || !/^[\w -]{2,}$/.test(cursor.readUntil('}') ?? ''))
        invalid('a \\N without a name: \\N{name}');
      return undefined;
    default:
      return invalid(`\\${letter}, which means nothing in this place`);
  }
}

function readOctal(cursor: Cursor): number {
  const first = cursor.read();
  if (!/^[0-7]$/.test(first)) invalid('a \\0 without octal digits');
  const longest = first > '3' ? 2 : 3;
  let digits = first;
  while (digits.length < longest && /^[0-7]$/.test(cursor.peek())) digits += cursor.read();
  return parseInt(digits, 8);
}

function readUnicode(cursor: Cursor): number {
  const high = readFourDigits(cursor, 0) ?? invalid('a \\u without four hexadecimal digits');
  cursor.skip(4);
  const isHigh = high >= 0xd800 && high < 0xdc00;
  const low = isHigh && cursor.raw(0) === '\\' && cursor.raw(1) === 'u' ? readFourDigits(cursor, 2) : undefined;
  if (low === undefined || low < 0xdc00 || low > 0xdfff) return high;
  cursor.skip(6);
  return 0x10000 + ((high - 0xd800) << 10) + (low - 0xdc00);
}

function readFourDigits(cursor: Cursor, offset: number): number | undefined {
  const digits = [0, 1, 2, 3].map((index) => cursor.raw(offset + index)).join('');
  return /^[\da-fA-F]{4}$/.test(digits) ? parseInt(digits, 16) : undefined;
}

function readHexadecimal(cursor: Cursor): number {
  const first = cursor.read();
  const digits = first === '{' ? cursor.readUntil('}') : first + cursor.read();
  if (digits === undefined || !(first === '{' ? /^[\da-fA-F]+$/ : /^[\da-fA-F]{2}$/).test(digits))
    return invalid('a \\x without two hexadecimal digits, or more in braces');
  const code = parseInt(digits, 16);
  return code > 0x10ffff ? invalid(`\\x{${digits}}, a character that does not exist`) : code;
}
