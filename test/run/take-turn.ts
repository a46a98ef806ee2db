import { once } from 'node:events';
import { join } from 'node:path';
import { withLock } from '../stack/file-lock.ts';
import { stacksFolder } from '../stack/paths.ts';
import { PhaseError, within, type Run } from './phase.ts';
import { stackName } from './servers.ts';

const timeoutMs = 60 * 60_000;

/**
 * Waits until no other run of the tests is under way, since two would take the servers away from each other.
 *
 * @returns how to let the next one go
 * @throws PhaseError when interrupted, or when the other run does not end
 */
export async function takeTurn({ log, interrupted }: Run): Promise<() => Promise<void>> {
  const [turn, end] = [Promise.withResolvers<true>(), Promise.withResolvers<true>()];
  const lock = withLock(join(stacksFolder(), `${stackName}-run.lock`), log, () => {
    turn.resolve(true);
    return end.promise;
  });
  const interruption = once(interrupted, 'abort').then(() => {
    throw new PhaseError('interrupted while another run was under way');
  });
  interruption.catch(() => undefined);
  await within(timeoutMs, 'wait for another run to end', Promise.race([turn.promise, lock, interruption]));
  return async () => {
    end.resolve(true);
    await lock;
  };
}
