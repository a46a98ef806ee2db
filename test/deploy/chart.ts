import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { CORE_SCHEMA, load, loadAll } from 'js-yaml';
import { chartFolder, type Helm } from '../tools/helm.ts';

/** A Kubernetes object as far as the tests look at it. */
export interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
  };
  readonly rules?: readonly {
    readonly apiGroups: readonly string[];
    readonly resources: readonly string[];
    readonly resourceNames?: readonly string[];
    readonly verbs: readonly string[];
  }[];
  readonly [field: string]: unknown;
}

/** Values that belong together, as a person installs the chart. */
export interface ValueSet {
  readonly name: string;
  /** Arguments of helm. */
  readonly args: readonly string[];
}

export const namespace = 'chart-test';

const ci = join(chartFolder, 'ci');

/** The default values, and each file of `ci/`. */
export const valueSets: readonly ValueSet[] = [
  { name: 'default', args: [] },
  ...readdirSync(ci)
    .sort()
    .map((file) => ({ name: file.replace('-values.yaml', ''), args: ['--values', join(ci, file)] })),
];

/** For the version of Kubernetes that the tests have: each helm takes another one for granted. */
export function render(helm: Helm, args: readonly string[]): string {
  const options = ['--namespace', namespace, '--kube-version', '1.34.4'];
  return helm.run(['template', 'operator', chartFolder, ...options, ...args]);
}

export function parse(yaml: string): Manifest[] {
  return (loadAll(yaml, { schema: CORE_SCHEMA }) as (Manifest | undefined | null)[]).filter((item) => item != null);
}

/** The objects in an order of their own, since tools sort them each in its own way. */
export function sorted(manifests: readonly Manifest[]): Manifest[] {
  return [...manifests].sort((a, b) => (idOf(a) < idOf(b) ? -1 : 1));
}

export function idOf({ kind, metadata }: Manifest): string {
  return [kind, metadata.namespace ?? '', metadata.name].join('/');
}

export function readProjectFile(path: string): string {
  return readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');
}

export function readYaml(path: string): unknown {
  return load(readFileSync(path, 'utf8'), { schema: CORE_SCHEMA });
}
