/** Rendered by OpenSearch as a list of strings with their quotes. */
const LIST = /\$\{user[._](?:roles|securityRoles)\}/g;
/** Any other that ends where it seems to. */
const SCALAR = /\$\{(?!user[._](?:roles|securityRoles)\})[^{}"\\]*\}/g;
/** A string with its quotes, which JSON that ends too early may leave open, and the colon behind the name of a field. */
const STRING = /"((?:[^"\\]+|\\.?)*)(?:"(\s*:)?|$)/gs;

/**
 * A document-level security query as JSON; undefined when it is none. Placeholders such as `${user.name}` or `${user.roles}`
 * may stand inside or outside quotes; a zero fits both.
 */
export function parsedQuery(dls: string): unknown {
  return parsed(dls.replaceAll(/\$\{[^{}]*\}/g, '0'));
}

/** Beside the index of a lookup: `terms`, `indexed_shape`, `percolate` and `more_like_this` read another document with them. */
const OF_LOOKUPS = ['id', '_id', 'path', 'query'];

/** Indices that a query reads documents of, as it is written. The plugin asks for no privilege for them (`DocumentAllowList`). */
export function lookedUp(dls = ''): readonly string[] {
  const query = parsed(dls) ?? parsedQuery(dls);
  return query === undefined ? [] : indicesIn(query);
}

/** However deep it is. */
function indicesIn(query: unknown): readonly string[] {
  const found: string[] = [];
  const left = [query];
  for (let value = left.pop(); value !== undefined; value = left.pop()) {
    if (typeof value !== 'object' || value === null) continue;
    const { index, _index: other } = value as Readonly<Record<string, unknown>>;
    const isLookup = OF_LOOKUPS.some((key) => Object.hasOwn(value, key));
    // A number stands for a placeholder.
    if (isLookup) found.push(...[index, other].filter((name) => /^(?:string|number)$/.test(typeof name)).map(String));
    left.push(...(Object.values(value) as unknown[]));
  }
  return found;
}

/**
 * Why the query may read documents of any index, whatever it looks like: OpenSearch puts the values of placeholders in
 * before it reads the query, so that one outside of quotes, or in the name of a field, can hold a whole lookup.
 */
export function anyIndexOf(path: string, dls = ''): string | undefined {
  if (!isOpen(dls)) return undefined;
  return `${path} has a placeholder outside of quotes, in the name of a field, or without an end, which may make the query look into any index: put it into the text of a value ("\${...}"), or let the grant cover the index pattern "*"`;
}

/** Whether a placeholder can be more than the text of a value. O(n). */
function isOpen(dls: string): boolean {
  if (!dls.includes('${')) return false;
  const strings = [...dls.matchAll(STRING)];
  const outside = dls.replaceAll(STRING, '""').replaceAll(LIST, '');
  const open = strings.map(([, text = '', colon]) => (colon === undefined ? text.replaceAll(SCALAR, '') : text));
  return [outside, ...open].some((text) => text.includes('${'));
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
