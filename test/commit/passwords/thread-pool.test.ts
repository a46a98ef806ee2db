import { describe, expect, test } from '@jest/globals';
import { ThreadPool } from '../../../src/commit/passwords/thread-pool.ts';
import { FakeClock, settle } from '../../support/fake-clock.ts';
import { FakeThreads } from '../../support/fake-thread.ts';

const IDLE_MS = 10_000;
const DEADLINE_MS = 5000;

function aPool(limits: { readonly maxThreads?: number; readonly jobsAtOnce?: number } = {}) {
  const clock = new FakeClock();
  const threads = new FakeThreads();
  const options = {
    start: threads.start,
    ...{ maxThreads: 1, jobsAtOnce: 1, ...limits },
    idleMs: IDLE_MS,
    deadlineMs: DEADLINE_MS,
    clock,
  };
  return { clock, threads, pool: new ThreadPool<string, string>(options) };
}

describe('a pool of threads', () => {
  test('has none before there is work', () => {
    expect(aPool().threads.all).toEqual([]);
  });

  test('does so many jobs at a time and one in each thread', async () => {
    const { threads, pool } = aPool({ maxThreads: 2 });
    const tickets = ['a', 'b', 'c'].map((job) => pool.submit(job, 'background'));
    expect(threads.jobs).toEqual(['a', 'b']);
    threads.finish('a', 'A');
    expect(threads.jobs.toSorted()).toEqual(['b', 'c']);
    threads.finish('b', 'B');
    threads.finish('c', 'C');
    expect(await Promise.all(tickets.map(({ result }) => result))).toEqual(['A', 'B', 'C']);
    expect(threads.all).toHaveLength(2);
  });

  test('does edits before background work, each in the order in which they came', () => {
    const { threads, pool } = aPool();
    pool.submit('first', 'background');
    for (const job of ['sweep-1', 'sweep-2']) pool.submit(job, 'background');
    for (const job of ['edit-1', 'edit-2']) pool.submit(job, 'edit');
    const order = ['first', 'edit-1', 'edit-2', 'sweep-1', 'sweep-2'].map((job) => {
      const inHand = threads.jobs[0];
      threads.finish(job, '');
      return inHand;
    });
    expect(order).toEqual(['first', 'edit-1', 'edit-2', 'sweep-1', 'sweep-2']);
  });

  test('gives a thread several jobs at once, and each its own result', async () => {
    const { threads, pool } = aPool({ jobsAtOnce: 3 });
    pool.submit('first', 'edit');
    const tickets = ['a', 'b', 'c', 'd'].map((job) => pool.submit(job, 'edit'));
    threads.finish('first', '');
    expect(threads.jobs).toEqual(['a', 'b', 'c']);
    threads.all[0]!.finish('A', 'B', 'C');
    expect(threads.jobs).toEqual(['d']);
    threads.finish('d', 'D');
    expect(await Promise.all(tickets.map(({ result }) => result))).toEqual(['A', 'B', 'C', 'D']);
  });

  test('shares jobs among the threads that are free before it gives one of them several', () => {
    const { threads, pool } = aPool({ maxThreads: 2, jobsAtOnce: 4 });
    threads.areSlow = true;
    for (const job of ['a', 'b', 'c', 'd', 'e', 'f']) pool.submit(job, 'edit');
    for (const thread of threads.all) thread.emit('online');
    expect(threads.all.map(({ jobs }) => jobs)).toEqual([
      ['a', 'b', 'c'],
      ['d', 'e', 'f'],
    ]);
  });

  test('starts no more threads than there are jobs', () => {
    const { threads, pool } = aPool({ maxThreads: 3, jobsAtOnce: 4 });
    threads.areSlow = true;
    for (const job of ['a', 'b']) pool.submit(job, 'edit');
    expect(threads.all).toHaveLength(2);
  });

  test('fails the jobs of a thread that cannot be started, and starts no other one for these', async () => {
    const { threads, pool } = aPool();
    threads.areSlow = true;
    const ticket = pool.submit('job', 'edit');
    threads.all[0]!.emit('error', new Error('secret'));
    await expect(ticket.result).rejects.toMatchObject({ message: 'a thread ended unexpectedly' });
    expect(threads.all).toHaveLength(1);
  });

  test('lets no edit wait for background work that is done with it', () => {
    const { threads, pool } = aPool({ jobsAtOnce: 3 });
    pool.submit('first', 'edit');
    pool.submit('sweep', 'background');
    pool.submit('edit', 'edit');
    threads.finish('first', '');
    expect(threads.jobs).toEqual(['edit']);
  });

  test('fails all jobs that a thread has in hand, and no other', async () => {
    const { threads, pool } = aPool({ jobsAtOnce: 2 });
    pool.submit('first', 'edit');
    const tickets = ['a', 'b', 'c'].map((job) => pool.submit(job, 'edit'));
    const ends = Promise.allSettled(tickets.map(({ result }) => result));
    threads.finish('first', '');
    threads.all[0]!.emit('exit', 1);
    threads.finish('c', 'C');
    expect((await ends).map(({ status }) => status)).toEqual(['rejected', 'rejected', 'fulfilled']);
  });

  test('hastens a job that somebody now waits for', () => {
    const { threads, pool } = aPool();
    pool.submit('first', 'background');
    pool.submit('sweep', 'background');
    pool.submit('wanted', 'background').hasten();
    threads.finish('first', '');
    expect(threads.jobs).toEqual(['wanted']);
  });

  test('takes back a job that has not begun', async () => {
    const { threads, pool } = aPool();
    pool.submit('first', 'edit');
    const second = pool.submit('second', 'edit');
    second.cancel();
    await expect(second.result).rejects.toMatchObject({ code: 'THREAD', reason: 'Canceled' });
    threads.finish('first', '');
    expect(threads.jobs).toEqual([]);
  });

  test('finishes a job that was taken back too late', async () => {
    const { threads, pool } = aPool();
    const ticket = pool.submit('job', 'edit');
    ticket.cancel();
    threads.finish('job', 'done');
    expect(await ticket.result).toBe('done');
  });

  test('fails a job with the words of the thread, and goes on', async () => {
    const { threads, pool } = aPool();
    const ticket = pool.submit('bad', 'edit');
    pool.submit('good', 'edit');
    threads.all[0]!.fail('no memory');
    await expect(ticket.result).rejects.toMatchObject({ message: 'no memory', reason: 'Broken' });
    expect(threads.jobs).toEqual(['good']);
  });

  test('fails the job of a thread that breaks without repeating its words, and goes on in another thread', async () => {
    const { threads, pool } = aPool();
    const ticket = pool.submit('bad', 'edit');
    pool.submit('good', 'edit');
    threads.all[0]!.emit('error', new Error('secret'));
    await expect(ticket.result).rejects.toMatchObject({ message: 'a thread ended unexpectedly', reason: 'Broken' });
    expect([threads.all.length, threads.all[0]!.isEnded, threads.all[1]!.jobs]).toEqual([2, true, ['good']]);
  });

  test('ends a thread whose job takes too long', async () => {
    const { clock, threads, pool } = aPool();
    const ticket = pool.submit('endless', 'edit');
    const failure = expect(ticket.result).rejects.toMatchObject({ reason: 'TooSlow' });
    await clock.advance(DEADLINE_MS);
    await failure;
    expect(threads.alive).toBe(0);
  });

  test('ends a thread that had nothing to do for a while, and starts one when there is work again', async () => {
    const { clock, threads, pool } = aPool();
    pool.submit('job', 'edit');
    threads.finish('job', '');
    await clock.advance(IDLE_MS - 1);
    expect(threads.alive).toBe(1);
    await clock.advance(1);
    expect([threads.alive, clock.sleepsMs]).toEqual([0, []]);
    pool.submit('later', 'edit');
    expect(threads.alive).toBe(1);
  });

  test('keeps a thread that gets work in time', async () => {
    const { clock, threads, pool } = aPool();
    pool.submit('one', 'edit');
    threads.finish('one', '');
    await clock.advance(IDLE_MS - 1);
    pool.submit('two', 'edit');
    threads.finish('two', '');
    await clock.advance(IDLE_MS - 1);
    expect([threads.all.length, threads.alive]).toEqual([1, 1]);
  });

  test('keeps the process alive only while it works', () => {
    const { threads, pool } = aPool();
    pool.submit('job', 'edit');
    expect(threads.all[0]!.isHolding).toBe(true);
    threads.finish('job', '');
    expect(threads.all[0]!.isHolding).toBe(false);
  });

  test('ends all when it is closed, and takes no more', async () => {
    const { clock, threads, pool } = aPool();
    const tickets = [pool.submit('running', 'edit'), pool.submit('waiting', 'edit')];
    const ends = Promise.allSettled(tickets.map(({ result }) => result));
    await pool.close();
    await expect(pool.submit('late', 'edit').result).rejects.toMatchObject({ reason: 'Canceled' });
    expect((await ends).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    await settle();
    expect([threads.alive, threads.all.length, clock.sleepsMs]).toEqual([0, 1, []]);
  });
});
