import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { connectionManifest } from './connection-manifest.ts';
import { DemoError } from './demo-error.ts';
import { createPassword } from './secrets.ts';
import { NAMESPACE, type Scenery } from './stage.ts';

/** The demo's own namespace. @throws DemoError when the cluster is somebody else's and has such a namespace */
export async function createNamespace({ kubectl, stack }: Scenery): Promise<void> {
  const found = await kubectl.run(['get', 'namespace', NAMESPACE, '--ignore-not-found', '--output', 'name']);
  if (found.trim() !== '' && stack.origin === 'external')
    throw new DemoError(`the namespace ${NAMESPACE} exists: the demo makes and removes it, so delete it first`);
  await kubectl.show(['create', 'namespace', NAMESPACE]);
}

/** The kinds, the Secrets that the connection and a user need, and the examples: applied before anybody watches. */
export async function setUp(scenery: Scenery): Promise<void> {
  const { kubectl, screen } = scenery;
  await kubectl.show(['apply', '--filename', 'crds/']);
  await kubectl.run(['wait', '--for=condition=Established', '--timeout=60s', '--filename', 'crds/']);
  await createSecrets(scenery);
  await createPassword(scenery, 'jane');
  screen.say('The examples of deploy/examples, the connection led to the cluster above; the order does not matter:');
  await kubectl.show(['apply', ...examples(['role-mapping', 'user', 'role', 'tenant', 'action-group'])]);
  await kubectl.show(['apply', '--filename', 'test/demo/objects/team-b.yaml']);
  await kubectl.show(['apply', '--filename', '-'], connectionManifest(scenery, 'default'));
}

async function createSecrets({ kubectl, stack, folder }: Scenery): Promise<void> {
  const cluster = stack.opensearch[0];
  const create = ['--namespace', NAMESPACE, 'create', 'secret', 'generic'];
  const password = join(folder, 'password.txt');
  writeFileSync(password, cluster?.password ?? '', { mode: 0o600 });
  const basic = [`--from-literal=username=${cluster?.username ?? ''}`, `--from-file=password=${password}`];
  await kubectl.show([...create, 'opensearch-admin', '--type=kubernetes.io/basic-auth', ...basic]);
  if (cluster?.caPath !== undefined)
    await kubectl.show([...create, 'opensearch-ca', `--from-file=ca.crt=${cluster.caPath}`]);
}

function examples(names: readonly string[]): string[] {
  return names.flatMap((name) => ['--filename', `deploy/examples/${name}.yaml`]);
}
