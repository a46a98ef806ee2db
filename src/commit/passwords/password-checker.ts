import type { Credentials, PasswordPolicy } from '../../desired/password-rules.ts';
import { ThreadError } from '../../errors.ts';
import type { CheckJob } from './password-jobs.ts';
import type { ThreadPool } from './thread-pool.ts';

/**
 * What the server would answer to the password, in its own words; undefined when it would take it. The pattern of a
 * connection may keep a thread busy for ever, which is then ended and told as a problem of the pattern.
 *
 * @throws ThreadError when there is no verdict
 */
export async function findPasswordProblem(
  threads: ThreadPool<CheckJob, string | undefined>,
  credentials: Credentials,
  policy: PasswordPolicy,
): Promise<string | undefined> {
  const { userName, password } = credentials;
  try {
    return await threads.submit({ userName, password, policy }, 'edit').result;
  } catch (error) {
    if (policy.pattern === '' || !(error instanceof ThreadError) || error.reason !== 'TooSlow') throw error;
    return 'spec.passwords.pattern of the connection takes too long on this password: write it without nested repetitions such as (a+)+';
  }
}
