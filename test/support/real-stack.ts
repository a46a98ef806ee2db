import { readFileSync } from 'node:fs';
import { readStack, type OwnStack, type StackCluster } from '../stack/stack.ts';

export interface RealStack {
  readonly stack: OwnStack;
  /** The cluster of the version under test. */
  readonly cluster: StackCluster;
  readonly caPem: string;
}

/**
 * The running stack and the OpenSearch version that this run of the tests is about (`OPENSEARCH_VERSION`). With
 * `API_SERVER_STACK` it has the API server of that stack: an operator for the whole cluster must not serve other tests.
 */
export async function realStack(): Promise<RealStack> {
  const named = await ownStack(process.env['STACK_NAME'] ?? 'test');
  const { apiServer, kubeconfig } = await ownStack(process.env['API_SERVER_STACK'] ?? named.name);
  const stack = { ...named, apiServer, kubeconfig };
  const version = process.env['OPENSEARCH_VERSION'] ?? stack.opensearch[0]?.version;
  const cluster = stack.opensearch.find((candidate) => candidate.version === version);
  if (cluster === undefined) throw new Error(`the stack has no OpenSearch ${version ?? ''}`);
  return { stack, cluster, caPem: readFileSync(cluster.caPath, 'utf8') };
}

async function ownStack(name: string): Promise<OwnStack> {
  const stack = await readStack(name);
  if (stack === undefined)
    throw new Error(`no stack ${name} runs: npm run stack -- up --name ${name}, or run npm test`);
  if (stack.origin === 'own') return stack;
  throw new Error('the integration tests need a stack of their own: unset KUBECONFIG and OPENSEARCH_URL');
}

/** The certificate of an administrator of the cluster, with its key. */
export function adminCertificate({ adminCertPath, adminKeyPath }: StackCluster): { certPem: string; keyPem: string } {
  return { certPem: readFileSync(adminCertPath, 'utf8'), keyPem: readFileSync(adminKeyPath, 'utf8') };
}
