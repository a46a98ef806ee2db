import { runningProcess, stopProcess } from '../background-process.ts';
import { StackError } from '../errors.ts';
import { sendSignal } from '../process-identity.ts';
import { nodeProcessName, withProcessIds } from '../stack-state.ts';
import type { OwnStack, StackCluster, StackNode } from '../stack-state.ts';
import { startClusterNode } from './start.ts';

/** Ends one node as a shutdown does; its data stays. Does nothing when it does not run. */
export async function stopNode(stack: OwnStack, version: string, nodeIndex: number): Promise<void> {
  const { cluster, node } = find(stack, version, nodeIndex);
  const record = runningProcess(stack.runDir, nodeProcessName(cluster.version, node.name));
  if (record !== undefined) await stopProcess(stack.runDir, record);
}

/** Starts one node again, on its port and with its data, and waits until it answers. Returns the stack with new ids. */
export async function startNode(stack: OwnStack, version: string, nodeIndex: number): Promise<OwnStack> {
  const { cluster, node } = find(stack, version, nodeIndex);
  await startClusterNode(stack, cluster, node);
  return withProcessIds(stack);
}

/** Stops the clock of a node: it keeps its connections and answers nothing until `thawNode`. */
export function freezeNode(stack: OwnStack, version: string, nodeIndex: number): void {
  signal(stack, find(stack, version, nodeIndex), 'SIGSTOP');
}

/** Lets a frozen node go on. */
export function thawNode(stack: OwnStack, version: string, nodeIndex: number): void {
  signal(stack, find(stack, version, nodeIndex), 'SIGCONT');
}

type Place = { readonly cluster: StackCluster; readonly node: StackNode };

function signal(stack: OwnStack, { cluster, node }: Place, name: NodeJS.Signals): void {
  const record = runningProcess(stack.runDir, nodeProcessName(cluster.version, node.name));
  if (record === undefined || !sendSignal(record, name)) throw new StackError(`${node.name} does not run`);
}

function find(stack: OwnStack, version: string, nodeIndex: number): Place {
  const cluster = stack.opensearch.find((candidate) => candidate.version === version);
  const node = cluster?.nodes[nodeIndex];
  if (cluster !== undefined && node !== undefined) return { cluster, node };
  throw new StackError(`stack ${stack.name} has no node ${nodeIndex} of OpenSearch ${version}`);
}
