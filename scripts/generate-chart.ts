/**
 * Writes what the Helm chart takes from elsewhere: copies of the CRDs and examples, its versions, the annotations that
 * Artifact Hub shows, and the tables of its README from the comments of `values.yaml`.
 */
import { readFileSync, readdirSync } from 'node:fs';
import { CORE_SCHEMA, dump, load, loadAll } from 'js-yaml';
import { readChartValues, type ChartValue } from './chart-values.ts';
import { replaceBetween, writeGenerated, writeGeneratedFolder } from './generated-file.ts';

interface Definition {
  readonly metadata: { readonly name: string; readonly [key: string]: unknown };
  readonly spec: {
    readonly names: { readonly kind: string };
    readonly versions: readonly {
      readonly name: string;
      readonly schema: { readonly openAPIV3Schema: { readonly description?: string; readonly properties: Spec } };
    }[];
  };
}
interface Spec {
  readonly spec: { readonly description?: string };
}

const CHART = 'deploy/helm/opensearch-security-operator';
/** Belongs to a cluster of one's own. */
const CONNECTION = 'connection.yaml';

const read = (path: string): string => readFileSync(new URL(`../${path}`, import.meta.url), 'utf8');

/** Names and contents of the YAML files of a folder. */
function readFolder(folder: string): Map<string, string> {
  const names = readdirSync(new URL(`../${folder}/`, import.meta.url)).filter((name) => name.endsWith('.yaml'));
  return new Map(names.sort().map((name) => [name, read(`${folder}/${name}`)]));
}

const definitions = readFolder('crds');
const examples = readFolder('deploy/examples');
/** One of each kind. */
const samples = new Map([...examples, ...readFolder('deploy/security-config')]);

for (const [file, text] of definitions) {
  const { metadata } = load(text, { schema: CORE_SCHEMA }) as Definition;
  // The chart puts labels and annotations between the name and the spec.
  if (Object.keys(metadata).join() !== 'name' || text.split('\nspec:\n').length !== 2)
    throw new Error(`crds/${file}: the chart needs metadata with a name alone, and then the spec`);
}
writeGeneratedFolder(`${CHART}/files/crds`, definitions);
writeGeneratedFolder(`${CHART}/files/examples`, new Map([...examples].filter(([name]) => name !== CONNECTION)));
writeGenerated(`${CHART}/Chart.yaml`, chartYaml(read(`${CHART}/Chart.yaml`)));
writeGenerated(`${CHART}/README.md`, readme(read(`${CHART}/README.md`)));

function chartYaml(text: string): string {
  const { version } = JSON.parse(read('package.json')) as { version: string };
  const versioned = text
    .replace(/^version: .*$/m, `version: ${version}`)
    .replace(/^appVersion: .*$/m, `appVersion: ${version}`)
    .replace(/^( +image: opensearch-security-operator:).*$/m, `$1${version}`);
  const marks = [
    '  # Made from crds/, deploy/examples and deploy/security-config by `npm run generate`.\n',
    '  # End of what is made.',
  ] as const;
  return replaceBetween(
    versioned,
    marks,
    annotation('crds', crdsOfHub()) + annotation('crdsExamples', examplesOfHub()),
  );
}

function annotation(name: string, value: unknown): string {
  const text = dump(value, { schema: CORE_SCHEMA, lineWidth: -1 });
  return `  artifacthub.io/${name}: |\n${text.trimEnd().replaceAll(/^(?=.)/gm, '    ')}\n`;
}

function crdsOfHub(): readonly object[] {
  return [...definitions.values()].map((text) => {
    const { metadata, spec } = load(text, { schema: CORE_SCHEMA }) as Definition;
    const [{ name: version, schema } = fail(metadata.name)] = spec.versions;
    const { kind } = spec.names;
    const description = schema.openAPIV3Schema.description ?? schema.openAPIV3Schema.properties.spec.description;
    const displayName = kind
      .replace('OpenSearch', '')
      .replaceAll(/(?<=[a-z])(?=[A-Z])/g, ' ')
      .toLowerCase();
    return { kind, version, name: metadata.name, displayName, description: description?.trim() };
  });
}

function examplesOfHub(): readonly unknown[] {
  return [...samples.values()].map((text) => loadAll(text, { schema: CORE_SCHEMA })[0]);
}

function readme(text: string): string {
  const marks = [
    '<!-- values: made from values.yaml by `npm run generate`; do not edit -->\n',
    '<!-- end -->',
  ] as const;
  const tables = readChartValues(read(`${CHART}/values.yaml`)).map(({ title, values }) =>
    [`\n### ${title}\n`, '| value | default | meaning |', '| --- | --- | --- |', ...values.map(row), ''].join('\n'),
  );
  return replaceBetween(text, marks, `${tables.join('')}\n`);
}

function row({ path, meaning, byDefault }: ChartValue): string {
  return `| \`${path}\` | \`${JSON.stringify(byDefault)}\` | ${meaning.replaceAll('|', '\\|')} |`;
}

function fail(name: string): never {
  throw new Error(`${name} has no version`);
}
