/** What runs in a thread: one message of jobs after another, each answered by their results or by why there are none. */
import { parentPort, workerData } from 'node:worker_threads';
import { messageOf } from '../../errors.ts';
import { Bcrypt } from './bcrypt/bcrypt.ts';
import { checkPassword, hashPasswords, type CheckJob, type HashJob } from './password-jobs.ts';
import type { Answer } from './thread-pool.ts';

/** What a thread is for; its `workerData`. */
export type PasswordWork = 'hash' | 'check';

type Work<Job, Result> = (jobs: readonly Job[]) => readonly Result[] | Promise<readonly Result[]>;

if ((workerData as PasswordWork) === 'hash') {
  const bcrypt = new Bcrypt();
  serve((jobs: readonly HashJob[]) => hashPasswords(bcrypt, jobs));
} else {
  serve((jobs: readonly CheckJob[]) => Promise.all(jobs.map(checkPassword)));
}

function serve<Job, Result>(work: Work<Job, Result>): void {
  parentPort?.on(
    'message',
    (jobs: readonly Job[]) => void carryOut(work, jobs).then((answer) => parentPort?.postMessage(answer)),
  );
}

async function carryOut<Job, Result>(work: Work<Job, Result>, jobs: readonly Job[]): Promise<Answer<Result>> {
  try {
    return { type: 'done', values: await work(jobs) };
  } catch (error) {
    return { type: 'failed', message: messageOf(error) };
  }
}
