/**
 * Writes the field tables of `docs/kinds/` from `crds/`, between the two marks of each page; the words around them are
 * written by hand. A page is named like its file of types: `docs/kinds/action-group.md`.
 *
 * `npm run generate` writes; `npm run generate -- --check` changes nothing and exits with 1 when a table is stale.
 */
import { readFileSync, readdirSync } from 'node:fs';
import { CORE_SCHEMA, load } from 'js-yaml';
import { replaceBetween, writeGenerated } from './generated-file.ts';

/** The part of a structural schema that a reader wants to know. */
interface Schema {
  readonly type: string;
  readonly description?: string;
  readonly enum?: readonly string[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly required?: readonly string[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly additionalProperties?: Schema;
  readonly items?: Schema;
}

interface CustomResourceDefinition {
  readonly spec: {
    readonly names: { readonly kind: string };
    readonly versions: readonly { readonly schema: { readonly openAPIV3Schema: Schema } }[];
  };
}

/** One row of a table. */
interface Field {
  readonly path: string;
  readonly schema: Schema;
  readonly isRequired: boolean;
}

const CRDS = new URL('../crds/', import.meta.url);
const PAGES = new URL('../docs/kinds/', import.meta.url);
const BEGIN = '<!-- fields: made from crds/ by `npm run generate`; do not edit -->';
const END = '<!-- end of fields -->';
/** Labels that select namespaces are the same as everywhere in Kubernetes. */
const FAMILIAR = new Set(['matchLabels', 'matchExpressions']);

function readSchemas(): Map<string, Schema> {
  const files = readdirSync(CRDS).filter((file) => file.endsWith('.yaml'));
  const crds = files.map(
    (file) => load(readFileSync(new URL(file, CRDS), 'utf8'), { schema: CORE_SCHEMA }) as CustomResourceDefinition,
  );
  return new Map(crds.map(({ spec }) => [pageName(spec.names.kind), spec.versions[0]!.schema.openAPIV3Schema]));
}

/** `action-group.md` for OpenSearchActionGroup. */
function pageName(kind: string): string {
  const words = kind.replace(/^OpenSearch/, '').replace(/(?<=[a-z])(?=[A-Z])/g, '-');
  return `${words.toLowerCase()}.md`;
}

/** The fields below a schema, each before its own fields; conditions are described once, in docs/reasons.md. */
function fieldsOf(schema: Schema, parent = ''): Field[] {
  return Object.entries(schema.properties ?? {}).flatMap(([name, child]) => {
    const path = `${parent}${name}`;
    const field = { path, schema: child, isRequired: schema.required?.includes(name) === true };
    const inner = child.items ?? child;
    const isOpen = name === 'conditions' || FAMILIAR.has(name);
    return [field, ...(isOpen ? [] : fieldsOf(inner, `${path}${child.items === undefined ? '' : '[]'}.`))];
  });
}

function typeOf(schema: Schema): string {
  if (schema.enum !== undefined) return schema.enum.map((value) => `\`${value}\``).join(', ');
  if (schema.items?.enum !== undefined) return `list of ${typeOf(schema.items)}`;
  if (schema.items !== undefined) return `list of ${typeOf(schema.items)}s`;
  if (schema.additionalProperties !== undefined) return `map of ${typeOf(schema.additionalProperties)}s`;
  if (schema.minimum !== undefined && schema.maximum !== undefined)
    return `${schema.type}, ${schema.minimum} to ${schema.maximum}`;
  return schema.type;
}

function rowOf({ path, schema, isRequired }: Field): string {
  const meaning = `${isRequired ? '**Required.** ' : ''}${schema.description ?? ''}`;
  return `| \`${path}\` | ${typeOf(schema)} | ${escapeCell(meaning)} |`;
}

/** `<`, `|` and line breaks would be read as Markdown. */
function escapeCell(text: string): string {
  return text
    .trim()
    .replaceAll(/\s+/g, ' ')
    .replaceAll('|', '\\|')
    .replaceAll('<', '&lt;')
    .replaceAll('*', '\\*')
    .replace('\\*\\*Required.\\*\\*', '**Required.**');
}

function tableOf(fields: readonly Field[]): string {
  return ['| field | type | meaning |', '| --- | --- | --- |', ...fields.map(rowOf)].join('\n');
}

function sectionOf(schema: Schema): string {
  const { spec, status } = schema.properties ?? {};
  if (spec === undefined || status === undefined) throw new Error('a CRD needs spec and status');
  return `\n\n### spec\n\n${tableOf(fieldsOf(spec))}\n\n### status\n\n${tableOf(fieldsOf(status))}\n\n`;
}

const schemas = readSchemas();
for (const file of readdirSync(PAGES).filter((name) => name.endsWith('.md'))) {
  const schema = schemas.get(file);
  if (schema === undefined) throw new Error(`docs/kinds/${file} belongs to no CRD`);
  const page = readFileSync(new URL(file, PAGES), 'utf8');
  writeGenerated(`docs/kinds/${file}`, replaceBetween(page, [BEGIN, END], sectionOf(schema)));
}
