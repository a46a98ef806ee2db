import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Log } from './progress.ts';
import { isRunning, startTime, type Identity } from './process-identity.ts';

const settleMs = 20;
const retryMs = 300;

/**
 * Runs `action` while no other process holds the lock file. A lock whose holder is gone does not count.
 * Waits without bound, since a cold build takes minutes; says once whom it waits for.
 */
export async function withLock<T>(path: string, log: Log, action: () => Promise<T>): Promise<T> {
  mkdirSync(dirname(path), { recursive: true });
  for (let told = false; !(await acquire(path));) {
    const holder = readHolder(path);
    if (!told && holder !== undefined) log(`waiting for process ${holder.pid}, which holds ${path}`);
    told ||= holder !== undefined;
    await sleep(retryMs);
  }
  try {
    return await action();
  } finally {
    rmSync(path, { force: true });
  }
}

async function acquire(path: string): Promise<boolean> {
  const holder = readHolder(path);
  if (holder !== undefined && isRunning(holder)) return false;
  if (holder !== undefined) rmSync(path, { force: true });
  const own = JSON.stringify({ pid: process.pid, startedAt: startTime(process.pid), token: Math.random() });
  try {
    writeFileSync(path, own, { flag: 'wx' });
  } catch {
    return false;
  }
  // Somebody who found the same stale lock may just now be removing it, and so ours: look again after a moment.
  await sleep(settleMs);
  return readText(path) === own;
}

function readHolder(path: string): Identity | undefined {
  const text = readText(path);
  // Empty: its holder is between creating and writing it, or died right there.
  return text === undefined ? undefined : text === '' ? { pid: 0, startedAt: '' } : (JSON.parse(text) as Identity);
}

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
