import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { BackgroundCommand } from '../background-process.ts';
import { findJava } from '../find-java.ts';
import { httpsGet, type Answer } from '../https-get.ts';
import { otherUser } from '../other-user.ts';
import { nodeProcessName, type StackCluster, type StackNode } from '../stack-state.ts';
import { findVersion, type OpenSearchVersion } from './versions.ts';

/** The command that runs one node, as another user when we are root. */
export function nodeCommand(cluster: StackCluster, node: StackNode, distribution: string): BackgroundCommand {
  const version = findVersion(cluster.version);
  return {
    name: nodeProcessName(cluster.version, node.name),
    command: join(findJava(version.java), 'bin', 'java'),
    args: [...sandboxOptions(version, distribution), ...nodeOptions(cluster, node, distribution)],
    cwd: node.home,
    logPath: node.logPath,
    user: otherUser(),
  };
}

/** Whether the Security plugin of a node has its configuration and answers an admin. */
export async function isNodeReady(cluster: StackCluster, node: StackNode): Promise<boolean> {
  // Asked for roles too early, the plugin is busy for ten seconds; this question it answers at once.
  if ((await getAsAdmin(cluster, node, '/_plugins/_security/health')).status !== 200) return false;
  return (await getAsAdmin(cluster, node, '/_plugins/_security/api/roles')).status === 200;
}

/** Whether a node sees a cluster of at least so many nodes. */
export async function isClusterOf(cluster: StackCluster, node: StackNode, count: number): Promise<boolean> {
  const query = `wait_for_nodes=${encodeURIComponent(`>=${count}`)}&timeout=1s`;
  return (await getAsAdmin(cluster, node, `/_cluster/health?${query}`)).status === 200;
}

async function getAsAdmin(cluster: StackCluster, node: StackNode, path: string): Promise<Answer> {
  const read = (file: string): string => readFileSync(file, 'utf8');
  const caller = { ca: read(cluster.caPath), cert: read(cluster.adminCertPath), key: read(cluster.adminKeyPath) };
  return await httpsGet(`${node.url}${path}`, caller);
}

function nodeOptions({ heap, javaOptions }: StackCluster, { home }: StackNode, distribution: string): string[] {
  return [
    `-Xms${heap}`,
    `-Xmx${heap}`,
    ...javaOptions,
    '-XX:+ExitOnOutOfMemoryError',
    `-Djava.io.tmpdir=${join(home, 'tmp')}`,
    `-Dopensearch.path.home=${distribution}`,
    `-Dopensearch.path.conf=${join(home, 'config')}`,
    '-Dopensearch.distribution.type=tar',
    '-Dopensearch.bundled_jdk=false',
    '-Dlog4j.shutdownHookEnabled=false',
    '-Dlog4j2.disable.jmx=true',
    '-cp',
    join(distribution, 'lib', '*'),
    'org.opensearch.bootstrap.OpenSearch',
  ];
}

function sandboxOptions({ version, sandbox }: OpenSearchVersion, distribution: string): string[] {
  return sandbox === 'agent'
    ? [`-javaagent:${join(distribution, 'agent', `opensearch-agent-${version}.jar`)}`]
    : ['-Djava.security.manager=allow'];
}
