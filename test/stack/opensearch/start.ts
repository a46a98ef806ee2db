import { chmodSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ensureProcess, runningProcess } from '../background-process.ts';
import { issueCertificate, localNames } from '../certificates.ts';
import { clusterFolder } from '../paths.ts';
import { step, type Log } from '../progress.ts';
import { nodeProcessName, type OwnStack, type StackCluster, type StackNode } from '../stack-state.ts';
import { waitUntilReady } from '../wait-until.ts';
import { distributionFolder } from './distribution.ts';
import { readableDistribution, writeNodeFiles, type NodeCertificate } from './node-files.ts';
import { isClusterOf, isNodeReady, nodeCommand } from './node-process.ts';
import { findVersion } from './versions.ts';

const timeoutMs = 180_000;

/** Starts the nodes of a cluster that do not run, and waits until all answer and have found each other. */
export async function startCluster(stack: OwnStack, cluster: StackCluster, log: Log): Promise<void> {
  const [distribution, certificate] = await Promise.all([
    preparedDistribution(stack, cluster, log),
    writeCertificates(stack, cluster),
  ]);
  const title = `start OpenSearch ${cluster.version} (${cluster.nodes.map(({ name }) => name).join(', ')})`;
  await step(log, title, async () => {
    const start = async (node: StackNode): Promise<void> => {
      const isKept = runningProcess(stack.runDir, nodeProcessName(cluster.version, node.name)) !== undefined;
      if (!isKept) writeNodeFiles({ cluster, node, distribution, certificate });
      const process = await ensureProcess(stack.runDir, nodeCommand(cluster, node, distribution));
      await waitUntilReady({ process, timeoutMs, probe: () => isNodeReady(cluster, node) });
      await waitUntilReady({ process, timeoutMs, probe: () => isClusterOf(cluster, node, cluster.nodes.length) });
    };
    await Promise.all(cluster.nodes.map(start));
  });
}

/** Starts one node as its folder says, changes by tests included, and waits until it answers an admin. */
export async function startClusterNode(stack: OwnStack, cluster: StackCluster, node: StackNode): Promise<void> {
  const distribution = await preparedDistribution(stack, cluster, () => undefined);
  const process = await ensureProcess(stack.runDir, nodeCommand(cluster, node, distribution));
  await waitUntilReady({ process, timeoutMs, probe: () => isNodeReady(cluster, node) });
}

async function preparedDistribution({ runDir }: OwnStack, { version }: StackCluster, log: Log): Promise<string> {
  const cached = await distributionFolder(findVersion(version), log);
  return readableDistribution(cached, clusterFolder(runDir, version));
}

/** One certificate for the admin, one that all nodes share; those of an earlier start are kept. */
async function writeCertificates({ runDir, ca }: OwnStack, cluster: StackCluster): Promise<NodeCertificate> {
  const folder = clusterFolder(runDir, cluster.version);
  mkdirSync(folder, { recursive: true });
  chmodSync(folder, 0o711);
  const [certPath, keyPath] = [join(folder, 'node.pem'), join(folder, 'node-key.pem')];
  const issue = async (commonName: string, cert: string, key: string): Promise<void> => {
    if (existsSync(cert)) return;
    const issued = await issueCertificate(ca, { commonName, organization: 'test', altNames: localNames });
    writeFileSync(key, issued.keyPem, { mode: 0o600 });
    writeFileSync(cert, issued.certPem);
  };
  await Promise.all([issue('node', certPath, keyPath), issue('admin', cluster.adminCertPath, cluster.adminKeyPath)]);
  return { caPath: cluster.caPath, certPath, keyPath };
}
