/** What the chart makes of values, and what is made of the chart. Nothing is sent anywhere. */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { CORE_SCHEMA, load } from 'js-yaml';
import { findKubectl } from '../stack/kubernetes-tools.ts';
import { runForOutput } from '../stack/run-command.ts';
import { readCustomResourceDefinitions } from '../support/custom-resource-definitions.ts';
import { goTool } from '../tools/go-tool.ts';
import { chartFolder, Helm } from '../tools/helm.ts';
import { idOf, parse, readProjectFile, render, sorted, valueSets, type Manifest } from './chart.ts';
import { chartTools } from './tools.ts';

const repository = fileURLToPath(new URL('../../', import.meta.url));
let four: Helm;
let three: Helm;

beforeAll(async () => {
  four = await Helm.four(console.error);
  three = await Helm.three(console.error);
});

describe.each(valueSets)('the chart with $name values', ({ args }) => {
  it('passes helm lint --strict of both major versions', () => {
    for (const helm of [four, three]) expect(helm.try(['lint', '--strict', chartFolder, ...args]).succeeded).toBe(true);
  });

  it('is rendered the same twice, and by Helm 3 and 4', () => {
    const objects = render(four, args);
    expect(render(four, args)).toBe(objects);
    expect(sorted(parse(render(three, args)))).toEqual(sorted(parse(objects)));
  });

  it.each(['1.29.0', '1.36.0'])('is rendered for Kubernetes %s', (version) => {
    const answer = four.try(['template', 'a', chartFolder, '--kube-version', version, ...args, ...withoutPolicy]);
    expect(answer).toMatchObject({ succeeded: true });
  });

  it('names no object twice', () => {
    const ids = parse(render(four, args)).map(idOf);
    expect(ids.filter((id, index) => ids.indexOf(id) !== index)).toEqual([]);
  });

  it('gives no right to everything, and none to give rights', () => {
    const rules = parse(render(four, args)).flatMap(({ rules = [] }) => rules);
    const words = rules.flatMap(({ apiGroups, resources, verbs }) => [...apiGroups, ...resources, ...verbs]);
    for (const word of ['*', 'escalate', 'bind', 'impersonate']) expect(words).not.toContain(word);
  });
});

const ofHelm = ['helm.sh/chart', 'app.kubernetes.io/managed-by'];

/** 1.29 has no admission policies in their final form, which the chart refuses by itself. */
const withoutPolicy = ['--set', 'admissionPolicy.enabled=false'];

describe('the chart', () => {
  it('refuses Kubernetes 1.28', () => {
    const { succeeded, complaints } = four.try(['template', 'a', chartFolder, '--kube-version', '1.28.9']);
    expect([succeeded, complaints]).toEqual([false, expect.stringContaining('incompatible with Kubernetes v1.28.9')]);
  });

  it('has the CRDs of crds/, with labels', () => {
    const rendered = parse(render(four, [])).filter(({ kind }) => kind === 'CustomResourceDefinition');
    const bare = rendered.map((crd) => ({ ...crd, metadata: { name: crd.metadata.name } }));
    expect(bare).toEqual(readCustomResourceDefinitions());
    expect(rendered.map(({ metadata }) => metadata.labels?.['app.kubernetes.io/managed-by'])).toEqual(
      rendered.map(() => 'Helm'),
    );
  });

  it('has the version of the program', () => {
    const { version } = JSON.parse(readProjectFile('package.json')) as { version: string };
    expect(
      load(readProjectFile('deploy/helm/opensearch-security-operator/Chart.yaml'), { schema: CORE_SCHEMA }),
    ).toMatchObject({ version, appVersion: version });
  });

  it('looks up nothing and rolls no dice', () => {
    const templates = spawnSync(
      'grep',
      ['-rnE', '\\b(lookup|rand[A-Z]|uuidv4|now|gen[A-Z])', `${chartFolder}/templates`],
      { encoding: 'utf8' },
    );
    expect(templates.stdout).toBe('');
  });

  it('passes its own tests', async () => {
    const command = await goTool(chartTools.unittest, console.error);
    const output = await runForOutput({ command, args: ['--strict', chartFolder] });
    expect(output).toMatch(/Tests: +[1-9]\d* passed/);
  });
});

describe('what is made from the chart', () => {
  it('is fresh', () => {
    const { status, stderr } = spawnSync(process.execPath, ['scripts/generate-deploy.ts', '--check'], {
      cwd: repository,
      encoding: 'utf8',
    });
    expect([stderr, status]).toEqual(['', 0]);
  });

  it('is the same in install.yaml and in the kustomize base', async () => {
    const command = await findKubectl(console.error);
    const built = await runForOutput({ command, args: ['kustomize', `${repository}deploy/kustomize`] });
    expect(sorted(parse(built))).toEqual(sorted(parse(readProjectFile('deploy/install.yaml'))));
  });

  it('is what helm template gives, but for labels of Helm and the namespace', () => {
    const args = ['template', 'opensearch-security-operator', chartFolder, '--namespace', 'opensearch-security'];
    const rendered = parse(four.run([...args, '--set', 'crds.keep=false'])).map(withoutHelm);
    const plain = parse(readProjectFile('deploy/install.yaml')).filter(({ kind }) => kind !== 'Namespace');
    expect(sorted(plain)).toEqual(sorted(rendered));
  });
});

function withoutHelm(object: Manifest): Manifest {
  const labels = Object.entries(object.metadata.labels ?? {}).filter(([name]) => !ofHelm.includes(name));
  return { ...object, metadata: { ...object.metadata, labels: Object.fromEntries(labels) } };
}
