import { readClass } from './java-regex-class.ts';
import { Cursor, invalid, InvalidRegex, unquote } from './java-regex-cursor.ts';
import { readEscape, readGroupName } from './java-regex-escape.ts';

/** What holds again after a group. */
type Around = Pick<Cursor, 'flags' | 'isLookBehind'>;

const LARGEST = 2_147_483_647;
const FLAG = /^[imsducxU]$/;

/**
 * Why java.util.regex.Pattern would refuse a regular expression, in words that fit into brackets; undefined when nothing
 * speaks against it. Names of scripts and characters, which differ from one version of Java to another, are let pass.
 * O(n).
 */
export function javaRegexProblem(pattern: string): string | undefined {
  try {
    readPattern(new Cursor(unquote(pattern)));
    return undefined;
  } catch (error) {
    if (error instanceof InvalidRegex) return error.message;
    throw error;
  }
}

function readPattern(cursor: Cursor): void {
  const open: Around[] = [];
  for (let character = cursor.peek(); character !== ''; character = cursor.peek()) {
    if (character === '|') cursor.skip(1);
    else if (character === '(') openGroup(cursor, open);
    else if (character === ')') closeGroup(cursor, open);
    else readAtom(cursor, character);
  }
  if (open.length > 0) invalid('a ( that has no )');
}

function readAtom(cursor: Cursor, character: string): void {
  if (/[*+?]/.test(character)) invalid(`a ${character} that has nothing before it to repeat`);
  if (character === '[') readClass(cursor);
  else if (character === '\\') readEscape(cursor, 'outside');
  // Java takes a { for the repetition of nothing and refuses it only when it is none.
  else if (character !== '{') cursor.skip(1);
  readQuantifier(cursor);
}

function openGroup(cursor: Cursor, open: Around[]): void {
  const around = { flags: cursor.flags, isLookBehind: cursor.isLookBehind };
  const isSpecial = cursor.next() === '?';
  if (isSpecial) cursor.skip(1);
  if (!isSpecial || readGroupType(cursor) === 'group') open.push(around);
}

/** What follows `(?`. Flags alone are no group: they hold to the end of the one that they are in. */
function readGroupType(cursor: Cursor): 'group' | 'flags' {
  const type = cursor.raw(0);
  if (!/^[:=!><]$/.test(type)) return readFlags(cursor);
  cursor.skip(1);
  if (type === '<') readAngle(cursor);
  else if (type === '=' || type === '!') cursor.isLookBehind = false;
  return 'group';
}

/** A look-behind or the name of a group. */
function readAngle(cursor: Cursor): void {
  const first = cursor.read();
  if (first === '=' || first === '!') {
    cursor.isLookBehind = true;
    return;
  }
  const name = readGroupName(cursor, first);
  if (cursor.groupNames.has(name)) invalid(`two groups named ${name}`);
  cursor.groupNames.add(name);
}

function readFlags(cursor: Cursor): 'group' | 'flags' {
  for (let flag = cursor.peek(); FLAG.test(flag); flag = cursor.next()) setFlag(cursor, flag);
  if (cursor.peek() === '-')
    for (let flag = cursor.next(); FLAG.test(flag); flag = cursor.next())
      cursor.flags = new Set([...cursor.flags].filter((other) => other !== flag));
  const end = cursor.read();
  if (end !== ':' && end !== ')') invalid(`(? and then "${end}", which begins no kind of group`);
  return end === ':' ? 'group' : 'flags';
}

function setFlag(cursor: Cursor, flag: string): void {
  cursor.flags = new Set([...cursor.flags, flag]);
}

function closeGroup(cursor: Cursor, open: Around[]): void {
  cursor.skip(1);
  const around = open.pop() ?? invalid('a ) that has no (');
  cursor.flags = around.flags;
  cursor.isLookBehind = around.isLookBehind;
  const most = readQuantifier(cursor);
  // Java asks for an upper limit, and takes some lengths without one by an overflow of its sum: nothing to rely on.
  if (around.isLookBehind && most === Infinity) invalid('a look-behind that repeats a group without an upper limit');
}

/**
 * How often what stands before it may come, and whether that is lazy or possessive.
 *
 * @returns the upper limit
 */
function readQuantifier(cursor: Cursor): number {
  const character = cursor.peek();
  if (!/^[*+?{]$/.test(character)) return 1;
  const most = character === '{' ? readCount(cursor) : character === '?' ? 1 : Infinity;
  if (character !== '{') cursor.skip(1);
  if (/^[+?]$/.test(cursor.peek())) cursor.skip(1);
  return most;
}

function readCount(cursor: Cursor): number {
  if (!/\d/.test(cursor.raw(1))) invalid('a { that begins no repetition such as {2,3} and is not escaped');
  cursor.skip(1);
  const least = readNumber(cursor);
  const isOpen = cursor.peek() === ',' && cursor.next() === '}';
  const most = isOpen || cursor.peek() === '}' ? least : readNumber(cursor);
  if (cursor.read() !== '}') invalid('a repetition that has no }');
  if (most < least || Math.max(least, most) > LARGEST)
    invalid('a repetition whose numbers are out of order or too large');
  return isOpen ? Infinity : most;
}

function readNumber(cursor: Cursor): number {
  let digits = '';
  while (/^\d$/.test(cursor.peek())) digits += cursor.read();
  return Number(digits);
}
