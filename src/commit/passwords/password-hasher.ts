import { ThreadError } from '../../errors.ts';
import type { HashJob } from './password-jobs.ts';
import { keyedDigest, saltFor, type UserKey } from './salt.ts';
import type { Priority, ThreadPool, Ticket } from './thread-pool.ts';

/** A password and whose it is. */
export interface UserPassword extends UserKey {
  readonly password: string;
}

interface Entry {
  /** Of the password, under the installation key: worth nothing to who has no key. */
  readonly digest: string;
  readonly ticket: Ticket<string>;
  hash: string | undefined;
  /** How many wait for it. */
  waiting: number;
}

/**
 * Makes the hash of each password once. The last hash of each user is kept until it is forgotten, so memory is bounded by
 * the users there are; the password is not kept. Source: docs/decisions/0006-password-hashing.md
 */
export class PasswordHasher {
  readonly #installationKey: Uint8Array;
  readonly #threads: ThreadPool<HashJob, string>;
  readonly #entries = new Map<string, Entry>();

  constructor(installationKey: Uint8Array, threads: ThreadPool<HashJob, string>) {
    this.#installationKey = installationKey;
    this.#threads = threads;
  }

  /** The hash if it was made before. Costs no waiting. */
  known(user: UserPassword): string | undefined {
    const entry = this.#entries.get(entryKey(user));
    return entry?.digest === this.#digest(user) ? entry.hash : undefined;
  }

  /**
   * The bcrypt hash, always the same for the same user and password. Who asks for one that is being made waits for that. A
   * new password takes the place of the former one.
   *
   * @throws ThreadError with the reason Canceled after the signal, `forget`, `close` or a newer password
   */
  async hash(user: UserPassword, priority: Priority, signal: AbortSignal): Promise<string> {
    const entry = this.#entry(user, priority);
    if (priority === 'edit') entry.ticket.hasten();
    entry.waiting += 1;
    try {
      return await untilAborted(entry.ticket.result, signal);
    } finally {
      entry.waiting -= 1;
      if (entry.waiting === 0) entry.ticket.cancel();
    }
  }

  /** Of a user that is no longer there, nothing is kept. */
  forget(user: UserKey): void {
    const key = entryKey(user);
    this.#entries.get(key)?.ticket.cancel();
    this.#entries.delete(key);
  }

  async close(): Promise<void> {
    this.#entries.clear();
    await this.#threads.close();
  }

  #entry(user: UserPassword, priority: Priority): Entry {
    const key = entryKey(user);
    const digest = this.#digest(user);
    const present = this.#entries.get(key);
    if (present?.digest === digest) return present;
    this.forget(user);
    const salt = saltFor(this.#installationKey, user.connection, user.userName);
    const ticket = this.#threads.submit({ password: user.password, salt }, priority);
    const entry: Entry = { digest, ticket, hash: undefined, waiting: 0 };
    this.#entries.set(key, entry);
    ticket.result.then(
      (hash) => (entry.hash = hash),
      () => this.#drop(key, entry),
    );
    return entry;
  }

  /** What failed is tried anew by the next who asks. */
  #drop(key: string, entry: Entry): void {
    if (this.#entries.get(key) === entry) this.#entries.delete(key);
  }

  #digest({ connection, userName, password }: UserPassword): string {
    return keyedDigest(this.#installationKey, ['password', connection, userName, password]).toString('base64');
  }
}

function entryKey({ connection, userName }: UserKey): string {
  return `${connection}\n${userName}`;
}

function untilAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = (): void => reject(new ThreadError('nobody waits for the hash any more', 'Canceled'));
    if (signal.aborted) abort();
    signal.addEventListener('abort', abort);
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
  });
}
