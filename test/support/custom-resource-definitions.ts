import { readFileSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { CORE_SCHEMA, load, loadAll } from 'js-yaml';

/** A structural schema, with what the tests look at. */
export interface Schema {
  readonly type?: string;
  readonly description?: string;
  readonly enum?: readonly string[];
  readonly format?: string;
  readonly default?: unknown;
  readonly maxLength?: number;
  readonly maxItems?: number;
  readonly maxProperties?: number;
  readonly required?: readonly string[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly additionalProperties?: Schema;
  readonly items?: Schema;
  readonly 'x-kubernetes-list-type'?: string;
  readonly 'x-kubernetes-list-map-keys'?: readonly string[];
  readonly 'x-kubernetes-preserve-unknown-fields'?: boolean;
  readonly 'x-kubernetes-int-or-string'?: boolean;
  readonly 'x-kubernetes-validations'?: readonly Rule[];
}

interface Rule {
  readonly rule: string;
  readonly message?: string;
  readonly fieldPath?: string;
}

interface CustomResourceDefinition {
  readonly metadata: { readonly name: string };
  readonly spec: {
    readonly group: string;
    readonly scope: string;
    readonly names: {
      readonly kind: string;
      readonly plural: string;
      readonly shortNames: readonly string[];
      readonly categories: readonly string[];
    };
    readonly versions: readonly Version[];
  };
}

interface Version {
  readonly name: string;
  readonly served: boolean;
  readonly storage: boolean;
  readonly subresources?: { readonly status?: object };
  readonly additionalPrinterColumns: readonly { readonly name: string; readonly jsonPath: string }[];
  readonly schema: { readonly openAPIV3Schema: Schema };
}

export interface CustomResource {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string };
  readonly spec?: unknown;
}

/** A YAML file of the corpora; `expected` is what the first line says after `# expect:`. */
interface Fixture {
  readonly name: string;
  readonly path: string;
  readonly expected: string;
  readonly resources: readonly CustomResource[];
}

export const repository = new URL('../../', import.meta.url);

/** The YAML files of a folder below the root of the repository, in name order. */
function yamlFiles(folder: string): string[] {
  const url = new URL(folder.endsWith('/') ? folder : `${folder}/`, repository);
  return readdirSync(url)
    .filter((file) => file.endsWith('.yaml'))
    .sort()
    .map((file) => fileURLToPath(new URL(file, url)));
}

export function readCustomResourceDefinitions(): CustomResourceDefinition[] {
  return yamlFiles('crds').map(
    (file) => load(readFileSync(file, 'utf8'), { schema: CORE_SCHEMA }) as CustomResourceDefinition,
  );
}

export function readFixtures(folder: string): Fixture[] {
  return yamlFiles(folder).map((path) => {
    const text = readFileSync(path, 'utf8');
    return {
      name: path.replace(/^.*\//, '').replace(/\.yaml$/, ''),
      path,
      expected: /^# expect: (.+)$/m.exec(text.split('\n', 1)[0] ?? '')?.[1] ?? '',
      resources: loadAll(text, { schema: CORE_SCHEMA }) as CustomResource[],
    };
  });
}

export function rootSchema(crd: CustomResourceDefinition): Schema {
  return crd.spec.versions[0]!.schema.openAPIV3Schema;
}

/** Every schema below and including this one, with its path: `spec.grants[].names[]`, `spec.attributes{}`. */
export function walk(schema: Schema, path = ''): [path: string, schema: Schema][] {
  const below = Object.entries(schema.properties ?? {}).flatMap(([key, value]) =>
    walk(value, path === '' ? key : `${path}.${key}`),
  );
  const items = schema.items === undefined ? [] : walk(schema.items, `${path}[]`);
  const values = schema.additionalProperties === undefined ? [] : walk(schema.additionalProperties, `${path}{}`);
  return [[path, schema], ...below, ...items, ...values];
}

/** Paths of the fields of a value that the schema does not know, which the server would refuse or drop. */
export function unknownFields(schema: Schema, value: unknown, path = ''): string[] {
  if (Array.isArray(value)) return value.flatMap((item) => unknownFields(schema.items ?? {}, item, `${path}[]`));
  if (typeof value !== 'object' || value === null || schema['x-kubernetes-preserve-unknown-fields'] === true) return [];
  return Object.entries(value).flatMap(([key, inner]) => {
    const known = schema.properties?.[key] ?? schema.additionalProperties;
    return known === undefined ? [`${path}.${key}`] : unknownFields(known, inner, `${path}.${key}`);
  });
}
