import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import type { Clock } from '../../clock.ts';
import type { CheckJob, HashJob } from './password-jobs.ts';
import type { PasswordWork } from './password-thread.ts';
import { ThreadPool } from './thread-pool.ts';

/** All cores, and no more than this: each thread takes 15 MB while it is there. */
const MAX_HASHING_THREADS = 4;
/** Four take half as long again as one. The code for more is slower on some processors: it leaves no register free. */
const HASHES_AT_ONCE = 4;
const IDLE_MS = 10_000;
/** A few hashes take half a second; this is for a machine that is out of breath. */
const HASH_DEADLINE_MS = 60_000;
/** A check takes milliseconds, unless a pattern makes it go round in circles. */
const CHECK_DEADLINE_MS = 10_000;

/** Threads for hashing, on all cores. */
export function startHashingThreads(clock: Clock): ThreadPool<HashJob, string> {
  const maxThreads = Math.min(availableParallelism(), MAX_HASHING_THREADS);
  return new ThreadPool({
    start: () => startThread('hash'),
    maxThreads,
    jobsAtOnce: HASHES_AT_ONCE,
    idleMs: IDLE_MS,
    deadlineMs: HASH_DEADLINE_MS,
    clock,
  });
}

/** One thread for checks, so that no verdict waits for hashes and the words of zxcvbn are in memory once. */
export function startCheckingThread(clock: Clock): ThreadPool<CheckJob, string | undefined> {
  return new ThreadPool({
    start: () => startThread('check'),
    maxThreads: 1,
    jobsAtOnce: 1,
    idleMs: IDLE_MS,
    deadlineMs: CHECK_DEADLINE_MS,
    clock,
  });
}

/** Sources and bundle both have the file of the thread beside this one, with the same ending (scripts/bundle.ts). */
function startThread(work: PasswordWork): Worker {
  const ending = import.meta.url.endsWith('.ts') ? 'ts' : 'js';
  return new Worker(new URL(`./password-thread.${ending}`, import.meta.url), {
    name: 'passwords',
    workerData: work,
    // Nothing of ours is for it, and it has no use for secrets in variables and flags.
    env: {},
    execArgv: [],
    resourceLimits: { maxOldGenerationSizeMb: 64, maxYoungGenerationSizeMb: 4 },
  });
}
