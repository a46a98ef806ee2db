import { describe, expect, test } from '@jest/globals';
import { findPasswordProblem } from '../../../src/commit/passwords/password-checker.ts';
import type { CheckJob } from '../../../src/commit/passwords/password-jobs.ts';
import { ThreadPool } from '../../../src/commit/passwords/thread-pool.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { FakeThreads } from '../../support/fake-thread.ts';

const POLICY = { minLength: 8, minScore: 3, pattern: '' };
const CREDENTIALS = { userName: 'kirk', password: 'kirkpass' };

function aPool() {
  const clock = new FakeClock();
  const threads = new FakeThreads();
  const options = { start: threads.start, maxThreads: 1, jobsAtOnce: 1, idleMs: 1, deadlineMs: 5000, clock };
  return { clock, threads, pool: new ThreadPool<CheckJob, string | undefined>(options) };
}

describe('the check of a password', () => {
  test('is done by the thread', async () => {
    const { threads, pool } = aPool();
    const problem = findPasswordProblem(pool, CREDENTIALS, POLICY);
    expect(threads.jobs).toEqual([{ ...CREDENTIALS, policy: POLICY }]);
    threads.all[0]!.finish('Weak password');
    expect(await problem).toBe('Weak password');
  });

  test('that does not end is the fault of the pattern', async () => {
    const { clock, pool } = aPool();
    const problem = findPasswordProblem(pool, CREDENTIALS, { ...POLICY, pattern: '(a+)+b' });
    await clock.advance(5000);
    expect(await problem).toContain('spec.passwords.pattern of the connection takes too long');
  });

  test('that does not end without a pattern says nothing about the password', async () => {
    const { clock, pool } = aPool();
    const failure = expect(findPasswordProblem(pool, CREDENTIALS, POLICY)).rejects.toMatchObject({ reason: 'TooSlow' });
    await clock.advance(5000);
    await failure;
  });
});
