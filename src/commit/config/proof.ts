import {
  AuthenticationError,
  ConflictError,
  ForbiddenError,
  NotInForceError,
  NotInitializedError,
} from '../../errors.ts';
import type { ConfigApi, Login } from './config-api.ts';

/** People who must still get in, by the name of the Secret that says who they are. */
export type Probes = ReadonlyMap<string, Login>;

/** Why the operator, or one of the people, does not get in any more; undefined when all do. */
export async function failingProof(
  api: Pick<ConfigApi, 'prove' | 'logIn'>,
  probes: Probes,
): Promise<string | undefined> {
  return (await api.prove()) ?? (await failingProbe(api, probes));
}

/** Why nothing can be proved with the people of the probes: one does not get in even before a change. */
export async function earlyFailure(api: Pick<ConfigApi, 'logIn'>, probes: Probes): Promise<string | undefined> {
  const failing = await failingProbe(api, probes);
  return failing === undefined ? undefined : `${failing} does not get in even before the change: correct it`;
}

/** After a write these say that it was wrong, and not that the cluster is away: a lock-out answers 503. */
export function isLockOut(error: unknown): error is Error {
  return (
    error instanceof NotInitializedError ||
    error instanceof NotInForceError ||
    error instanceof AuthenticationError ||
    error instanceof ForbiddenError ||
    error instanceof ConflictError
  );
}

export function whyLockedOut(error: Error): string {
  const isAboutUs = !(error instanceof NotInForceError || error instanceof ConflictError);
  return isAboutUs ? `the operator does not get in any more: ${error.message}` : error.message;
}

async function failingProbe(api: Pick<ConfigApi, 'logIn'>, probes: Probes): Promise<string | undefined> {
  for (const [secret, login] of probes)
    if (!(await api.logIn(login))) return `the user of the probe in Secret ${secret}`;
  return undefined;
}
