/** Names of fields whose values are secrets, in the bodies of the Security API and in the options of authenticators. */
const SECRET_FIELD =
  /pass(word|wd|phrase)|secret|hash|token|credential|(signing|encryption|exchange|private|api)_?key|pemkey/i;

/** The server cuts long values that it repeats, so a part this long is hidden, too. */
const MIN_PART = 8;

export const REDACTED = '[redacted]';

/** The secrets in what was sent: all that is below a field with a telling name. Cost: one walk over `body`. */
export function secretsIn(body: unknown): readonly string[] {
  return leaves(body, false).filter((secret) => secret !== '');
}

/** `text` without any of `secrets`, plain, escaped, or cut to `MIN_PART` characters or more. */
export function redact(text: string, secrets: readonly string[]): string {
  const forms = new Set(secrets.flatMap(spellings));
  const hidden = [...forms].flatMap((form) => (form.length < MIN_PART ? whole(text, form) : parts(text, form)));
  return hidden.length === 0 ? text : blackOut(text, hidden);
}

/** Whether values below a field of this name are secrets. */
export function isSecretField(name: string): boolean {
  return SECRET_FIELD.test(name);
}

function leaves(value: unknown, isSecret: boolean): readonly string[] {
  if (Array.isArray(value)) return value.flatMap((item) => leaves(item, isSecret));
  if (typeof value === 'object' && value !== null) {
    return Object.entries(value).flatMap(([key, child]) => leaves(child, isSecret || isSecretField(key)));
  }
  return isSecret && (typeof value === 'string' || typeof value === 'number') ? [String(value)] : [];
}

function spellings(secret: string): readonly string[] {
  return [secret, JSON.stringify(secret).slice(1, -1), encodeURIComponent(secret.toWellFormed())];
}

type Span = readonly [from: number, to: number];

/** Where a short secret stands alone: inside of other words it is most likely chance, and hiding it would tell it. */
function whole(text: string, form: string): readonly Span[] {
  const alone = new RegExp(`(?<![\\p{L}\\p{N}])${RegExp.escape(form)}(?![\\p{L}\\p{N}])`, 'gu');
  return [...text.matchAll(alone)].map(({ index }) => [index, index + form.length]);
}

function parts(text: string, form: string): readonly Span[] {
  const known = new Set<string>();
  for (let at = 0; at + MIN_PART <= form.length; at += 1) known.add(form.slice(at, at + MIN_PART));
  const found: Span[] = [];
  for (let at = 0; at + MIN_PART <= text.length; at += 1) {
    if (known.has(text.slice(at, at + MIN_PART))) found.push([at, at + MIN_PART]);
  }
  return found;
}

function blackOut(text: string, hidden: readonly Span[]): string {
  let result = '';
  let end = 0;
  for (const [from, to] of hidden.toSorted(([a], [b]) => a - b)) {
    if (from > end || result === '') result += `${text.slice(end, from)}${REDACTED}`;
    end = Math.max(end, to);
  }
  return result + text.slice(end);
}
