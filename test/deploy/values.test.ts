/** Values: what is refused, and that each one has a meaning, a schema and a use. */
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { at, readChartValues } from '../../scripts/chart-values.ts';
import { chartFolder, Helm } from '../tools/helm.ts';
import { readYaml } from './chart.ts';

interface Schema {
  readonly type?: string | readonly string[];
  readonly $ref?: string;
  readonly additionalProperties?: unknown;
  readonly properties?: Readonly<Record<string, Schema>>;
}

const valuesText = readFileSync(join(chartFolder, 'values.yaml'), 'utf8');
const values = readYaml(join(chartFolder, 'values.yaml'));
const schema = JSON.parse(readFileSync(join(chartFolder, 'values.schema.json'), 'utf8')) as Schema;
const documented = readChartValues(valuesText).flatMap((section) => section.values.map(({ path }) => path));
/** Which the templates of other charts use, not ours. */
const forParents = ['global', 'enabled'];

/** Each with the words by which helm names the place. */
const refused: readonly [place: string, yaml: string][] = [
  ['replicas', 'replicas: 2'],
  ['/replicaCount', 'replicaCount: many'],
  ['/replicaCount', 'replicaCount: -1'],
  ['/replicaCount', 'replicaCount: 1.5'],
  ['/revisionHistoryLimit', 'revisionHistoryLimit: "3"'],
  ['/image', 'image: { name: operator }'],
  ['/image/pullPolicy', 'image: { pullPolicy: Sometimes }'],
  ['/image/digest', 'image: { digest: latest }'],
  ['/image/repository', 'image: { repository: "" }'],
  ['/image/tag', 'image: { tag: 1.5 }'],
  ['/imagePullSecrets/0', 'imagePullSecrets: [pull]'],
  ['/namespaceOverride', 'namespaceOverride: Not_A_Name'],
  ['/commonLabels', 'commonLabels: { team: "two words" }'],
  ['/serviceAccount', 'serviceAccount: { automountServiceAccountToken: true }'],
  ['/serviceAccount/create', 'serviceAccount: { create: "yes" }'],
  ['/rbac', 'rbac: { clusterAdmin: true }'],
  ['/rbac/secrets/scope', 'rbac: { secrets: { scope: all } }'],
  ['/rbac/secrets/namespaces/0', 'rbac: { secrets: { namespaces: ["*"] } }'],
  ['/scopedNamespaces', 'scopedNamespaces: search'],
  ['/scopedNamespaces', 'scopedNamespaces: [a, a]'],
  ['/leaderElect', 'leaderElect: "true"'],
  ['/leaderElection/leaseDuration', 'leaderElection: { leaseDuration: 15s }'],
  ['/leaderElection', 'leaderElection: { enabled: true }'],
  ['/shards', 'shards: 0'],
  ['/shards', 'shards: "2"'],
  ['/log/level', 'log: { level: verbose }'],
  ['/stallAfter', 'stallAfter: 10m'],
  ['/deletionGrace', 'deletionGrace: 90000'],
  ['/extraArgs/0', 'extraArgs: [{ a: b }]'],
  ['/extraEnv/0', 'extraEnv: [{ value: nameless }]'],
  ['/resources', 'resources: { request: { cpu: 1 } }'],
  ['/resources/limits/memory', 'resources: { limits: { memory: lots } }'],
  ['/terminationGracePeriodSeconds', 'terminationGracePeriodSeconds: 2m'],
  ['/podDisruptionBudget', 'podDisruptionBudget: { minAvailable: 1 }'],
  ['/livenessProbe', 'livenessProbe: { httpGet: { path: /x } }'],
  ['/networkPolicy/opensearch/ports/0', 'networkPolicy: { opensearch: { ports: [http] } }'],
  ['/metrics/port', 'metrics: { port: 80 }'],
  ['/serviceMonitor/interval', 'serviceMonitor: { interval: often }'],
  ['/crds', 'crds: { install: true }'],
  ['/admissionPolicy/validationActions/0', 'admissionPolicy: { validationActions: [Refuse] }'],
  ['/connections/0', 'connections: [{ name: default }]'],
  ['/connections/0', 'connections: [{ name: a, spec: { endpoints: [], auth: {} }, kind: X }]'],
  ['/examples', 'examples: true'],
];

let helm: Helm;
beforeAll(async () => (helm = await Helm.four(console.error)));

describe('the schema of values', () => {
  it.each(refused)('refuses at %s: %s', (place, yaml) => {
    const { succeeded, complaints } = helm.try(['template', 'a', chartFolder, '--values', '-'], yaml);
    expect([succeeded, complaints]).toEqual([false, expect.stringContaining(place)]);
  });

  it('lets another chart depend on this one', () => {
    const yaml = 'enabled: true\nglobal: { imageRegistry: registry.example.com }';
    expect(helm.try(['template', 'a', chartFolder, '--values', '-'], yaml)).toMatchObject({ succeeded: true });
  });

  it('knows what values.yaml has, and nothing else', () => {
    expect(
      leaves(schema)
        .filter((path) => !forParents.includes(path))
        .sort(),
    ).toEqual([...documented].sort());
  });

  it('is closed wherever it names keys', () => {
    const open = walk(schema).filter((part) => part.properties !== undefined && part.additionalProperties !== false);
    // What Kubernetes has in lists is named in part only: Kubernetes knows the rest.
    expect(
      open.filter(({ type }) => type === 'object').flatMap(({ properties }) => Object.keys(properties ?? {})),
    ).toEqual(['name', 'name', 'name', 'mountPath']);
  });
});

describe('the templates', () => {
  const folder = join(chartFolder, 'templates');
  const text = readdirSync(folder)
    .map((file) => readFileSync(join(folder, file), 'utf8'))
    .join('\n');
  const used = [...new Set([...text.matchAll(/\.Values\.([\w.]*\w)/g)].map(([, path = '']) => path))];

  it('use each value of values.yaml', () => {
    const isUsed = (path: string): boolean => used.some((name) => path === name || path.startsWith(`${name}.`));
    expect(documented.filter((path) => !isUsed(path))).toEqual([]);
  });

  it('use no value that values.yaml has not', () => {
    expect(used.filter((path) => at(values, path) === undefined)).toEqual([]);
  });
});

/** Paths of what a person may set: objects whose keys are not ours end one. */
function leaves(part: Schema, path = ''): string[] {
  const isOurs = part.properties !== undefined && !documented.includes(path);
  if (!isOurs) return [path];
  return Object.entries(part.properties).flatMap(([key, inner]) => leaves(inner, path === '' ? key : `${path}.${key}`));
}

/** Every schema in it. */
function walk(part: unknown): Schema[] {
  if (typeof part !== 'object' || part === null) return [];
  return [part, ...Object.values(part).flatMap(walk)];
}
