import type { Backup } from '../commit/config/config-backups.ts';
import { resumeTransaction } from '../commit/config/config-transaction.ts';
import { resumeUpgrade } from '../commit/config/upgrade-transaction.ts';
import type { Slot } from './claim-index.ts';
import { probesOf, toConfigWish } from './config-claims.ts';
import { ConfigFailures } from './config-failures.ts';
import type { TurnContext } from './turn-context.ts';

/** What became of earlier changes of one configuration, as its backups tell; it outlives the operator. */
export class ConfigRecord {
  readonly failures = new ConfigFailures();
  #backups: readonly Backup[] = [];
  /** Of the cluster whose changes are all ended. */
  #clusterUuid: string | undefined;

  /** The newest first. */
  get backups(): readonly Backup[] {
    return this.#backups;
  }

  /** What an earlier process, or an outage, left unfinished comes first. */
  async prepare(context: TurnContext, slot: Slot): Promise<void> {
    const { world, state } = context;
    if (this.#clusterUuid === state.ledger?.clusterUuid) return;
    this.#backups = await world.configBackups.load(state.key);
    const interrupted = this.#backups.filter(({ journal }) => journal.state === 'Open');
    for (const backup of interrupted) await resume(context, slot, backup);
    if (interrupted.length > 0) this.#backups = await world.configBackups.load(state.key);
    this.failures.takeOver(this.#backups);
    this.#clusterUuid = state.ledger?.clusterUuid;
  }

  /** Carries out a change that writes its own backup; when it throws, it is ended at the next turn. */
  async during<T>({ world, state }: TurnContext, change: () => Promise<T>): Promise<T> {
    this.#clusterUuid = undefined;
    const result = await change();
    this.#backups = await world.configBackups.load(state.key);
    this.#clusterUuid = state.ledger?.clusterUuid;
    return result;
  }
}

async function resume({ world, state, cluster }: TurnContext, slot: Slot, backup: Backup): Promise<void> {
  const api = cluster.configuration;
  const backups = world.configBackups;
  const wishes = [...slot.claimants.values()].flatMap((resource) => toConfigWish(resource, state, world) ?? []);
  const result =
    backup.journal.upgrade === undefined
      ? await resumeTransaction(backup, probesOf(wishes), { api, backups })
      : await resumeUpgrade(backup, { api: api.upgrade, backups });
  const ended = result?.type ?? 'nothing stored';
  world.log.warn({ connection: state.key, result: ended }, 'interrupted change of the configuration ended');
}
