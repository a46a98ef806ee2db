import { invalid, type Cursor } from './java-regex-cursor.ts';
import { readEscape } from './java-regex-escape.ts';

/**
 * Reads a character class from its `[` to its `]`, classes inside of it included.
 *
 * @throws InvalidRegex
 */
export function readClass(cursor: Cursor): void {
  // One entry for each class that is open: whether it has a member yet.
  const open: boolean[] = [];
  do {
    const character = cursor.peek();
    if (character === '') invalid('a [ that has no ]');
    const hasMember = open.at(-1) === true;
    if (character === '[') open.push(beginClass(cursor));
    else if (character === ']' && hasMember) closeClass(cursor, open);
    else if (character === '&' && cursor.raw(1) === '&') passIntersection(cursor, hasMember);
    else open[open.length - 1] = readMember(cursor);
  } while (open.length > 0);
}

/** A class has no member at its beginning: there, a `]` stands for itself. */
function beginClass(cursor: Cursor): false {
  if (cursor.next() === '^' && cursor.raw(-1) === '[') cursor.skip(1);
  return false;
}

function closeClass(cursor: Cursor, open: boolean[]): void {
  cursor.skip(1);
  open.pop();
  if (open.length > 0) open[open.length - 1] = true;
}

function passIntersection(cursor: Cursor, hasMember: boolean): void {
  cursor.skip(2);
  if (!hasMember && /^[\]&]$/.test(cursor.peek())) invalid('a && that has nothing on either side');
}

/** One character, range or escape; true, since it is a member. */
function readMember(cursor: Cursor): true {
  const from = readCharacter(cursor, cursor.raw(2) === '-' ? 'range' : 'class');
  if (from === undefined || cursor.peek() !== '-' || /^[[\]]$/.test(cursor.raw(1))) return true;
  cursor.next();
  const to = readCharacter(cursor, 'range');
  if (to === undefined || to < from) invalid('a range in [ ] that ends before it begins');
  return true;
}

function readCharacter(cursor: Cursor, place: 'class' | 'range'): number | undefined {
  if (cursor.peek() !== '\\') return cursor.read().codePointAt(0);
  const isProperty = /^[pP]$/.test(cursor.raw(1));
  return readEscape(cursor, isProperty && place === 'range' && cursor.raw(-1) !== '-' ? 'class' : place);
}
