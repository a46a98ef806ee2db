import type { Clock } from '../../clock.ts';
import type { PasswordPolicy } from '../../desired/password-rules.ts';
import { findPasswordProblem } from './password-checker.ts';
import { PasswordHasher, type UserPassword } from './password-hasher.ts';
import { startCheckingThread, startHashingThreads } from './password-threads.ts';
import type { UserKey } from './salt.ts';
import type { Priority } from './thread-pool.ts';

/** Checks and hashes passwords in threads of their own. */
export interface OpenPasswords {
  problem(
    credentials: { readonly userName: string; readonly password: string },
    policy: PasswordPolicy,
  ): Promise<string | undefined>;
  hash(user: UserPassword, priority: Priority, signal: AbortSignal): Promise<string>;
  forget(user: UserKey): void;
  close(): Promise<void>;
}

/** The key is loaded when the first hash is wanted, since most installations have no users. */
export function openPasswords(loadKey: () => Promise<Uint8Array>, clock: Clock): OpenPasswords {
  const checking = startCheckingThread(clock);
  const hashing = startHashingThreads(clock);
  let opened: Promise<PasswordHasher> | undefined;
  let hasher: PasswordHasher | undefined;
  const open = (): Promise<PasswordHasher> => {
    opened ??= loadKey().then((key) => (hasher = new PasswordHasher(key, hashing)));
    opened.catch(() => (opened = undefined));
    return opened;
  };
  return {
    problem: (credentials, policy) => findPasswordProblem(checking, credentials, policy),
    hash: async (user, priority, signal) => (await open()).hash(user, priority, signal),
    forget: (user) => hasher?.forget(user),
    close: async () => {
      await Promise.all([checking.close(), hashing.close()]);
    },
  };
}
