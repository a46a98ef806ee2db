import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { startStack, type StackOptions } from '../stack/stack.ts';
import type { RealStack } from './real-stack.ts';

const DEFINITIONS = fileURLToPath(new URL('../../crds', import.meta.url));

/** Servers for one use alone, with our CRDs: others would miss what is stopped or changed there. The caller purges them. */
export async function startOwnServers(options: Omit<StackOptions, 'log'> & Partial<StackOptions>): Promise<RealStack> {
  const stack = await startStack({ log: () => undefined, ...options });
  if (stack.origin !== 'own') throw new Error('servers of its own are needed: unset KUBECONFIG and OPENSEARCH_URL');
  const kubectl = (...args: string[]): Buffer =>
    execFileSync(stack.kubectl, ['--kubeconfig', stack.kubeconfig, ...args], { stdio: 'pipe' });
  kubectl('apply', '-f', DEFINITIONS);
  kubectl('wait', '--for=condition=Established', '--timeout=60s', '-f', DEFINITIONS);
  const [cluster] = stack.opensearch;
  if (cluster === undefined) throw new Error('the stack has no OpenSearch');
  return { stack, cluster, caPem: readFileSync(cluster.caPath, 'utf8') };
}
