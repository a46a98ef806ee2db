import type { OpenSearchConnectionSpec } from '../generated/opensearch-connection.ts';
import { readJavaPattern } from './java-pattern.ts';

/** The password rules of a cluster, as its settings `plugins.security.restapi.password_*` say. */
export interface PasswordPolicy {
  readonly minLength: number;
  /** From 0 to 4, on the scale of zxcvbn. */
  readonly minScore: number;
  /** Java's regular expression that the whole password must match; empty for none. */
  readonly pattern: string;
}

export interface Credentials {
  readonly userName: string;
  readonly password: string;
}

/** What zxcvbn says of a password. */
export interface Strength {
  /** From 0 to 4. */
  readonly score: number;
  /** The easiest way to guess it goes over the user name, forwards or reversed, in any case or with digits for letters. */
  readonly resemblesUserName: boolean;
}

/** Measures a password; takes milliseconds. */
export type StrengthMeter = (credentials: Credentials) => Strength;

/** The server's own limit, which no setting changes; in UTF-16 units, as Java counts. */
const MAX_LENGTH = 100;

/** The rules that a connection declares. */
export function toPasswordPolicy(passwords: OpenSearchConnectionSpec['passwords'] = {}): PasswordPolicy {
  return { minLength: passwords.minLength ?? 8, minScore: passwords.minScore ?? 3, pattern: passwords.pattern ?? '' };
}

/**
 * What the server would answer to this password, in its own words and order; undefined when it would take it. The server
 * checks passwords only and no hashes, so who sends a hash checks before. Measures only what passes the other rules.
 */
export function passwordProblem(
  credentials: Credentials,
  policy: PasswordPolicy,
  measure: StrengthMeter,
): string | undefined {
  const { password } = credentials;
  if (password === '' || password.length < policy.minLength) return 'Password is too short';
  if (password.length > MAX_LENGTH) return 'Password is too long';
  return patternMismatch(password, policy.pattern) ?? strengthProblem(measure(credentials), policy);
}

function patternMismatch(password: string, pattern: string): string | undefined {
  if (pattern === '') return undefined;
  const reading = readJavaPattern(pattern);
  if (reading.type === 'refused') return `spec.passwords.pattern of the connection ${reading.message}`;
  return reading.expression.test(password) ? undefined : 'Password does not match minimum criteria';
}

function strengthProblem({ score, resemblesUserName }: Strength, policy: PasswordPolicy): string | undefined {
  if (score < policy.minScore) return 'Weak password';
  return resemblesUserName ? 'Password is similar to user name' : undefined;
}
