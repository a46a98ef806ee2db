import type { OpenSearchSettings } from '../../clients/opensearch.ts';
import type { NamespacedName } from '../../desired/resource.ts';
import { AuthenticationError, ForbiddenError, NotInitializedError } from '../../errors.ts';
import type { Cluster } from '../cluster.ts';
import { asRescuer } from './config-api.ts';
import { mayBeOf, type ConfigBackups } from './config-backups.ts';
import { rollBack } from './config-transaction.ts';
import { rollBackUpgrade } from './upgrade-transaction.ts';

interface Guard {
  readonly settings: OpenSearchSettings;
  readonly connection: NamespacedName;
  readonly backups: Pick<ConfigBackups, 'load' | 'close'>;
}

/**
 * Opens a cluster. When it does not let us in, and a change of its configuration was interrupted before it was proved, that
 * change is taken for the cause and put back first: a lock-out looks like an outage and would last for ever.
 *
 * @throws what `open` throws
 */
export async function openGuarded(open: () => Promise<Cluster>, guard: Guard): Promise<Cluster> {
  try {
    return await open();
  } catch (error) {
    const isShutOut =
      error instanceof NotInitializedError || error instanceof AuthenticationError || error instanceof ForbiddenError;
    if (!isShutOut || !(await putBackInterrupted(guard, error.message))) throw error;
    return open();
  }
}

async function putBackInterrupted({ settings, connection, backups }: Guard, why: string): Promise<boolean> {
  const open = (await backups.load(connection)).filter(({ journal }) => journal.state === 'Open');
  const [first] = open;
  if (first === undefined) return false;
  const anywhere = { apiPrefix: first.journal.apiPrefix, clusterUuid: undefined };
  const present = await asRescuer(settings, anywhere, (api) => api.clusterUuid());
  const interrupted = open.find(({ journal }) => mayBeOf(journal, present));
  if (interrupted === undefined) return false;
  const { apiPrefix, upgrade } = interrupted.journal;
  const putBack = upgrade === undefined ? rollBack : rollBackUpgrade;
  const there = { apiPrefix, clusterUuid: interrupted.journal.clusterUuid || present };
  await putBack(interrupted, { api: { asRescuer: (use) => asRescuer(settings, there, use) }, backups }, why);
  return true;
}
