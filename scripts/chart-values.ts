import { CORE_SCHEMA, load } from 'js-yaml';

/** A key of `values.yaml` with its meaning. */
export interface ChartValue {
  /** `image.tag` */
  readonly path: string;
  readonly meaning: string;
  readonly byDefault: unknown;
}

/** What stands under one heading. */
export interface ValuesSection {
  readonly title: string;
  readonly values: readonly ChartValue[];
}

/** A key as it stands in the text; `meaning` is empty when no comment is above it. */
interface Key {
  readonly section: string;
  readonly path: string;
  readonly meaning: string;
}

/**
 * Reads the headings (`## Title`), keys and meanings (`# -- ...`) of `values.yaml`.
 *
 * @throws when a key has no meaning and none above it has one: every value is documented
 */
export function readChartValues(text: string): readonly ValuesSection[] {
  const defaults = load(text, { schema: CORE_SCHEMA });
  const keys = readKeys(text);
  const described = keys.filter(({ meaning }) => meaning !== '');
  const silent = keys.find(({ path }) => !isMap(at(defaults, path)) && !described.some((key) => isWithin(path, key)));
  if (silent !== undefined)
    throw new Error(`values.yaml says nothing of ${silent.path}: put a comment "# -- ..." above it`);
  return [...new Set(described.map(({ section }) => section))].map((title) => ({
    title,
    values: described
      .filter(({ section }) => section === title)
      .map(({ path, meaning }) => ({ path, meaning, byDefault: at(defaults, path) })),
  }));
}

/** The value at a path such as `image.tag`. */
export function at(values: unknown, path: string): unknown {
  return path.split('.').reduce<unknown>((value, key) => (isMap(value) ? value[key] : undefined), values);
}

function readKeys(text: string): Key[] {
  const keys: Key[] = [];
  const parents: string[] = [];
  let section = '';
  let meaning = '';
  for (const line of text.split('\n')) {
    section = /^## (.+)/.exec(line)?.[1] ?? section;
    const comment = /^ *# (.*)/.exec(line)?.[1];
    if (comment?.startsWith('-- ') === true) meaning = comment.slice(3);
    else if (comment !== undefined && meaning !== '') meaning += ` ${comment}`;
    const key = /^( *)([A-Za-z]\w*):/.exec(line);
    if (key === null) continue;
    parents.splice((key[1] ?? '').length / 2, Infinity, key[2] ?? '');
    keys.push({ section, path: parents.join('.'), meaning });
    meaning = '';
  }
  return keys;
}

function isWithin(path: string, key: Key): boolean {
  return path === key.path || path.startsWith(`${key.path}.`);
}

function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
