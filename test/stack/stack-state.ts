import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { processRecords } from './background-process.ts';
import type { Authority } from './certificates.ts';
import { isRunning } from './process-identity.ts';

/** Settings of `opensearch.yml` by their full names. */
export type Settings = Readonly<Record<string, string | number | boolean | readonly string[]>>;

/** One OpenSearch node. `home` holds its config, data and logs; `pid` is 0 while it is stopped. */
export type StackNode = {
  readonly name: string;
  readonly url: string;
  readonly port: number;
  readonly transportPort: number;
  readonly pid: number;
  readonly home: string;
  readonly logPath: string;
};

/** Nodes of one version, which form one cluster. Paths are absolute. */
export type StackCluster = {
  readonly version: string;
  readonly clusterName: string;
  readonly username: string;
  readonly password: string;
  readonly adminCertPath: string;
  readonly adminKeyPath: string;
  readonly caPath: string;
  readonly heap: string;
  readonly javaOptions: readonly string[];
  readonly settings: Settings;
  readonly nodes: readonly StackNode[];
};

/** The Kubernetes API server; `token` is that of a member of system:masters. */
export type StackApiServer = {
  readonly url: string;
  readonly port: number;
  readonly caPath: string;
  readonly token: string;
  readonly pid: number;
  readonly auditLog?: string;
};

/** A stack that we started: plain data, as kept in `state.json` of its run folder. */
export type OwnStack = {
  readonly origin: 'own';
  readonly name: string;
  readonly runDir: string;
  readonly kubeconfig: string;
  readonly kubectl: string;
  readonly apiServer: StackApiServer;
  readonly etcd: { readonly clientPort: number; readonly peerPort: number };
  readonly ca: Authority;
  readonly opensearch: readonly StackCluster[];
};

/** Servers that somebody else runs and the environment names. */
export type ExternalStack = {
  readonly origin: 'external';
  readonly name: string;
  readonly kubeconfig: string;
  readonly kubectl: string;
  readonly apiServer: { readonly url: string };
  readonly opensearch: readonly (Pick<StackCluster, 'version' | 'username' | 'password'> & {
    readonly caPath?: string;
    readonly nodes: readonly Pick<StackNode, 'name' | 'url'>[];
  })[];
};

/** What tests, demo and benches work with; `origin` tells which of the two it is. */
export type Stack = OwnStack | ExternalStack;

/** Name of a node's process. */
export function nodeProcessName(version: string, nodeName: string): string {
  return `opensearch-${version}-${nodeName}`;
}

/** Keeps the state; readable by us alone, since it holds the token. */
export function writeState(stack: OwnStack): void {
  const path = join(stack.runDir, 'state.json');
  writeFileSync(`${path}.new`, JSON.stringify(stack, undefined, 2), { mode: 0o600 });
  renameSync(`${path}.new`, path);
}

/** The state as last kept, with the process ids of now; undefined when there is none. */
export function readState(runDir: string): OwnStack | undefined {
  const path = join(runDir, 'state.json');
  return existsSync(path) ? withProcessIds(JSON.parse(readFileSync(path, 'utf8')) as OwnStack) : undefined;
}

/** The same stack with the ids of the processes that run now. */
export function withProcessIds(stack: OwnStack): OwnStack {
  const running = new Map(
    processRecords(stack.runDir)
      .filter(isRunning)
      .map(({ name, pid }) => [name, pid]),
  );
  const opensearch = stack.opensearch.map((cluster) => ({
    ...cluster,
    nodes: cluster.nodes.map((node) => ({
      ...node,
      pid: running.get(nodeProcessName(cluster.version, node.name)) ?? 0,
    })),
  }));
  return { ...stack, apiServer: { ...stack.apiServer, pid: running.get('kube-apiserver') ?? 0 }, opensearch };
}
