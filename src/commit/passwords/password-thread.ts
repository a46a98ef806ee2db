/** What runs in a thread: one job after another, each answered by a value or by why there is none. */
import { parentPort } from 'node:worker_threads';
import { messageOf } from '../../errors.ts';
import { checkPassword, hashPassword, type CheckJob, type HashJob } from './password-jobs.ts';
import type { Answer } from './thread-pool.ts';

parentPort?.on('message', (job: HashJob | CheckJob) => void answer(job));

async function answer(job: HashJob | CheckJob): Promise<void> {
  parentPort?.postMessage(await carryOut(job));
}

async function carryOut(job: HashJob | CheckJob): Promise<Answer<string | undefined>> {
  try {
    return { type: 'done', value: await (job.type === 'hash' ? hashPassword(job) : checkPassword(job)) };
  } catch (error) {
    return { type: 'failed', message: messageOf(error) };
  }
}
