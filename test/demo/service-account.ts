import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { OwnStack } from '../stack/stack.ts';
import type { Scenery } from './stage.ts';

const NAMESPACE = 'opensearch-security';
const ACCOUNT = 'opensearch-security-operator';

/**
 * Installs the rights of `deploy/rbac.yaml` and returns a kubeconfig of that service account: the operator gets by with
 * them. On servers of somebody else nothing is installed, and it uses the kubeconfig that was given.
 */
export async function operatorKubeconfig(scenery: Scenery): Promise<string> {
  const { stack, kubectl, screen, folder } = scenery;
  if (stack.origin === 'external') return stack.kubeconfig;
  screen.say('The operator gets the rights of deploy/rbac.yaml, and no others:');
  await kubectl.show(['apply', '--filename', 'deploy/rbac.yaml']);
  const token = await kubectl.run(['--namespace', NAMESPACE, 'create', 'token', ACCOUNT, '--duration=24h']);
  const path = join(folder, 'operator-kubeconfig.json');
  writeFileSync(path, JSON.stringify(toKubeconfig(stack, token.trim())), { mode: 0o600 });
  return path;
}

function toKubeconfig({ apiServer }: OwnStack, token: string): object {
  const context = { cluster: 'stack', user: ACCOUNT, namespace: NAMESPACE };
  return {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'stack', cluster: { server: apiServer.url, 'certificate-authority': apiServer.caPath } }],
    users: [{ name: ACCOUNT, user: { token } }],
    contexts: [{ name: 'stack', context }],
    'current-context': 'stack',
  };
}
