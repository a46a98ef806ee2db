import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { StackError } from './errors.ts';
import { basicAuthorization, httpsGet } from './https-get.ts';
import { findKubectl } from './kubernetes-tools.ts';
import { stacksFolder } from './paths.ts';
import type { Log } from './progress.ts';
import { runForOutput } from './run-command.ts';
import type { ExternalStack } from './stack-state.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** Whether the environment names servers to use instead of a stack of our own (which `env` prints, too). */
export function namesExternalStack(environment: Environment): boolean {
  const { KUBECONFIG = '', OPENSEARCH_URL = '' } = environment;
  return KUBECONFIG !== '' && OPENSEARCH_URL !== '' && !KUBECONFIG.startsWith(stacksFolder());
}

/** The servers that the environment names; asks OpenSearch for its version when OPENSEARCH_VERSION does not tell. */
export async function readExternalStack(environment: Environment, log: Log): Promise<ExternalStack> {
  const { KUBECONFIG = '', OPENSEARCH_URL = '' } = environment;
  const { OPENSEARCH_USERNAME: username = 'admin', OPENSEARCH_PASSWORD: password = 'admin' } = environment;
  const { OPENSEARCH_CA: caPath, OPENSEARCH_VERSION } = environment;
  const kubectl = await findKubectl(log);
  const apiServer = { url: await serverOf(kubectl, KUBECONFIG) };
  const url = OPENSEARCH_URL.replace(/\/+$/, '');
  const version = OPENSEARCH_VERSION ?? (await askVersion(url, basicAuthorization(username, password), caPath));
  const trust = caPath === undefined ? {} : { caPath: resolve(caPath) };
  const cluster = { version, username, password, ...trust, nodes: [{ name: 'external', url }] };
  return { origin: 'external', name: 'external', kubeconfig: KUBECONFIG, kubectl, apiServer, opensearch: [cluster] };
}

async function serverOf(kubectl: string, kubeconfig: string): Promise<string> {
  const args = ['config', 'view', '--minify', '--output=jsonpath={.clusters[0].cluster.server}'];
  return (await runForOutput({ command: kubectl, args, env: { KUBECONFIG: kubeconfig } })).trim();
}

async function askVersion(url: string, authorization: string, caPath: string | undefined): Promise<string> {
  const ca = caPath === undefined ? undefined : readFileSync(caPath, 'utf8');
  const { status, body } = await httpsGet(url, { authorization, ca });
  const found = /"number"\s*:\s*"([^"]+)"/.exec(body)?.[1];
  if (status !== 200 || found === undefined) throw new StackError(`OPENSEARCH_URL ${url} answers ${status} to GET /`);
  return found;
}
