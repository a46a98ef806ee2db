/** Thrown inside of the checker only: what is wrong with a regular expression, in words that fit into brackets. */
export class InvalidRegex extends Error {}

/** Says what is wrong, from any depth. */
export function invalid(what: string): never {
  throw new InvalidRegex(what);
}

/** A place in a regular expression, with the flags that hold there. Its moves are those of java.util.regex.Pattern. */
export class Cursor {
  /** Letters of `(?imsx)`; replaced as a whole, so that a group can keep what held before it. */
  flags: ReadonlySet<string> = new Set();
  /** Within a look-behind, which Java wants to know the longest match of. */
  isLookBehind = false;
  /** Names of groups that began before this place. */
  readonly groupNames = new Set<string>();
  readonly #characters: readonly string[];
  #at = 0;

  constructor(characters: readonly string[]) {
    this.#characters = characters;
  }

  /** The character here; empty at the end. With the flag x, white space and comments in front of it are passed. */
  peek(): string {
    if (this.flags.has('x')) this.#passBlanks();
    return this.raw(0);
  }

  /** A character near this place, white space or not. */
  raw(offset: number): string {
    return this.#characters[this.#at + offset] ?? '';
  }

  /** Passes so many characters, white space or not. */
  skip(count: number): void {
    this.#at += count;
  }

  /** Passes the character here and looks at the one after it. */
  next(): string {
    this.#at++;
    return this.peek();
  }

  /** The character here, which is passed. */
  read(): string {
    const character = this.peek();
    this.#at++;
    return character;
  }

  /** The text from here to a character, which are both passed; undefined when the character does not come any more. */
  readUntil(end: string): string | undefined {
    const from = this.#at;
    const to = this.#characters.indexOf(end, from);
    if (to < 0) return undefined;
    this.#at = to + 1;
    return this.#characters.slice(from, to).join('');
  }

  #passBlanks(): void {
    const endOfLine = this.flags.has('d') ? /\n/ : /[\n\r\x85\u2028\u2029]/;
    while (/[\t-\r #]/.test(this.raw(0))) {
      if (this.raw(0) === '#') while (this.raw(0) !== '' && !endOfLine.test(this.raw(0))) this.#at++;
      else this.#at++;
    }
  }
}

/** The characters of a pattern, with what stands between `\Q` and `\E` escaped one by one, as Java does it. O(n). */
export function unquote(pattern: string): readonly string[] {
  const unquoted: string[] = [];
  const characters = Array.from(pattern);
  let isQuoted = false;
  for (let at = 0; at < characters.length; at++) {
    const [character = '', following = ''] = characters.slice(at, at + 2);
    if (character === '\\' && following === (isQuoted ? 'E' : 'Q')) {
      isQuoted = !isQuoted;
      at++;
    } else if (isQuoted) {
      unquoted.push(...(/[^a-zA-Z\d\x80-\u{10ffff}]/u.test(character) ? ['\\', character] : [character]));
    } else {
      unquoted.push(character);
      if (character === '\\' && following !== '') unquoted.push(characters[++at] ?? '');
    }
  }
  return unquoted;
}
