import { isDeepStrictEqual } from 'node:util';
import { NotInForceError } from '../../errors.ts';
import type { JsonObject } from '../../generated/json-value.ts';
import {
  spellAction,
  type UpgradeAction,
  type UpgradeOffer,
  type UpgradePlan,
} from '../../plan/config/upgrade-plan.ts';
import type { ConfigApi } from './config-api.ts';
import type { Backup, BackupWriter, Journal } from './config-backups.ts';
import type { UpgradeAnswer } from './upgrade-api.ts';
import { earlyFailure, failingProof, isLockOut, whyLockedOut, type Probes } from './proof.ts';

type Api = Pick<ConfigApi, 'upgrade' | 'renewSelf' | 'prove' | 'logIn' | 'asRescuer' | 'hasWayBack'>;

export interface UpgradeTools {
  readonly api: Api;
  readonly backups: BackupWriter;
  readonly probes: Probes;
}

/** `offer` is what is offered afterwards. */
export type UpgradeResult =
  /** `why`: what is not as it should be afterwards. */
  | { readonly type: 'performed'; readonly why?: string; readonly offer: UpgradeOffer }
  | { readonly type: 'rolledBack'; readonly why: string }
  /** Nothing was written. */
  | { readonly type: 'refused'; readonly words: string }
  /** Nothing was written, and nothing can be yet. */
  | { readonly type: 'waiting'; readonly message: string };

type Wanted = Extract<UpgradePlan, { type: 'perform' }>;

/** What lasts is not worth more of them. */
const ATTEMPTS = 5;

/**
 * Upgrades once: back up what will be changed, perform, make the nodes load it, prove that the operator and the people of
 * the probes get in, read back; otherwise put back what was there.
 *
 * @throws the error of the whole connection while it is open what happened; `resumeUpgrade` goes on
 */
export async function runUpgrade(
  wanted: Wanted,
  journal: Omit<Journal, 'state' | 'units' | 'upgrade'>,
  tools: UpgradeTools,
): Promise<UpgradeResult> {
  const { api, backups, probes } = tools;
  await api.renewSelf();
  const message = await earlyFailure(api, probes);
  if (message !== undefined) return { type: 'waiting', message };
  const before = await api.upgrade.fetch(wanted.record.actions);
  const backup = await backups.open(before, { ...journal, units: [], upgrade: wanted.record });
  const answer = await perform(api.upgrade, wanted, before);
  if (answer.type === 'performed') return finish(backup, tools);
  if (answer.type === 'changed') return afterChange(backup, tools);
  await backups.close(backup, 'Unchanged', answer.words);
  return { type: 'refused', words: answer.words };
}

/** Whoever else wrote in the same moment is done by the next attempt. There is none if that was what is upgraded: the backup is older. */
async function perform(
  api: Api['upgrade'],
  { scope, record }: Wanted,
  before: JsonObject,
): Promise<UpgradeAnswer | { readonly type: 'changed' }> {
  let answer = await api.perform(scope);
  for (let attempt = 1; answer.type === 'failed'; attempt += 1) {
    if (!isSame(await api.fetch(record.actions), before)) return { type: 'changed' };
    if (attempt === ATTEMPTS) break;
    answer = await api.perform(scope);
  }
  return answer;
}

/** What failed may be stored all the same. If it is not, somebody else wrote, and it is planned anew. */
async function afterChange(backup: Backup, tools: UpgradeTools): Promise<UpgradeResult> {
  const offer = await tools.api.upgrade.check(AbortSignal.timeout(CHECK_MS));
  const isWanted = ({ document, name }: UpgradeAction): boolean =>
    backup.journal.upgrade?.actions.some((action) => action.document === document && action.name === name) === true;
  const isStored = offer.type === 'offer' && !offer.actions.some(isWanted);
  if (isStored) return finish(backup, tools);
  await tools.backups.close(backup, 'Unchanged');
  return {
    type: 'waiting',
    message: 'somebody else changed what is to be upgraded in the same moment: it is looked at again',
  };
}

/**
 * Ends what a crash or an outage interrupted: what was stored is loaded and proved, or put back. What was not stored is no
 * longer on record, so that it is planned anew.
 */
export async function resumeUpgrade(backup: Backup, tools: UpgradeTools): Promise<UpgradeResult | undefined> {
  const { actions = [] } = backup.journal.upgrade ?? {};
  const current = await tools.api.asRescuer(({ upgrade }) => upgrade.fetch(actions));
  if (!isSame(current, backup.documents)) return finish(backup, tools);
  await tools.backups.close(backup, 'Unchanged');
  return undefined;
}

/** Puts back what was there before, and makes the nodes load that. */
export async function rollBackUpgrade(
  backup: Backup,
  { api, backups }: { readonly api: Pick<Api, 'asRescuer'>; readonly backups: Pick<BackupWriter, 'close'> },
  why: string,
): Promise<UpgradeResult> {
  const words = await api.asRescuer(
    async ({ upgrade }) => (await upgrade.restore(backup.documents)) ?? (await upgrade.load()),
  );
  if (words !== undefined) throw new NotInForceError(`the roles of before the upgrade cannot be put back: ${words}`);
  await backups.close(backup, 'RolledBack', why);
  return { type: 'rolledBack', why };
}

async function finish(backup: Backup, tools: UpgradeTools): Promise<UpgradeResult> {
  const { api, backups } = tools;
  const { notLoaded, unproved } = await loadAndProve(tools);
  if (unproved !== undefined && api.hasWayBack) return rollBackUpgrade(backup, tools, unproved);
  const offer = await api.upgrade.check(AbortSignal.timeout(CHECK_MS));
  const why =
    notLoaded ??
    (unproved === undefined
      ? stillOffered(backup.journal.upgrade?.actions ?? [], offer)
      : `${unproved}, and only a client certificate listed in plugins.security.authcz.admin_dn can put back what was there`);
  await backups.close(backup, 'Committed', why);
  return { type: 'performed', offer, ...(why === undefined ? {} : { why }) };
}

async function loadAndProve({
  api,
  probes,
}: UpgradeTools): Promise<{ readonly notLoaded?: string; readonly unproved?: string }> {
  try {
    const words = await api.upgrade.load();
    const unproved = await failingProof(api, probes);
    if (unproved !== undefined) return { unproved };
    return words === undefined
      ? {}
      : { notLoaded: `the caches could not be flushed, so that nodes may go on with the old roles: ${words}` };
  } catch (error) {
    if (!isLockOut(error)) throw error;
    return { unproved: whyLockedOut(error) };
  }
}

/** Another node may have other defaults on its disk. */
function stillOffered(actions: readonly UpgradeAction[], offer: UpgradeOffer): string | undefined {
  const wanted = new Set(actions.map(spellAction));
  const left = offer.type === 'offer' ? offer.actions.map(spellAction).filter((action) => wanted.has(action)) : [];
  return left.length === 0 ? undefined : `OpenSearch still offers ${left.sort().join(', ')}`;
}

const CHECK_MS = 60_000;

function isSame(one: object, other: object): boolean {
  return isDeepStrictEqual(plain(one), plain(other));
}

function plain(value: object): unknown {
  return JSON.parse(JSON.stringify(value));
}
