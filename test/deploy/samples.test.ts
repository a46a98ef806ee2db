/** What the samples for Argo CD and Flux make of the chart. Nothing is sent anywhere. */
import { beforeAll, describe, expect, it } from '@jest/globals';
import { Helm } from '../tools/helm.ts';
import { parse, readProjectFile, render, type Manifest } from './chart.ts';

type Values = Readonly<Record<string, unknown>>;
interface HelmRelease {
  readonly spec: { readonly values: Values };
}
interface Application {
  readonly spec: { readonly source: { readonly helm: { readonly valuesObject: Values } } };
}

const samples = [
  { file: 'deploy/flux/helmrelease.yaml', valuesOf: (of: unknown) => (of as HelmRelease).spec.values },
  { file: 'deploy/argocd/operator.yaml', valuesOf: (of: unknown) => (of as Application).spec.source.helm.valuesObject },
];
/** Of `deploy/examples`. */
const namespace = 'search';

let helm: Helm;
beforeAll(async () => (helm = await Helm.four(console.error)));

describe.each(samples)('the operator of $file', ({ file, valuesOf }) => {
  const [first, second] = parse(readProjectFile(file));
  let rendered: readonly Manifest[];
  beforeAll(() => {
    const settings = Object.entries(valuesOf(second)).map(([key, value]) => `${key}=${JSON.stringify(value)}`);
    rendered = parse(
      render(
        helm,
        settings.flatMap((setting) => ['--set-json', setting]),
      ),
    );
  });

  it('may read the Secrets of the examples, in a namespace that is made before it', () => {
    expect(first).toMatchObject({ kind: 'Namespace', metadata: { name: namespace } });
    const bindings = rendered.filter(
      ({ kind, metadata }) => kind === 'RoleBinding' && metadata.namespace === namespace,
    );
    expect(bindings).toHaveLength(1);
  });

  it('comes from a registry of the one who installs it, as no image is published', () => {
    const [deployment] = rendered.filter(({ kind }) => kind === 'Deployment');
    expect(JSON.stringify(deployment)).toContain('"registry.example.com/opensearch-security-operator:');
  });
});
