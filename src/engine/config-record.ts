import { mayBeOf, type Backup, type BackupWriter } from '../commit/config/config-backups.ts';
import { resumeTransaction } from '../commit/config/config-transaction.ts';
import { resumeUpgrade } from '../commit/config/upgrade-transaction.ts';
import type { Slot } from './claim-index.ts';
import { probesOf, toConfigWish, type ConfigWish } from './config-claims.ts';
import { ConfigFailures } from './config-failures.ts';
import type { TurnContext } from './turn-context.ts';

/** What became of earlier changes of one configuration, as its backups tell; it outlives the operator. */
export class ConfigRecord {
  #failures = new ConfigFailures();
  /** Of all clusters that the connection has led to. */
  #backups: readonly Backup[] = [];
  #presentUuid: string | undefined;
  /** Of the cluster whose changes are all ended. */
  #clusterUuid: string | undefined;

  get failures(): ConfigFailures {
    return this.#failures;
  }

  /** Of this cluster, the newest first: what was changed in another one says nothing of it, and must not be put back into it. */
  get backups(): readonly Backup[] {
    return this.#backups.filter(({ journal }) => mayBeOf(journal, this.#presentUuid));
  }

  /** What an earlier process, or an outage, left unfinished comes first. @returns false while it is being read who must get in after it */
  async prepare(context: TurnContext, slot: Slot): Promise<boolean> {
    const { world, state, cluster } = context;
    const { clusterUuid } = cluster.identity;
    const isAnother = this.#presentUuid !== undefined && this.#presentUuid !== clusterUuid;
    if (isAnother) this.#failures = new ConfigFailures();
    this.#presentUuid = clusterUuid;
    if (this.#clusterUuid === state.ledger?.clusterUuid) return true;
    this.#backups = await world.configBackups.load(state.key);
    const open = this.backups.filter(({ journal }) => journal.state === 'Open');
    const wishes = [...slot.claimants.values()].map((resource) => toConfigWish(resource, state, world));
    if (open.length > 0 && wishes.includes(undefined)) return false;
    const probes = probesOf(wishes.flatMap((wish) => wish ?? []));
    for (const backup of open) await resume(context, probes, { backup, backups: this.#writer(context) });
    this.#failures.takeOver(this.backups);
    this.#clusterUuid = state.ledger?.clusterUuid;
    return true;
  }

  /** Carries out a change that writes its own backup; when it throws, it is ended at the next turn. */
  async during<T>(context: TurnContext, change: (backups: BackupWriter) => Promise<T>): Promise<T> {
    this.#clusterUuid = undefined;
    const result = await change(this.#writer(context));
    this.#clusterUuid = context.state.ledger?.clusterUuid;
    return result;
  }

  /** Keeps in mind what it writes, so that it need not be read again. */
  #writer({ world: { configBackups } }: TurnContext): BackupWriter {
    return {
      open: async (documents, journal) => this.#keep(await configBackups.open(documents, journal, this.#backups)),
      close: async (...ended) => this.#keep(await configBackups.close(...ended)),
    };
  }

  #keep(backup: Backup): Backup {
    const isOpening = backup.journal.state === 'Open';
    const others = this.#backups.filter(({ secretName }) => secretName !== backup.secretName);
    this.#backups = isOpening
      ? [backup, ...others]
      : this.#backups.map((one) => (one.secretName === backup.secretName ? backup : one));
    return backup;
  }
}

async function resume(
  { world, state, cluster }: TurnContext,
  probes: ConfigWish['probes'],
  { backup, backups }: { readonly backup: Backup; readonly backups: BackupWriter },
): Promise<void> {
  const api = cluster.configuration;
  const result =
    backup.journal.upgrade === undefined
      ? await resumeTransaction(backup, probes, { api, backups })
      : await resumeUpgrade(backup, { api, backups, probes });
  const ended = result?.type ?? 'nothing stored';
  world.log.warn({ connection: state.key, result: ended }, 'interrupted change of the configuration ended');
}
