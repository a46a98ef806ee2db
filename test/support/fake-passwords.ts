import type { Clock } from '../../src/clock.ts';
import type { UserPassword } from '../../src/commit/passwords/password-hasher.ts';
import type { OpenPasswords } from '../../src/commit/passwords/passwords.ts';

type Priority = Parameters<OpenPasswords['hash']>[1];

interface Job {
  readonly userName: string;
  readonly hash: string;
  priority: Priority;
  readonly ready: PromiseWithResolvers<string>;
}

/**
 * Refuses the password `weak`, and hashes: at once unless told otherwise, or one after the other, what somebody waits for
 * first. As with the threads, who asks for a hash that is being made waits for that one.
 */
export class FakePasswords implements Omit<OpenPasswords, 'close'> {
  /** What a hash takes. */
  hashMs = 0;
  /** Whose hashes took time, in the order in which they were made. */
  readonly made: string[] = [];
  readonly #clock: Clock;
  readonly #jobs = new Map<string, Job>();
  #isBusy = false;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  problem({ password }: { readonly password: string }): Promise<string | undefined> {
    return Promise.resolve(password === 'weak' ? 'Weak password' : undefined);
  }

  async hash({ userName, password }: UserPassword, priority: Priority): Promise<string> {
    const hash = `hash of ${userName} and ${password}`;
    return this.hashMs === 0 ? hash : this.#queued({ userName, hash }, priority);
  }

  forget(): void {
    // Nothing is kept of anybody.
  }

  #queued({ userName, hash }: Pick<Job, 'userName' | 'hash'>, priority: Priority): Promise<string> {
    const job = this.#jobs.get(hash) ?? { userName, hash, priority, ready: Promise.withResolvers<string>() };
    if (priority === 'edit') job.priority = 'edit';
    this.#jobs.set(hash, job);
    if (!this.#isBusy) void this.#work();
    return job.ready.promise;
  }

  async #work(): Promise<void> {
    this.#isBusy = true;
    for (let next = this.#next(); next !== undefined; next = this.#next()) {
      await this.#clock.sleep(this.hashMs, new AbortController().signal);
      this.#jobs.delete(next.hash);
      this.made.push(next.userName);
      next.ready.resolve(next.hash);
    }
    this.#isBusy = false;
  }

  #next(): Job | undefined {
    const jobs = [...this.#jobs.values()];
    return jobs.find(({ priority }) => priority === 'edit') ?? jobs[0];
  }
}
