import { existsSync, rmSync } from 'node:fs';
import { processRecords, runningProcess, stopProcess } from './background-process.ts';
import { makeAuthority } from './certificates.ts';
import { checkFolder, checkTools } from './check-tools.ts';
import { startControlPlane } from './control-plane/start.ts';
import { namesExternalStack, readExternalStack } from './external-stack.ts';
import { withLock } from './file-lock.ts';
import { freePorts } from './free-ports.ts';
import { findKubectl } from './kubernetes-tools.ts';
import { startCluster } from './opensearch/start.ts';
import { makeRunFolder, runFolder } from './paths.ts';
import { planStack, portsNeeded, type Wanted } from './plan-stack.ts';
import type { Log } from './progress.ts';
import { readState, withProcessIds, writeState, type OwnStack, type Stack } from './stack-state.ts';

export type { ExternalStack, OwnStack, Settings, Stack, StackCluster, StackNode } from './stack-state.ts';
export { issueCertificate, type Authority, type Certificate, type CertificateRequest } from './certificates.ts';
export { changeNodeSettings } from './opensearch/node-files.ts';
export { freezeNode, startNode, stopNode, thawNode } from './opensearch/node-control.ts';

/** What to start, and where its progress goes. */
export type StackOptions = Wanted & { readonly log: Log };

/**
 * Starts a stack, or what is missing of it: what runs under that name stays as it is, and a second call is quick.
 * Returns the servers that the environment names instead when it sets KUBECONFIG and OPENSEARCH_URL.
 *
 * @throws StackError when a tool is missing or a server does not get ready; what did start then still runs
 */
export async function startStack(options: StackOptions): Promise<Stack> {
  if (namesExternalStack(process.env)) return await readExternalStack(process.env, options.log);
  checkTools(options.opensearch.map(({ version }) => version));
  const runDir = makeRunFolder(options.name);
  checkFolder(runDir);
  return await withLock(`${runDir}.lock`, options.log, () => startLocked(options, runDir));
}

/** The stack of that name when its API server runs, or the one the environment names; starts nothing. */
export async function readStack(name: string): Promise<Stack | undefined> {
  if (namesExternalStack(process.env)) return await readExternalStack(process.env, () => undefined);
  const stack = readState(runFolder(name));
  return stack === undefined || stack.apiServer.pid === 0 ? undefined : stack;
}

/** Ends every process of a stack of ours; data and logs stay for the next start. */
export async function stopStack(name: string, log: Log = () => undefined): Promise<void> {
  const runDir = runFolder(name);
  if (existsSync(runDir)) await withLock(`${runDir}.lock`, log, () => stopLocked(runDir));
}

/** Ends every process of a stack and removes its run folder, data and logs included. */
export async function purgeStack(name: string, log: Log = () => undefined): Promise<void> {
  const runDir = runFolder(name);
  if (!existsSync(runDir)) return;
  await withLock(`${runDir}.lock`, log, async () => {
    await stopLocked(runDir);
    rmSync(runDir, { recursive: true, force: true });
  });
}

async function startLocked(options: StackOptions, runDir: string): Promise<OwnStack> {
  const { log } = options;
  const ports = await freePorts(portsNeeded(options));
  const kubectl = await findKubectl(log);
  const stack = planStack(options, { runDir, kubectl, ports }, readState(runDir));
  // Before anything starts, so that the next start uses the same ports even when this one does not come to its end.
  writeState(stack);
  if (!existsSync(stack.ca.certPath)) await makeAuthority(stack.ca, `opensearch-security-operator ${stack.name}`);
  const parts = [
    ...(options.isOpenSearchAlone === true ? [] : [startControlPlane(stack, log)]),
    ...stack.opensearch.map((cluster) => startCluster(stack, cluster, log)),
  ];
  const results = await Promise.allSettled(parts);
  for (const result of results) if (result.status === 'rejected') throw result.reason;
  const started = withProcessIds(stack);
  writeState(started);
  return started;
}

/** Those first who write to others: a controller manager without its API server only fills its log. */
async function stopLocked(runDir: string): Promise<void> {
  const order = ['kube-controller-manager', 'kube-apiserver', 'etcd'];
  const nodes = processRecords(runDir).filter(({ name }) => !order.includes(name));
  const controlPlane = async (): Promise<void> => {
    for (const name of order) {
      const record = runningProcess(runDir, name);
      if (record !== undefined) await stopProcess(runDir, record);
    }
  };
  await Promise.all([controlPlane(), ...nodes.map((record) => stopProcess(runDir, record))]);
}
