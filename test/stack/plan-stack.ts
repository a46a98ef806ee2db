import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { clusterFolder } from './paths.ts';
import type { OwnStack, Settings, StackApiServer, StackCluster, StackNode } from './stack-state.ts';

/** A cluster to run; `settings` add to those of `opensearch.yml`. */
export type WantedCluster = { readonly version: string; readonly nodes: number; readonly settings?: Settings };

/** What a stack shall be. */
export type Wanted = {
  readonly name: string;
  readonly opensearch: readonly WantedCluster[];
  readonly audit?: boolean;
  /** Whether Kubernetes is left out. */
  readonly isOpenSearchAlone?: boolean;
  readonly heap?: string;
  /** Options of Java besides those it needs; without the default ones a node starts slower and then runs faster. */
  readonly javaOptions?: readonly string[];
};

/** Where a stack lives and the ports it may take, as many as `portsNeeded` says. */
export type Ground = { readonly runDir: string; readonly kubectl: string; readonly ports: readonly number[] };

const portsOfControlPlane = 3;
const portsPerNode = 2;
const defaultHeap = '512m';
// Compiling less takes a third off the start on two cores, and test clusters seldom live long enough to miss it.
const defaultJavaOptions = ['-XX:TieredStopAtLevel=1', '-XX:+UseSerialGC'];

/** How many free ports a plan can use up. */
export function portsNeeded(wanted: Wanted): number {
  return portsOfControlPlane + portsPerNode * wanted.opensearch.reduce((sum, { nodes }) => sum + nodes, 0);
}

/**
 * The stack to run: what was there before stays as it was, down to its ports, and what is wanted besides is added.
 * So a cluster never shrinks and an audit log is not taken away. Pure but for the token of a new stack.
 */
export function planStack(wanted: Wanted, ground: Ground, before: OwnStack | undefined): OwnStack {
  const { runDir, kubectl } = ground;
  const [clientPort = 0, peerPort = 0, serverPort = 0, ...nodePorts] = ground.ports;
  const ca = { certPath: join(runDir, 'ca.pem'), keyPath: join(runDir, 'ca-key.pem') };
  const server = before?.apiServer ?? newApiServer(serverPort, ca.certPath);
  const audit = wanted.audit === true ? { auditLog: join(runDir, 'control-plane', 'audit.log') } : {};
  return {
    origin: 'own',
    name: wanted.name,
    runDir,
    kubeconfig: join(runDir, 'kubeconfig'),
    kubectl,
    apiServer: { ...server, ...audit },
    etcd: before?.etcd ?? { clientPort, peerPort },
    ca,
    opensearch: planClusters({ wanted, runDir, ports: nodePorts, before: before?.opensearch ?? [] }),
  };
}

type Clusters = {
  readonly wanted: Wanted;
  readonly runDir: string;
  readonly ports: readonly number[];
  readonly before: readonly StackCluster[];
};

/** Clusters in the order they are wanted in, then those that are there besides. */
function planClusters({ wanted, runDir, ports, before }: Clusters): StackCluster[] {
  let portsLeft = ports;
  const planned = wanted.opensearch.map((cluster) => {
    const present = before.find(({ version }) => version === cluster.version) ?? newCluster(runDir, cluster.version);
    const missing = Math.max(0, cluster.nodes - present.nodes.length);
    const own = portsLeft.slice(0, missing * portsPerNode);
    portsLeft = portsLeft.slice(own.length);
    return {
      ...present,
      heap: wanted.heap ?? present.heap,
      javaOptions: wanted.javaOptions ?? present.javaOptions,
      settings: cluster.settings ?? present.settings,
      nodes: [...present.nodes, ...newNodes(clusterFolder(runDir, cluster.version), present.nodes.length, own)],
    };
  });
  return [...planned, ...before.filter(({ version }) => !planned.some((cluster) => cluster.version === version))];
}

function newApiServer(port: number, caPath: string): StackApiServer {
  return { url: `https://127.0.0.1:${port}`, port, caPath, token: randomBytes(16).toString('hex'), pid: 0 };
}

function newCluster(runDir: string, version: string): StackCluster {
  const folder = clusterFolder(runDir, version);
  return {
    version,
    clusterName: `stack-${version}`,
    username: 'admin',
    password: 'admin',
    adminCertPath: join(folder, 'admin.pem'),
    adminKeyPath: join(folder, 'admin-key.pem'),
    caPath: join(runDir, 'ca.pem'),
    heap: defaultHeap,
    javaOptions: defaultJavaOptions,
    settings: {},
    nodes: [],
  };
}

function newNodes(folder: string, firstIndex: number, ports: readonly number[]): StackNode[] {
  return Array.from({ length: ports.length / portsPerNode }, (_, offset) => {
    const [port = 0, transportPort = 0] = ports.slice(offset * portsPerNode);
    const name = `node-${firstIndex + offset}`;
    const home = join(folder, name);
    const url = `https://localhost:${port}`;
    return { name, url, port, transportPort, pid: 0, home, logPath: join(home, 'opensearch.log') };
  });
}
