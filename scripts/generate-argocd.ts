/**
 * Writes what teaches Argo CD the health and the actions of all kinds, from the scripts in `scripts/argocd/`: the folders of
 * `deploy/argocd/resource_customizations/`, laid out as in Argo CD itself, and the same as a ConfigMap, `deploy/argocd/argocd-cm.yaml`.
 *
 * `npm run generate` writes; `npm run generate -- --check` changes nothing and exits with 1 when a file is stale.
 */
import { readFileSync, readdirSync } from 'node:fs';
import { CORE_SCHEMA, load } from 'js-yaml';
import { writeGenerated } from './generated-file.ts';

const GROUP = 'security.opensearch.org';
const REPOSITORY = new URL('../', import.meta.url);
const CRDS = new URL('crds/', REPOSITORY);
const SCRIPTS = new URL('scripts/argocd/', REPOSITORY);

/** A Lua script of a kind, and what it is for. */
type Script = { readonly name: string; readonly source: string };

function readKinds(): string[] {
  const files = readdirSync(CRDS).filter((file) => file.endsWith('.yaml'));
  return files.map((file) => {
    const crd = load(readFileSync(new URL(file, CRDS), 'utf8'), { schema: CORE_SCHEMA });
    return (crd as { readonly spec: { readonly names: { readonly kind: string } } }).spec.names.kind;
  });
}

function readScript(name: string): Script {
  return { name, source: readFileSync(new URL(`${name}.lua`, SCRIPTS), 'utf8') };
}

/** The operator looks after connections even when they have the annotation. */
function actionsOf(kind: string): Script[] {
  const names = kind === 'OpenSearchConnection' ? ['refresh'] : ['refresh', 'pause', 'resume'];
  return names.map(readScript);
}

function foldersOf(kind: string): [path: string, text: string][] {
  const folder = `deploy/argocd/resource_customizations/${GROUP}/${kind}`;
  return [
    [`${folder}/health.lua`, readScript('health').source],
    [`${folder}/actions/discovery.lua`, readScript('discovery').source],
    ...actionsOf(kind).map(({ name, source }): [string, string] => [`${folder}/actions/${name}/action.lua`, source]),
  ];
}

function configMap(kinds: readonly string[]): string {
  return `# Made from scripts/argocd/ by \`npm run generate\`; do not edit.
#
# Merge it into the ConfigMap that you have, or let kubectl do that:
#   kubectl -n argocd patch configmap argocd-cm --patch-file deploy/argocd/argocd-cm.yaml
apiVersion: v1
kind: ConfigMap
metadata:
  name: argocd-cm
  namespace: argocd
  labels:
    app.kubernetes.io/name: argocd-cm
    app.kubernetes.io/part-of: argocd
data:
${kinds.map(keysOf).join('')}`;
}

function keysOf(kind: string): string {
  const definitions = actionsOf(kind).map(({ name, source }) => `- name: ${name}\n  ${block('action.lua', source, 4)}`);
  const actions = `${block('discovery.lua', readScript('discovery').source, 2)}definitions:\n${definitions.join('')}`;
  const health = block(`resource.customizations.health.${GROUP}_${kind}`, readScript('health').source, 4);
  return `  ${health}  ${block(`resource.customizations.actions.${GROUP}_${kind}`, actions, 4)}`;
}

/** A key of YAML with a text of several lines, these so many blanks from the left. */
function block(key: string, text: string, indent: number): string {
  return `${key}: |\n${text.replaceAll(/^(?=.)/gm, ' '.repeat(indent))}`;
}

const kinds = readKinds();
for (const [path, text] of kinds.flatMap(foldersOf)) writeGenerated(path, text);
writeGenerated('deploy/argocd/argocd-cm.yaml', configMap(kinds));
