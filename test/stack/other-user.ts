import {
  chmodSync,
  chownSync,
  copyFileSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  realpathSync,
  statSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { userId } from './paths.ts';

/** `nobody`, by its number: it needs no entry in the list of users. */
const nobody = 65_534;

/** The user that OpenSearch has to run as, since it refuses to run as root; undefined when we are not root. */
export function otherUser(): number | undefined {
  return userId() === 0 ? nobody : undefined;
}

/** Whether the user that OpenSearch runs as may enter this folder: each folder on the way must let others pass. */
export function canOthersEnter(folder: string): boolean {
  if (otherUser() === undefined) return true;
  const path = realpathSync(folder);
  const isOpen = (statSync(path).mode & 0o001) !== 0;
  return isOpen && (dirname(path) === path || canOthersEnter(dirname(path)));
}

/** Gives a folder and all in it to the user that OpenSearch runs as. */
export function giveToOtherUser(path: string): void {
  const user = otherUser();
  if (user === undefined) return;
  chownSync(path, user, user);
  if (!lstatSync(path).isDirectory()) return;
  for (const name of readdirSync(path)) giveToOtherUser(join(path, name));
}

/** Repeats a tree of folders, readable by all, its files as hard links or, across file systems, as copies. */
export function linkTree(from: string, to: string): void {
  mkdirSync(to, { recursive: true });
  chmodSync(to, 0o755);
  for (const entry of readdirSync(from, { withFileTypes: true })) {
    const [source, target] = [join(from, entry.name), join(to, entry.name)];
    if (entry.isDirectory()) linkTree(source, target);
    else linkOrCopy(source, target);
  }
}

/** Lets everybody read a tree, whatever umask it was made with. */
export function openTree(path: string): void {
  changeModes(path, { folder: 0o755, file: 0o644 });
}

/** Lets nobody but its owner into a tree. */
export function closeTree(path: string): void {
  changeModes(path, { folder: 0o700, file: 0o600 });
}

function changeModes(path: string, modes: { readonly folder: number; readonly file: number }): void {
  const isFolder = lstatSync(path).isDirectory();
  chmodSync(path, isFolder ? modes.folder : modes.file);
  if (!isFolder) return;
  for (const name of readdirSync(path)) changeModes(join(path, name), modes);
}

function linkOrCopy(source: string, target: string): void {
  try {
    linkSync(source, target);
  } catch {
    copyFileSync(source, target);
  }
}
