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

/** A line `key: ...` or `key:` with its depth. */
const KEY = /^( *)([A-Za-z]\w*):/;

/**
 * Reads the headings (`## Title`), keys and meanings (`# -- ...`) of `values.yaml`.
 *
 * @throws when a key has no meaning and none above it has one: every value is documented
 */
export function readChartValues(text: string): readonly ValuesSection[] {
  const defaults = load(text, { schema: CORE_SCHEMA });
  const sections: { title: string; values: ChartValue[] }[] = [];
  const parents: string[] = [];
  let meaning: string[] = [];
  let described: string | undefined;
  for (const line of text.split('\n')) {
    const [, title] = /^## (.+)/.exec(line) ?? [];
    if (title !== undefined) sections.push({ title, values: [] });
    const [, comment] = /^ *# (.*)/.exec(line) ?? [];
    if (comment !== undefined) meaning = comment.startsWith('-- ') ? [comment.slice(3)] : continued(meaning, comment);
    const [, indent, key] = KEY.exec(line) ?? [];
    if (indent === undefined || key === undefined) continue;
    parents.splice(indent.length / 2, Infinity, key);
    const path = parents.join('.');
    const isInside = described !== undefined && path.startsWith(`${described}.`);
    if (meaning.length > 0) {
      described = path;
      sections.at(-1)?.values.push({ path, meaning: meaning.join(' '), byDefault: at(defaults, path) });
    } else if (!isInside && !isMap(at(defaults, path))) {
      throw new Error(`values.yaml says nothing of ${path}: put a comment "# -- ..." above it`);
    }
    meaning = [];
  }
  return sections;
}

function continued(meaning: readonly string[], line: string): string[] {
  return meaning.length === 0 ? [] : [...meaning, line];
}

/** The value at a path such as `image.tag`. */
function at(values: unknown, path: string): unknown {
  return path.split('.').reduce<unknown>((value, key) => (isMap(value) ? value[key] : undefined), values);
}

function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
