import { isDeepStrictEqual } from 'node:util';
import type { JsonObject } from '../../generated/json-value.ts';
import { spellAction, type UpgradeAction, type UpgradePlan } from '../../plan/config/upgrade-plan.ts';
import type { UpgradeApi } from './upgrade-api.ts';
import type { Backup, ConfigBackups, Journal } from './config-backups.ts';

export interface UpgradeTools {
  readonly api: UpgradeApi;
  readonly backups: Pick<ConfigBackups, 'open' | 'close'>;
}

/** `why`: what is not as it should be afterwards. */
export type UpgradeResult =
  { readonly type: 'performed'; readonly why?: string } | { readonly type: 'refused'; readonly words: string };

type Wanted = Extract<UpgradePlan, { type: 'perform' }>;

/**
 * Upgrades once: back up what will be changed, perform, make the nodes load it, read back.
 *
 * @throws the error of the whole connection while it is open what happened; `resumeUpgrade` goes on
 */
export async function runUpgrade(
  { scope, record }: Wanted,
  journal: Omit<Journal, 'state' | 'units' | 'upgrade'>,
  { api, backups }: UpgradeTools,
): Promise<UpgradeResult> {
  const before = await api.fetch(record.actions);
  const backup = await backups.open(before, { ...journal, units: [], upgrade: record });
  const answer = await api.perform(scope);
  if (answer.type === 'refused') {
    await backups.close(backup, 'Unchanged', answer.words);
    return answer;
  }
  return finish(backup, { api, backups });
}

/**
 * Ends what a crash or an outage interrupted: what was stored is loaded. What was not stored is no longer on record, so
 * that it is planned anew.
 */
export async function resumeUpgrade(backup: Backup, tools: UpgradeTools): Promise<UpgradeResult | undefined> {
  const { actions = [] } = backup.journal.upgrade ?? {};
  const current: JsonObject = await tools.api.fetch(actions);
  const isStored = !isDeepStrictEqual(plain(current), plain(backup.documents));
  if (isStored) return finish(backup, tools);
  await tools.backups.close(backup, 'Unchanged');
  return undefined;
}

async function finish(backup: Backup, { api, backups }: UpgradeTools): Promise<UpgradeResult> {
  const words = await api.load();
  const left = await stillOffered(backup.journal.upgrade?.actions ?? [], api);
  const why =
    words === undefined
      ? left
      : `the caches could not be flushed, so that nodes may go on with the old roles: ${words}`;
  await backups.close(backup, 'Committed', why);
  return { type: 'performed', ...(why === undefined ? {} : { why }) };
}

/** Another node may have other defaults on its disk. */
async function stillOffered(actions: readonly UpgradeAction[], api: UpgradeApi): Promise<string | undefined> {
  const offer = await api.check(AbortSignal.timeout(CHECK_MS));
  const wanted = new Set(actions.map(spellAction));
  const left = offer.type === 'offer' ? offer.actions.map(spellAction).filter((action) => wanted.has(action)) : [];
  return left.length === 0 ? undefined : `OpenSearch still offers ${left.sort().join(', ')}`;
}

const CHECK_MS = 60_000;

function plain(value: JsonObject): unknown {
  return JSON.parse(JSON.stringify(value));
}
