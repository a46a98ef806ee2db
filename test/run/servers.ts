import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { purgeStack, startStack, stopStack, type Stack } from '../stack/stack.ts';
import { runFolder } from '../stack/paths.ts';
import { readCustomResourceDefinitions } from '../support/custom-resource-definitions.ts';
import { PhaseError, within, type Run } from './phase.ts';
import { runChild, type ChildEnd } from './run-child.ts';

/** Name of the stack that the tests have for themselves. */
export const stackName = 'test';

/** Another API server, for operators that serve the whole of it: they would meddle with other tests. */
export const clusterStackName = `${stackName}-cluster`;

/** The OpenSearch versions that are tested. */
export const versions = ['3.4.0', '2.19.4'] as const;

const stackNames = [stackName, clusterStackName];
const prepareTimeoutMs = 45 * 60_000;
const startTimeoutMs = 5 * 60_000;
const stopTimeoutMs = 3 * 60_000;
const kubectlTimeoutMs = 2 * 60_000;
const servedWithinMs = 30_000;

/**
 * Builds what is missing, starts the servers afresh and gives them the CRDs. The API servers log who asks for what.
 *
 * The build runs beside other tests and lets them go first. The servers are started by this process and not by one
 * that can be interrupted, so that each of them is on record when they are stopped.
 */
export async function startServers(run: Run): Promise<void> {
  const log = (line: string): void => run.log(`servers: ${line}`);
  await within(stopTimeoutMs, 'remove what an earlier run left', forEachStack(purgeStack, log));
  await prepare(run, log);
  run.interrupted.throwIfAborted();
  // Hundreds of users come and go, and nobody is after their passwords.
  const settings = { 'plugins.security.password.hashing.bcrypt.rounds': 4 };
  const opensearch = versions.map((version) => ({ version, nodes: 1, settings }));
  const starting = [
    startStack({ name: stackName, opensearch, audit: true, log }),
    startStack({ name: clusterStackName, opensearch: [], audit: true, log }),
  ];
  const stacks = await within(startTimeoutMs, 'start the servers', Promise.all(starting));
  await Promise.all(stacks.map((stack) => applyDefinitions(run, stack)));
}

/** Stops whatever runs of the servers. Their logs stay until the next run when something failed. */
export async function stopServers({ log }: Run, result: 'good' | 'bad'): Promise<void> {
  const end = result === 'good' ? purgeStack : stopStack;
  const how = stackNames.map((name) => `npm run stack -- down --name ${name}`).join('; ');
  await within(stopTimeoutMs, `stop the servers (${how})`, forEachStack(end, log));
  if (result === 'bad') log(`logs of the servers: ${stackNames.map(runFolder).join(' and ')}`);
}

async function forEachStack(action: typeof stopStack, log: Run['log']): Promise<void> {
  await Promise.all(stackNames.map((name) => action(name, log)));
}

async function prepare(run: Run, onLine: (line: string) => void): Promise<void> {
  const args = [fileURLToPath(import.meta.resolve('./prepare.ts')), ...versions];
  const title = 'building and downloading';
  const command = { title, command: process.execPath, args, timeoutMs: prepareTimeoutMs, onLine, niceness: 10 };
  const { code, output } = await runChild(command, run.interrupted);
  if (code !== 0) throw new PhaseError(`${title} failed\n${output}`);
}

async function applyDefinitions(run: Run, stack: Stack): Promise<void> {
  const kubectl = (...args: string[]): Promise<ChildEnd> => runKubectl(run, stack, args);
  await succeed(kubectl('apply', '-f', 'crds'));
  await succeed(kubectl('wait', '--for=condition=Established', '--timeout=60s', '-f', 'crds'));
  const plurals = readCustomResourceDefinitions().map(({ metadata }) => metadata.name);
  // The server establishes a definition some time before it serves it.
  const end = performance.now() + servedWithinMs;
  while (performance.now() < end) {
    if ((await kubectl('get', plurals.join(','), '-A')).code === 0) return;
    await sleep(200);
  }
  throw new PhaseError(`the CRDs are not served after ${servedWithinMs / 1000} s`);
}

async function succeed(command: Promise<ChildEnd>): Promise<void> {
  const { code, output } = await command;
  if (code !== 0) throw new PhaseError(`kubectl failed\n${output}`);
}

async function runKubectl(run: Run, { kubectl, kubeconfig }: Stack, args: readonly string[]): Promise<ChildEnd> {
  const command = { title: `kubectl ${args[0] ?? ''}`, command: kubectl, timeoutMs: kubectlTimeoutMs };
  return await runChild({ ...command, args: ['--kubeconfig', kubeconfig, ...args] }, run.interrupted);
}
