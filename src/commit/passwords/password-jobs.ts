import {
  passwordProblem,
  type Credentials,
  type PasswordPolicy,
  type StrengthMeter,
} from '../../desired/password-rules.ts';
import { fromBcryptBase64 } from './bcrypt/base64.ts';
import type { Bcrypt } from './bcrypt/bcrypt.ts';

/** Makes a hash. */
export interface HashJob {
  readonly password: string;
  /** 22 characters of bcrypt's own base64. */
  readonly salt: string;
}

/** Holds a password against the rules. */
export interface CheckJob extends Credentials {
  readonly policy: PasswordPolicy;
}

/** What OpenSearch itself uses; a third of a second of one core for one, an eighth for each of four together. */
const COST = 12;

/** The bcrypt hashes of passwords: each the same for the same salt. @returns 60 characters for each job */
export function hashPasswords(bcrypt: Pick<Bcrypt, 'hash'>, jobs: readonly HashJob[]): readonly string[] {
  const inputs = jobs.map(({ password, salt }) => ({ password: Buffer.from(password), salt: fromBcryptBase64(salt) }));
  try {
    return bcrypt.hash(inputs, COST);
  } finally {
    for (const { password } of inputs) password.fill(0);
  }
}

/** What the server would answer to the password; undefined when it would take it. */
export async function checkPassword({ policy, ...credentials }: CheckJob): Promise<string | undefined> {
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
