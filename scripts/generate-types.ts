/**
 * Writes `src/generated/` from `crds/`: one file of types for each kind. The CRDs are the one source of truth.
 *
 * `npm run generate` writes; `npm run generate -- --check` changes nothing and exits with 1 when a file is stale.
 */
import { mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { isDeepStrictEqual } from 'node:util';
import { CORE_SCHEMA, load } from 'js-yaml';
import { compile } from 'json-schema-to-typescript';

type CompilerSchema = Parameters<typeof compile>[0];

/** The part of a structural schema that matters for types. */
interface Schema {
  readonly type: 'object' | 'array' | 'string' | 'integer' | 'boolean';
  readonly description?: string;
  readonly enum?: readonly string[];
  readonly required?: readonly string[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly additionalProperties?: Schema;
  readonly items?: Schema;
  readonly 'x-kubernetes-preserve-unknown-fields'?: boolean;
}

interface CustomResourceDefinition {
  readonly spec: {
    readonly names: { readonly kind: string };
    readonly versions: readonly { readonly schema: { readonly openAPIV3Schema: Schema } }[];
  };
}

const CRDS = new URL('../crds/', import.meta.url);
const GENERATED = new URL('../src/generated/', import.meta.url);
const BANNER = '/* Made from crds/ by `npm run generate`; never edited. */';
const JSON_VALUE = `${BANNER}

/** What JSON can say, for the parts of a schema that are open. */
export type JsonValue = null | boolean | number | string | readonly JsonValue[] | JsonObject;

/** An object of which the schema says nothing. */
export interface JsonObject {
  readonly [key: string]: JsonValue;
}
`;

/** Name of the file for a kind; OpenSearch is one word, as everywhere in this project. */
function fileName(kind: string): string {
  const words = kind.replace(/^OpenSearch/, 'Opensearch').replace(/(?<=[a-z])(?=[A-Z])/g, '-');
  return `${words.toLowerCase()}.ts`;
}

/** Name of the type of a property, so that objects in lists and maps have types with names; one entry of a list is singular. */
function typeName(parent: string, key: string, schema: Schema): string {
  const words = key.split('_').map((word) => word.charAt(0).toUpperCase() + word.slice(1));
  const name = `${parent}${words.join('')}`;
  return schema.type === 'array' ? name.replace(/s$/, '') : name;
}

/** A JSON Schema that makes json-schema-to-typescript say what the structural schema means. */
function toCompilerSchema(schema: Schema, name: string): CompilerSchema {
  const description = schema.description === undefined ? {} : { description: schema.description };
  if (schema.enum !== undefined) return { ...description, enum: [...schema.enum] };
  if (schema.items !== undefined) return { ...description, type: 'array', items: toCompilerSchema(schema.items, name) };
  if (schema['x-kubernetes-preserve-unknown-fields'] === true && schema.properties === undefined)
    return { ...description, tsType: 'JsonObject' };
  if (schema.type !== 'object') return { ...description, type: schema.type };
  const values = schema.additionalProperties;
  if (values !== undefined)
    return {
      ...description,
      title: `${name}Map`,
      type: 'object',
      additionalProperties: toCompilerSchema(values, name),
    };
  return { ...description, ...toClosedObject(schema, name) };
}

function toClosedObject(schema: Schema, name: string): CompilerSchema {
  const parent = name.replace(/Spec$/, '');
  const properties = Object.entries(schema.properties ?? {}).map(([key, value]): [string, CompilerSchema] => [
    key,
    key === 'conditions'
      ? { description: value.description ?? '', tsType: 'Condition[]' }
      : toCompilerSchema(value, typeName(parent, key, value)),
  ]);
  return {
    title: name,
    type: 'object',
    additionalProperties: false,
    required: [...(schema.required ?? [])],
    properties: Object.fromEntries(properties),
  };
}

/** Types of one schema, with every property and every list readonly. */
async function toTypes(schema: Schema, name: string): Promise<string> {
  const source = await compile(toCompilerSchema(schema, name), name, {
    additionalProperties: false,
    bannerComment: '',
    ignoreMinAndMaxItems: true,
    style: { printWidth: 120, singleQuote: true, trailingComma: 'all' },
  });
  const readonlySource = source
    .replace(/^( +)((?:\[k: string\]|[\w$]+\??|"[^"]+"\??|'[^']+'\??): )/gm, '$1readonly $2')
    .replace(/(: )((?:\([^()]*\)|\w+)\[\];)$/gm, '$1readonly $2');
  const mutable = /^.*(?<!readonly (?:\([^()]*\)|\w+))\[\].*$/m.exec(
    readonlySource.replace(/^ *(\/\*\*| \*).*$/gm, ''),
  );
  if (mutable !== null) throw new Error(`${name}: this list would not be readonly: ${mutable[0].trim()}`);
  return readonlySource.trim();
}

function readCrds(): CustomResourceDefinition[] {
  return readdirSync(CRDS)
    .filter((file) => file.endsWith('.yaml'))
    .sort()
    .map(
      (file) => load(readFileSync(new URL(file, CRDS), 'utf8'), { schema: CORE_SCHEMA }) as CustomResourceDefinition,
    );
}

function rootSchema(crd: CustomResourceDefinition): Schema {
  const [version, ...others] = crd.spec.versions;
  if (version === undefined || others.length > 0)
    throw new Error(`${crd.spec.names.kind}: exactly one version is expected`);
  return version.schema.openAPIV3Schema;
}

function property(schema: Schema, ...path: readonly string[]): Schema {
  return path.reduce((at, key) => {
    const next = at.properties?.[key];
    if (next === undefined) throw new Error(`the schema has no ${path.join('.')}`);
    return next;
  }, schema);
}

async function kindSource(crd: CustomResourceDefinition): Promise<string> {
  const root = rootSchema(crd);
  const { kind } = crd.spec.names;
  const spec = await toTypes(property(root, 'spec'), `${kind}Spec`);
  const status = await toTypes(property(root, 'status'), `${kind}Status`);
  const imports = ["import type { Condition } from './condition.ts';"];
  if (/\bJsonObject\b/.test(spec)) imports.push("import type { JsonObject } from './json-value.ts';");
  return `${BANNER}\n\n${imports.join('\n')}\n\n${spec}\n\n${status}\n`;
}

/** Types of conditions, which must be the same in all kinds. */
async function conditionSource(crds: readonly CustomResourceDefinition[]): Promise<string> {
  const [first, ...others] = crds.map((crd) => property(rootSchema(crd), 'status', 'conditions').items);
  if (first === undefined) throw new Error('no CRD has conditions');
  if (!others.every((other) => isDeepStrictEqual(other, first))) throw new Error('conditions differ between the CRDs');
  return `${BANNER}\n\n${await toTypes(first, 'Condition')}\n`;
}

async function generate(): Promise<Map<string, string>> {
  const crds = readCrds();
  const files = new Map([
    ['json-value.ts', JSON_VALUE],
    ['condition.ts', await conditionSource(crds)],
  ]);
  for (const crd of crds) files.set(fileName(crd.spec.names.kind), await kindSource(crd));
  return files;
}

function readGenerated(): Map<string, string> {
  mkdirSync(GENERATED, { recursive: true });
  return new Map(readdirSync(GENERATED).map((file) => [file, readFileSync(new URL(file, GENERATED), 'utf8')]));
}

function write(wanted: ReadonlyMap<string, string>, present: ReadonlyMap<string, string>): void {
  for (const file of present.keys()) if (!wanted.has(file)) rmSync(new URL(file, GENERATED));
  for (const [file, source] of wanted) writeFileSync(new URL(file, GENERATED), source);
}

const wanted = await generate();
const present = readGenerated();
if (process.argv.includes('--check')) {
  const stale = [...new Set([...wanted.keys(), ...present.keys()])].filter(
    (file) => wanted.get(file) !== present.get(file),
  );
  if (stale.length > 0) {
    console.error(`src/generated is stale (${stale.sort().join(', ')}): run "npm run generate" and commit the result`);
    process.exitCode = 1;
  }
} else {
  write(wanted, present);
}
