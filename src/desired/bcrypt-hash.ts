/**
 * Whether OpenSearch can check a password against this text, and in a time that it has. Everything else is stored as well. Nobody
 * can log in with other identifiers, a cost below 04, a blank or a line break around it; a cost above 16 keeps a thread of
 * the server busy for seconds, or for days, whenever somebody tries to.
 */
export function isBcryptHash(text: string): boolean {
  return /^\$2[aby]\$(?:0[4-9]|1[0-6])\$[./A-Za-z0-9]{53}$/.test(text);
}

/** Why the text is of no use as the hash of a password, in words that say what to do; undefined when it is one. Never holds the text. */
export function bcryptHashProblem(text: string): string | undefined {
  if (isBcryptHash(text)) return undefined;
  if (isBcryptHash(text.trim()))
    return 'the hash has blanks or a line break around it: store it without, as printf does';
  if (text === '') return 'the hash is empty: store a bcrypt hash';
  if (!text.startsWith('$2'))
    return 'this is not a bcrypt hash, which begins with $2y$, $2b$ or $2a$: make one with cost 12';
  if (/^\$2[aby]\$(?:1[7-9]|2\d|3[01])\$/.test(text))
    return 'the cost of the bcrypt hash is above 16, and OpenSearch would be busy for too long at each login: make one with a cost from 04 to 16, such as 12';
  return 'the bcrypt hash is not whole: it is $2y$, $2b$ or $2a$, a cost from 04 to 16, $, and 53 characters';
}
