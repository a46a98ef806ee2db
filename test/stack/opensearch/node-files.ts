import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { basename, join } from 'node:path';
import { closeTree, giveToOtherUser, linkTree, otherUser } from '../other-user.ts';
import type { Settings, StackCluster, StackNode } from '../stack-state.ts';
import { nodeSettings } from './settings.ts';

const logging = `status = error
appender.console.type = Console
appender.console.name = console
appender.console.layout.type = PatternLayout
appender.console.layout.pattern = [%d{ISO8601}][%-5p][%c{1.}][%node_name] %marker%m%n
rootLogger.level = warn
rootLogger.appenderRef.console.ref = console
`;

/**
 * A distribution where the user that OpenSearch runs as can read it. The cache of root is in a home folder closed to
 * others, so its files are linked into the cluster's run folder.
 */
export function readableDistribution(distribution: string, clusterFolder: string): string {
  if (otherUser() === undefined) return distribution;
  const target = join(clusterFolder, basename(distribution));
  if (existsSync(target)) return target;
  const unfinished = `${target}.new`;
  rmSync(unfinished, { recursive: true, force: true });
  linkTree(distribution, unfinished);
  renameSync(unfinished, target);
  return target;
}

/** The certificate that a cluster's nodes share. */
export type NodeCertificate = { readonly caPath: string; readonly certPath: string; readonly keyPath: string };

/** What a node's folder is made of. */
export type NodeFiles = {
  readonly cluster: StackCluster;
  readonly node: StackNode;
  readonly distribution: string;
  readonly certificate: NodeCertificate;
};

/**
 * Makes a node's folder. Certificates and the plugin's first configuration are kept when they are there, since a test
 * may have changed them; the settings are written anew, since a port may have changed.
 */
export function writeNodeFiles(files: NodeFiles): void {
  const { cluster, node, certificate } = files;
  const config = join(node.home, 'config');
  const isNew = !existsSync(join(config, 'opensearch.yml'));
  for (const name of ['config/opensearch-security', 'data', 'logs', 'tmp']) {
    mkdirSync(join(node.home, name), { recursive: true });
  }
  if (isNew) {
    copySecurityConfig(files.distribution, join(config, 'opensearch-security'));
    copyFileSync(certificate.caPath, join(config, 'ca.pem'));
    copyFileSync(certificate.certPath, join(config, 'node.pem'));
    copyFileSync(certificate.keyPath, join(config, 'node-key.pem'));
    writeFileSync(join(config, 'log4j2.properties'), logging);
    writeFileSync(join(config, 'jvm.options'), '');
  }
  writeFileSync(join(config, 'opensearch.yml'), nodeSettings(cluster, node));
  closeTree(config);
  giveToOtherUser(node.home);
}

/** Adds to the settings of a node; they count from its next start on, until `startStack` starts it anew. */
export function changeNodeSettings(node: StackNode, settings: Settings): void {
  const path = join(node.home, 'config', 'opensearch.yml');
  const present = JSON.parse(readFileSync(path, 'utf8')) as Settings;
  writeFileSync(path, JSON.stringify({ ...present, ...settings }, undefined, 2));
}

/** Of `admin`, with the least cost: the server forgets its logins at every change, and each one anew took it a third of a second. */
const CHEAP_HASH = '$2y$04$bETxbAzxbEDhYwzfXEznZevrWGwhiJ7R8U86fxJE7nuH7LxMPC/96';

function copySecurityConfig(distribution: string, folder: string): void {
  const defaults = join(distribution, 'plugins', 'opensearch-security', 'config');
  for (const file of readdirSync(defaults).filter((name) => name.endsWith('.yml'))) {
    copyFileSync(join(defaults, file), join(folder, file));
  }
  const users = join(folder, 'internal_users.yml');
  writeFileSync(
    users,
    readFileSync(users, 'utf8').replace(/(?<=^admin:\n {2}hash: ").*(?="$)/m, () => CHEAP_HASH),
  );
  const audit = join(folder, 'audit.yml');
  writeFileSync(audit, readFileSync(audit, 'utf8').replace(/^ {2}enabled: true$/m, '  enabled: false'));
}
