import { bcrypt } from 'hash-wasm';
import {
  passwordProblem,
  type Credentials,
  type PasswordPolicy,
  type StrengthMeter,
} from '../../desired/password-rules.ts';
import { saltBytes } from './salt.ts';

/** Makes a hash. */
export interface HashJob {
  readonly type: 'hash';
  readonly password: string;
  readonly salt: string;
}

/** Holds a password against the rules. */
export interface CheckJob extends Credentials {
  readonly type: 'check';
  readonly policy: PasswordPolicy;
}

/** What OpenSearch itself uses; 0.27 s of one core. */
const COST = 12;
/** bcrypt reads no further, and neither does the server. */
const MAX_BYTES = 72;

/** The bcrypt hash of a password: the same for the same salt. @returns 60 characters */
export async function hashPassword({ password, salt }: Omit<HashJob, 'type'>): Promise<string> {
  const bytes = Buffer.from(password).subarray(0, MAX_BYTES);
  const hash = await bcrypt({ password: bytes, salt: saltBytes(salt), costFactor: COST, outputType: 'encoded' });
  // The name that OpenSearch gives the same algorithm; $2a$ also names an old faulty one.
  return hash.replace(/^\$2a\$/, '$2y$');
}

/** What the server would answer to the password; undefined when it would take it. */
export async function checkPassword({ policy, ...credentials }: Omit<CheckJob, 'type'>): Promise<string | undefined> {
  return passwordProblem(credentials, policy, await loadStrengthMeter());
}

/** The strength that the server sees: its zxcvbn4j is a port of this library. Loaded when asked for: 25 MB of memory, mostly words. */
export async function loadStrengthMeter(): Promise<StrengthMeter> {
  const { default: zxcvbn } = await import('zxcvbn');
  return ({ userName, password }) => {
    const { score, sequence } = zxcvbn(password, [userName]);
    return { score, resemblesUserName: sequence.some((part) => part.dictionary_name === 'user_inputs') };
  };
}
