import { createHash } from 'node:crypto';
import { chmodSync, lstatSync, mkdirSync, readFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { StackError } from './errors.ts';

/** Folder for what is built or downloaded once and then shared by all stacks and checkouts. */
export function cacheFolder(): string {
  const base = process.env['XDG_CACHE_HOME'] ?? '';
  return join(base === '' ? join(homedir(), '.cache') : base, 'opensearch-security-operator');
}

/** Number of the user that we are; unlike a name, every user has one. */
export function userId(): number {
  return process.getuid?.() ?? 0;
}

/** Folder that holds the run folders of all stacks of this user. */
export function stacksFolder(): string {
  return join(tmpdir(), `opensearch-security-stack-${userId()}`);
}

/** Run folder of one stack: state, logs, certificates and data. */
export function runFolder(name: string): string {
  if (!/^[a-z0-9][a-z0-9-]{0,39}$/.test(name)) {
    throw new StackError(`"${name}" cannot name a stack: use at most 40 small letters, digits and dashes`);
  }
  return join(stacksFolder(), name);
}

/**
 * Makes the run folder. Others may pass through it but not list it, since root runs OpenSearch as another user.
 *
 * @throws StackError when somebody else made the folder: the temporary folder is open to all
 */
export function makeRunFolder(name: string): string {
  const root = stacksFolder();
  const folder = runFolder(name);
  mkdirSync(root, { recursive: true, mode: 0o711 });
  const stat = lstatSync(root);
  if (!stat.isDirectory() || stat.uid !== userId()) throw new StackError(`${root} belongs to somebody else`);
  mkdirSync(folder, { recursive: true });
  chmodSync(root, 0o711);
  chmodSync(folder, 0o711);
  return folder;
}

/** Folder of all that belongs to one cluster of a stack. */
export function clusterFolder(runDir: string, version: string): string {
  return join(runDir, `opensearch-${version}`);
}

/** Twelve hex digits that change when a file's content or one of the extra values does. */
export function recipeHash(files: readonly string[], extra: readonly string[] = []): string {
  const hash = createHash('sha256');
  for (const file of files) hash.update(readFileSync(file)).update('\0');
  return hash.update(extra.join('\0')).digest('hex').slice(0, 12);
}
