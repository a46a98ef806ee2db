/** A regular expression of Java in the words of JavaScript, or why there is none. */
export type PatternReading =
  { readonly type: 'read'; readonly expression: RegExp } | { readonly type: 'refused'; readonly message: string };

/** What is left to read. */
interface Cursor {
  rest: string;
}

class NotUnderstood extends Error {}

/** What Java means by an escaped letter, in a character class and outside of one. */
const ESCAPES: Readonly<Record<string, string>> = {
  ...Object.fromEntries(Array.from('dDwWtnrf', (letter) => [letter, `\\${letter}`])),
  ...bothWays('s', String.raw`\x20\t\n\v\f\r`),
  ...bothWays('h', String.raw`\x20\t\xa0\u1680\u180e\u2000-\u200a\u202f\u205f\u3000`),
  ...bothWays('v', String.raw`\n\v\f\r\x85\u2028\u2029`),
  a: String.raw`\x07`,
  e: String.raw`\x1b`,
};

/** What it means only outside of a character class. */
const ASSERTIONS: Readonly<Record<string, string>> = {
  ...Object.fromEntries(Array.from('bB123456789', (letter) => [letter, `\\${letter}`])),
  A: '(?<![^])',
  z: '(?![^])',
  Z: '(?![^])',
};

const PROPERTIES: Readonly<Record<string, string>> = {
  Lower: 'a-z',
  Upper: 'A-Z',
  Alpha: 'a-zA-Z',
  Digit: '0-9',
  Alnum: 'a-zA-Z0-9',
  XDigit: '0-9a-fA-F',
  Punct: String.raw`\x21-\x2f\x3a-\x40\x5b-\x60\x7b-\x7e`,
  Graph: String.raw`\x21-\x7e`,
  Print: String.raw`\x20-\x7e`,
  Blank: String.raw`\x20\t`,
  Space: String.raw`\x20\t\n\v\f\r`,
  Cntrl: String.raw`\x00-\x1f\x7f`,
  ASCII: String.raw`\x00-\x7f`,
  IsAlphabetic: String.raw`\p{Alphabetic}`,
  IsUppercase: String.raw`\p{Uppercase}`,
  IsLowercase: String.raw`\p{Lowercase}`,
};

const RANGE = /^(\\[^a-zA-Z\d]|\\x[\da-fA-F]{2}|\\u[\da-fA-F]{4}|[^\\[\]])-(?![[\]])/u;

/**
 * Translates a regular expression of Java into one that must match the whole text, as `Matcher.matches` does. Refuses
 * what JavaScript lacks (possessive quantifiers, atomic groups, flags in the middle, `\G`, `\R`, `\X`) rather than guess.
 * Source: java.util.regex.Pattern.
 */
export function readJavaPattern(pattern: string): PatternReading {
  try {
    const [, flags = '', body = ''] = /^(?:\(\?([ims]+)\))?([^]*)$/.exec(pattern) ?? [];
    const source = `^(?:${translate({ rest: body })})$`;
    return { type: 'read', expression: new RegExp(source, [...new Set(`v${flags}`)].join('')) };
  } catch (error) {
    const what = error instanceof NotUnderstood ? error.message : 'possessive quantifiers and what only Java knows';
    return { type: 'refused', message: `cannot be checked by the operator: write it without ${what}` };
  }
}

function translate(cursor: Cursor): string {
  let translated = '';
  while (cursor.rest !== '') {
    if (take(cursor, /^\[/)) translated += translateClass(cursor);
    else translated += takeQuoted(cursor) ?? takeEscape(cursor, { ...ESCAPES, ...ASSERTIONS }) ?? takeSyntax(cursor);
  }
  return translated;
}

/** Groups, quantifiers and the rest are spelled the same; what is a possessive quantifier, JavaScript refuses itself. */
function takeSyntax(cursor: Cursor): string {
  const group = take(cursor, /^\(\?(?:[ims]*(?:-[ims]+)?:|=|!|<=|<!|<[a-zA-Z][a-zA-Z\d]*>)/);
  if (group !== undefined) return group[0];
  const foreign = /^\(\?[a-zA-Z-]*[^a-zA-Z-]?/u.exec(cursor.rest);
  if (foreign !== null) throw new NotUnderstood(foreign[0]);
  return take(cursor, /^(?:[(|)*+?.^$]|\{\d+(?:,\d*)?\})/)?.[0] ?? takeLiteral(cursor);
}

/** A character class after its `[`. Java's nesting and `&&` are there in JavaScript too, but only between whole classes. */
function translateClass(cursor: Cursor): string {
  const negation = take(cursor, /^\^/) === undefined ? '' : '^';
  const parts = [''];
  do {
    if (take(cursor, /^&&/)) parts.push('');
    else parts.push((parts.pop() ?? '') + takeClassItem(cursor));
  } while (!take(cursor, /^\]/));
  if (parts.includes('')) throw new NotUnderstood('a && that has nothing on one side');
  return `[${negation}${parts.length === 1 ? parts.join('') : parts.map((part) => `[${part}]`).join('&&')}]`;
}

function takeClassItem(cursor: Cursor): string {
  if (cursor.rest === '') throw new NotUnderstood('a [ that has no ]');
  if (take(cursor, /^\[/)) return translateClass(cursor);
  const from = RANGE.exec(cursor.rest) === null ? undefined : takeCharacter(cursor);
  if (from !== undefined && take(cursor, /^-/)) return `${from}-${takeCharacter(cursor)}`;
  return takeQuoted(cursor) ?? takeCharacter(cursor);
}

function takeCharacter(cursor: Cursor): string {
  return takeEscape(cursor, ESCAPES) ?? takeLiteral(cursor);
}

function takeEscape(cursor: Cursor, escapes: Readonly<Record<string, string>>): string | undefined {
  const asItIs = take(cursor, /^\\(?:x[\da-fA-F]{2}|u[\da-fA-F]{4}|c[a-zA-Z]|k<\w+>)/);
  if (asItIs !== undefined) return asItIs[0];
  const codePoint = take(cursor, /^\\x(\{[\da-fA-F]+\})/);
  if (codePoint !== undefined) return `\\u${codePoint[1] ?? ''}`;
  const property = take(cursor, /^\\([pP])(?:\{(\w+)\}|(\w))/);
  if (property !== undefined) return translateProperty(property[1] === 'P', property[2] ?? property[3] ?? '');
  const letter = take(cursor, /^\\([a-zA-Z\d])/);
  if (letter !== undefined) return escapes[letter[1] ?? ''] ?? notUnderstood(letter[0]);
  return take(cursor, /^\\/) && (cursor.rest === '' ? notUnderstood('a \\ at the end') : takeLiteral(cursor));
}

function translateProperty(isNegated: boolean, name: string): string {
  const general = /^(?:Is)?([A-Z][a-z]?)$/.exec(name)?.[1];
  const members = Object.hasOwn(PROPERTIES, name) ? PROPERTIES[name] : general && `\\p{${general}}`;
  return members === undefined ? notUnderstood(`\\p{${name}}`) : `[${isNegated ? '^' : ''}${members}]`;
}

function takeQuoted(cursor: Cursor): string | undefined {
  const quoted = take(cursor, /^\\Q([^]*?)(?:\\E|$)/);
  return quoted && Array.from(quoted[1] ?? '', literal).join('');
}

function takeLiteral(cursor: Cursor): string {
  return literal(take(cursor, /^[^]/u)?.[0] ?? '');
}

/** A character that stands for itself wherever it is put. */
function literal(character: string): string {
  return /^[\0-\x7f]$/.test(character) && !/\w/.test(character)
    ? `\\x${character.charCodeAt(0).toString(16).padStart(2, '0')}`
    : character;
}

function take(cursor: Cursor, expression: RegExp): RegExpExecArray | undefined {
  const match = expression.exec(cursor.rest);
  if (match === null) return undefined;
  cursor.rest = cursor.rest.slice(match[0].length);
  return match;
}

function bothWays(letter: string, members: string): Readonly<Record<string, string>> {
  return { [letter]: `[${members}]`, [letter.toUpperCase()]: `[^${members}]` };
}

function notUnderstood(what: string): never {
  throw new NotUnderstood(what);
}
