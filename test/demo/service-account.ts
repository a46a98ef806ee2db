import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { toKubeconfig } from '../stack/kubeconfig.ts';
import { NAMESPACE as DEMO_NAMESPACE, type Scenery } from './stage.ts';

const NAMESPACE = 'opensearch-security';
const ACCOUNT = 'opensearch-security-operator';

/**
 * Installs the rights of `deploy/install.yaml` and those for the demo's namespace, and returns a kubeconfig of that service
 * account: the operator gets by with them. On servers of somebody else nothing is installed, and it uses the kubeconfig
 * that was given.
 */
export async function operatorKubeconfig(scenery: Scenery): Promise<string> {
  const { stack, kubectl, screen, folder } = scenery;
  if (stack.origin === 'external') return stack.kubeconfig;
  screen.say('The operator gets the rights of deploy/install.yaml, and no others:');
  const files = ['namespace', 'rbac'].flatMap((name) => ['--filename', `deploy/kustomize/${name}.yaml`]);
  await kubectl.show(['apply', ...files]);
  screen.say(`Secrets it may read in the namespaces that somebody opens to it, here ${DEMO_NAMESPACE}:`);
  await kubectl.show(bindNamespace(DEMO_NAMESPACE));
  const token = await kubectl.run(['--namespace', NAMESPACE, 'create', 'token', ACCOUNT, '--duration=24h']);
  const path = join(folder, 'operator-kubeconfig.json');
  const { url: server, caPath } = stack.apiServer;
  const entry = { server, ca: { path: caPath }, token: token.trim(), namespace: NAMESPACE };
  writeFileSync(path, toKubeconfig(entry), { mode: 0o600 });
  return path;
}

function bindNamespace(namespace: string): string[] {
  const account = `--serviceaccount=${NAMESPACE}:${ACCOUNT}`;
  return ['--namespace', namespace, 'create', 'rolebinding', ACCOUNT, `--clusterrole=${ACCOUNT}-namespace`, account];
}
