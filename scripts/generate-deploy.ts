/**
 * Writes `deploy/install.yaml` and the files of `deploy/kustomize` from the chart: `npm run generate:deploy`; with
 * `-- --check` it only looks whether they are fresh. Apart from `npm run generate`, as it needs helm, which it downloads.
 */
import { chartFolder, Helm } from '../test/tools/helm.ts';
import { writeGenerated } from './generated-file.ts';

const NAMESPACE = 'opensearch-security';
const RELEASE = 'opensearch-security-operator';
const COMMAND = 'npm run generate:deploy';
const MADE = `# Made from the Helm chart by \`${COMMAND}\`; do not edit.\n`;

/** The chart makes no namespace: Helm does. */
const namespace = `apiVersion: v1
kind: Namespace
metadata:
  name: ${NAMESPACE}
  labels:
    pod-security.kubernetes.io/enforce: restricted
`;

/** In which file of the kustomize base a template's objects are; none is left out. */
function fileOf(template: string): string {
  if (template === 'crds.yaml') return 'crds.yaml';
  return template === 'deployment.yaml' ? 'deployment.yaml' : 'rbac.yaml';
}

const helm = await Helm.four(console.error);
const files = new Map([
  ['namespace.yaml', [namespace]],
  ['crds.yaml', []],
  ['rbac.yaml', []],
  ['deployment.yaml', []],
] as [string, string[]][]);
const rendered = helm.run(['template', RELEASE, chartFolder, '--namespace', NAMESPACE, '--set', 'crds.keep=false']);
for (const document of rendered.split(/^---\n/m).filter((text) => text.trim() !== '')) {
  const [, template = ''] = /^# Source: [^/]+\/templates\/(.+)$/m.exec(document) ?? [];
  files.get(fileOf(template))?.push(withoutHelm(document));
}
const all = [...files].map(([name, documents]) => [name, documents.join('---\n')] as const);
for (const [name, text] of all) writeGenerated(`deploy/kustomize/${name}`, MADE + text, COMMAND);
writeGenerated('deploy/install.yaml', MADE + all.map(([, text]) => text).join('---\n'), COMMAND);

/** Says that Helm looks after it, which is not so here. */
function withoutHelm(document: string): string {
  return document
    .split('\n')
    .filter((line) => !/^# Source: |^ +(helm\.sh\/chart|app\.kubernetes\.io\/managed-by): /.test(line))
    .join('\n');
}
