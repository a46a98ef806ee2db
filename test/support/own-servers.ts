import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { startStack, type OwnStack, type StackOptions } from '../stack/stack.ts';
import { realStack, type RealStack } from './real-stack.ts';

const DEFINITIONS = fileURLToPath(new URL('../../crds', import.meta.url));

type Options = Omit<StackOptions, 'log'> & Partial<StackOptions>;

/** Servers for one use alone, with our CRDs: others would miss what is stopped or changed there. The caller purges them. */
export async function startOwnServers(options: Options): Promise<RealStack> {
  const stack = await start(options);
  const kubectl = (...args: string[]): Buffer =>
    execFileSync(stack.kubectl, ['--kubeconfig', stack.kubeconfig, ...args], { stdio: 'pipe' });
  kubectl('apply', '-f', DEFINITIONS);
  kubectl('wait', '--for=condition=Established', '--timeout=60s', '-f', DEFINITIONS);
  return toRealStack(stack);
}

/**
 * As `startOwnServers`, for use with the API server of the other tests: what operators ask of it is looked at when all tests are over.
 *
 * @returns what a scenario works with, and the servers to stop and start
 */
export async function startOwnOpenSearch(
  options: Options,
): Promise<{ readonly real: RealStack; readonly own: OwnStack }> {
  const { apiServer, kubeconfig } = (await realStack()).stack;
  const own = await start({ ...options, isOpenSearchAlone: true });
  return { real: toRealStack({ ...own, apiServer, kubeconfig }), own };
}

async function start(options: Options): Promise<OwnStack> {
  const stack = await startStack({ log: () => undefined, ...options });
  if (stack.origin !== 'own') throw new Error('servers of its own are needed: unset KUBECONFIG and OPENSEARCH_URL');
  return stack;
}

function toRealStack(stack: OwnStack): RealStack {
  const [cluster] = stack.opensearch;
  if (cluster === undefined) throw new Error('the stack has no OpenSearch');
  return { stack, cluster, caPem: readFileSync(cluster.caPath, 'utf8') };
}
