import { existsSync, mkdtempSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { withLock } from './file-lock.ts';
import type { Log } from './progress.ts';

/**
 * Returns `target`, a folder of the cache, after `build` has filled it when it was not there.
 * It appears complete or not at all, and two processes never build it at once.
 */
export async function buildOnce(target: string, log: Log, build: (folder: string) => Promise<void>): Promise<string> {
  if (existsSync(target)) return target;
  await withLock(`${target}.lock`, log, async () => {
    if (!existsSync(target)) await buildAndRename(target, build);
  });
  return target;
}

async function buildAndRename(target: string, build: (folder: string) => Promise<void>): Promise<void> {
  // Beside the target, since a rename does not cross file systems.
  const parent = dirname(target);
  const prefix = `.building-${basename(target)}-`;
  removeUnfinished(parent, prefix);
  const folder = mkdtempSync(join(parent, prefix));
  try {
    await build(folder);
    renameSync(folder, target);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** We hold the lock, so what an earlier build left behind is nobody's any more. */
function removeUnfinished(parent: string, prefix: string): void {
  const names = readdirSync(parent).filter((name) => name.startsWith(prefix));
  for (const name of names) rmSync(join(parent, name), { recursive: true, force: true });
}
