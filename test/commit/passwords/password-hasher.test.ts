import { describe, expect, test } from '@jest/globals';
import { PasswordHasher, type UserPassword } from '../../../src/commit/passwords/password-hasher.ts';
import type { HashJob } from '../../../src/commit/passwords/password-jobs.ts';
import { saltFor } from '../../../src/commit/passwords/salt.ts';
import { ThreadPool } from '../../../src/commit/passwords/thread-pool.ts';
import { FakeClock, settle } from '../../support/fake-clock.ts';
import { FakeThreads } from '../../support/fake-thread.ts';

const KEY = new Uint8Array(32).fill(1);
const CANCELED = { code: 'THREAD', reason: 'Canceled' };

function aHasher() {
  const threads = new FakeThreads();
  const limits = { maxThreads: 1, jobsAtOnce: 1, idleMs: 1, deadlineMs: 1e6 };
  const options = { start: threads.start, ...limits, clock: new FakeClock() };
  return { threads, hasher: new PasswordHasher(KEY, new ThreadPool<HashJob, string>(options)) };
}

function aUser(changes: Partial<UserPassword> = {}): UserPassword {
  return { connection: 'platform/prod', userName: 'kirk', password: 'one', ...changes };
}

function never(): AbortSignal {
  return new AbortController().signal;
}

/** What is in hand. */
function passwords(threads: FakeThreads): readonly string[] {
  return threads.jobs.map((job) => (job as HashJob).password);
}

describe('the hasher of passwords', () => {
  test('hashes with the salt of the user', async () => {
    const { threads, hasher } = aHasher();
    const hash = hasher.hash(aUser(), 'edit', never());
    expect(threads.jobs).toEqual([{ password: 'one', salt: saltFor(KEY, 'platform/prod', 'kirk') }]);
    threads.all[0]!.finish('hash-1');
    expect(await hash).toBe('hash-1');
  });

  test('hashes the password of a user once, however many ask', async () => {
    const { threads, hasher } = aHasher();
    const asked = [hasher.hash(aUser(), 'edit', never()), hasher.hash(aUser(), 'background', never())];
    threads.all[0]!.finish('hash-1');
    expect(await Promise.all(asked)).toEqual(['hash-1', 'hash-1']);
    expect(await hasher.hash(aUser(), 'background', never())).toBe('hash-1');
    expect(threads.jobs).toEqual([]);
  });

  test('knows what it has made, and only that', async () => {
    const { threads, hasher } = aHasher();
    const hash = hasher.hash(aUser(), 'edit', never());
    expect(hasher.known(aUser())).toBeUndefined();
    threads.all[0]!.finish('hash-1');
    await hash;
    expect(hasher.known(aUser())).toBe('hash-1');
    for (const changes of [{ password: 'two' }, { userName: 'spock' }, { connection: 'platform/dev' }])
      expect(hasher.known(aUser(changes))).toBeUndefined();
  });

  test('keeps one hash for each user, the one of the last password', async () => {
    const { threads, hasher } = aHasher();
    const first = hasher.hash(aUser(), 'edit', never());
    threads.all[0]!.finish('hash-1');
    await first;
    const second = hasher.hash(aUser({ password: 'two' }), 'edit', never());
    threads.all[0]!.finish('hash-2');
    await second;
    expect([hasher.known(aUser()), hasher.known(aUser({ password: 'two' }))]).toEqual([undefined, 'hash-2']);
  });

  test('does not begin a password that a newer one replaces', async () => {
    const { threads, hasher } = aHasher();
    void hasher.hash(aUser({ userName: 'first' }), 'edit', never());
    const former = hasher.hash(aUser(), 'edit', never());
    void hasher.hash(aUser({ password: 'two' }), 'edit', never());
    await expect(former).rejects.toMatchObject(CANCELED);
    threads.all[0]!.finish('');
    expect(passwords(threads)).toEqual(['two']);
  });

  test('does the edit of a person before what it checks in the background, also when both want the same', () => {
    const { threads, hasher } = aHasher();
    for (const userName of ['first', 'second', 'third'])
      void hasher.hash(aUser({ userName, password: userName }), 'background', never());
    void hasher.hash(aUser({ userName: 'third', password: 'third' }), 'edit', never());
    threads.all[0]!.finish('');
    expect(passwords(threads)).toEqual(['third']);
  });

  test('stops waiting after the signal, and does not begin what nobody waits for', async () => {
    const { threads, hasher } = aHasher();
    void hasher.hash(aUser({ userName: 'first' }), 'edit', never());
    const stop = new AbortController();
    const hash = hasher.hash(aUser(), 'edit', stop.signal);
    stop.abort();
    await expect(hash).rejects.toMatchObject(CANCELED);
    threads.all[0]!.finish('');
    expect(threads.jobs).toEqual([]);
  });

  test('goes on when somebody else still waits', async () => {
    const { threads, hasher } = aHasher();
    void hasher.hash(aUser({ userName: 'first' }), 'edit', never());
    const patient = hasher.hash(aUser(), 'edit', never());
    await expect(hasher.hash(aUser(), 'edit', AbortSignal.abort())).rejects.toMatchObject(CANCELED);
    threads.all[0]!.finish('');
    threads.all[0]!.finish('hash-2');
    expect(await patient).toBe('hash-2');
  });

  test('keeps what was begun before the signal', async () => {
    const { threads, hasher } = aHasher();
    const stop = new AbortController();
    const hash = hasher.hash(aUser(), 'edit', stop.signal);
    stop.abort();
    await expect(hash).rejects.toMatchObject(CANCELED);
    threads.all[0]!.finish('hash-1');
    await settle();
    expect(hasher.known(aUser())).toBe('hash-1');
  });

  test('tries again what failed', async () => {
    const { threads, hasher } = aHasher();
    const first = hasher.hash(aUser(), 'edit', never());
    threads.all[0]!.fail('no memory');
    await expect(first).rejects.toMatchObject({ reason: 'Broken' });
    const second = hasher.hash(aUser(), 'edit', never());
    threads.all[0]!.finish('hash-1');
    expect(await second).toBe('hash-1');
  });

  test('forgets a user that is gone', async () => {
    const { threads, hasher } = aHasher();
    const hash = hasher.hash(aUser(), 'edit', never());
    threads.all[0]!.finish('hash-1');
    await hash;
    hasher.forget(aUser());
    expect(hasher.known(aUser())).toBeUndefined();
  });

  test('ends its threads when it is closed, and whoever waits is told', async () => {
    const { threads, hasher } = aHasher();
    const hash = hasher.hash(aUser(), 'edit', never());
    const failure = expect(hash).rejects.toMatchObject(CANCELED);
    await hasher.close();
    await failure;
    expect(threads.alive).toBe(0);
  });
});
