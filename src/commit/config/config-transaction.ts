import { redact, secretsIn } from '../../clients/redact.ts';
import { ConflictError, ForbiddenError, NotInForceError } from '../../errors.ts';
import {
  changesBetween,
  DOCUMENT_OF_ROOT,
  unitsNotStored,
  type ConfigChange,
  type ConfigDocument,
} from '../../plan/config/config-change.ts';
import { MASK } from '../../plan/config/defaults.ts';
import { leavesOf, pathOf, valueAt, withValue, type ConfigTree } from '../../plan/config/tree.ts';
import { providersThatComeFirst } from '../../plan/config/ways-in.ts';
import type { WriteAnswer } from '../cluster.ts';
import type { ConfigApi, ConfigDocuments } from './config-api.ts';
import type { Backup, BackupWriter, Journal } from './config-backups.ts';
import { earlyFailure, failingProof, isLockOut, whyLockedOut, type Probes } from './proof.ts';

export interface Transaction {
  readonly base: ConfigTree;
  readonly wanted: ConfigTree;
  readonly changes: readonly ConfigChange[];
  /** `wanted` is all that the main document is to have, and is written as a whole. */
  readonly isWhole: boolean;
  readonly probes: Probes;
  /** What must not be told, should the server repeat it. */
  readonly secrets: readonly string[];
  readonly journal: Omit<Journal, 'state' | 'units' | 'isWhole'>;
}

export type TransactionResult =
  | { readonly type: 'committed' }
  /** Somebody else changed the configuration meanwhile: plan anew. */
  | { readonly type: 'outrun' }
  /** Nothing was written, and nothing can be yet. */
  | { readonly type: 'waiting'; readonly message: string }
  /** Nothing was written. */
  | { readonly type: 'refused'; readonly words: string }
  | { readonly type: 'rolledBack'; readonly why: string };

type Api = ConfigDocuments & Pick<ConfigApi, 'renewSelf' | 'prove' | 'logIn' | 'answers' | 'asRescuer'>;

/** Where the configuration is, and where its backups go. */
export interface TransactionTools {
  readonly api: Api;
  readonly backups: BackupWriter;
}

/**
 * Changes the configuration so that nobody is locked out: back up, compare, write, read back, prove that the operator and
 * the people of the probes get in; otherwise put back what was there.
 *
 * @throws the error of the whole connection while it is open what happened; the journal stays open, `resumeTransaction` goes on
 */
export async function runTransaction(transaction: Transaction, tools: TransactionTools): Promise<TransactionResult> {
  const { api, backups } = tools;
  await api.renewSelf();
  const hindrance = await hindranceTo(transaction, api);
  if (hindrance !== undefined) return { type: 'waiting', message: hindrance };
  const { base, changes, isWhole, journal } = transaction;
  const backup = await backups.open(base, { ...journal, units: unitsOf(changes), isWhole });
  const current = await api.fetch(documentsOf(base));
  const trouble = changesBetween(current, base).length > 0 ? outrun : await writeAndProve(transaction, api);
  if (trouble?.type === 'doubtful') return rollBack(backup, tools, trouble.why);
  await backups.close(backup, trouble === undefined ? 'Committed' : 'Unchanged');
  return trouble ?? { type: 'committed' };
}

/** Finishes what a crash or an outage interrupted: proved, it stays; otherwise it is put back. */
export async function resumeTransaction(
  backup: Backup,
  probes: Probes,
  tools: TransactionTools,
): Promise<TransactionResult> {
  const { api, backups } = tools;
  const current = await api.asRescuer((rescuer) => rescuer.fetch(documentsOf(backup.documents)));
  if (changesBetween(current, backupOver(current, backup)).length === 0) {
    await backups.close(backup, 'Unchanged');
    return outrun;
  }
  const why = await failingProof(api, probes);
  if (why !== undefined) return rollBack(backup, tools, why);
  await backups.close(backup, 'Committed');
  return { type: 'committed' };
}

/** Puts back what was there before the change, as far as the change touched it. */
export async function rollBack(
  backup: Backup,
  { api, backups }: { readonly api: Pick<Api, 'asRescuer'>; readonly backups: Pick<BackupWriter, 'close'> },
  why: string,
): Promise<TransactionResult> {
  await api.asRescuer(async (rescuer) => {
    const current = await rescuer.fetch(documentsOf(backup.documents));
    const wanted = backupOver(current, backup);
    const isWhole = backup.journal.isWhole === true && !isMasked(wanted);
    const changes = changesBetween(current, wanted);
    const refusal = await write(rescuer, { base: current, wanted, changes, isWhole, secrets: [] });
    if (refusal !== undefined) throw new NotInForceError(`the configuration cannot be put back: ${refusal.words}`);
  });
  await backups.close(backup, 'RolledBack', why);
  return { type: 'rolledBack', why };
}

const outrun = { type: 'outrun' } as const;

type Trouble =
  Extract<TransactionResult, { type: 'outrun' | 'refused' }> | { readonly type: 'doubtful'; readonly why: string };

/** Why nothing can be written yet, though nothing is wrong with what is wanted. */
async function hindranceTo(transaction: Transaction, api: Api): Promise<string | undefined> {
  return (await earlyFailure(api, transaction.probes)) ?? (await silentProvider(transaction, api));
}

async function writeAndProve(transaction: Transaction, api: Api): Promise<Trouble | undefined> {
  try {
    const refusal = await write(api, transaction);
    if (refusal?.isFirst === true) return { type: 'refused', words: refusal.words };
    if (refusal !== undefined) return { type: 'doubtful', why: refusal.words };
  } catch (error) {
    // Before anything is stored these are about us or somebody else; a lost or failed answer leaves it open.
    if (error instanceof ConflictError) return outrun;
    if (error instanceof ForbiddenError) return { type: 'refused', words: error.message };
    if (isLockOut(error)) return { type: 'doubtful', why: whyLockedOut(error) };
    throw error;
  }
  return doubtAfter(transaction, api);
}

async function doubtAfter(
  { base, wanted, changes, isWhole, probes }: Transaction,
  api: Api,
): Promise<Trouble | undefined> {
  try {
    const stored = await api.fetch(documentsOf(base));
    const differing = isWhole ? unitsOf(changesBetween(stored, wanted)) : [];
    const missing = new Set([...unitsNotStored(unitsOf(changes), wanted, stored), ...differing]);
    const why =
      missing.size > 0
        ? `OpenSearch stored something else at ${[...missing].join(', ')}`
        : await failingProof(api, probes);
    return why === undefined ? undefined : { type: 'doubtful', why };
  } catch (error) {
    if (isLockOut(error)) return { type: 'doubtful', why: whyLockedOut(error) };
    throw error;
  }
}

/** Writes document after document until one is refused. */
async function write(
  api: ConfigDocuments,
  { base, wanted, changes, isWhole, secrets }: Omit<Transaction, 'probes' | 'journal'>,
): Promise<{ readonly words: string; readonly isFirst: boolean } | undefined> {
  let isFirst = true;
  for (const [document, part] of byDocument(changes)) {
    const send = (): Promise<WriteAnswer> =>
      isWhole && document === 'securityconfig' ? api.put(wanted['dynamic'] ?? {}) : api.patch(document, part, base);
    const answer = await (isFirst ? send() : sendOrDoubt(send));
    if (answer.type === 'refused') return { words: redact(answer.words, [...secrets, ...secretsAmong(part)]), isFirst };
    isFirst = false;
  }
  return undefined;
}

/** Whatever hinders the second document leaves the first one written. */
async function sendOrDoubt(send: () => Promise<WriteAnswer>): Promise<WriteAnswer> {
  try {
    return await send();
  } catch (error) {
    if (!isLockOut(error)) throw error;
    return { type: 'refused', words: error.message };
  }
}

/** OpenSearch asks a provider only when somebody logs in, and everybody who comes to a later domain passes by it. */
async function silentProvider({ base, wanted }: Transaction, api: Pick<Api, 'answers'>): Promise<string | undefined> {
  for (const { name, url } of providersThatComeFirst(base, wanted))
    if (!(await api.answers(url)))
      return `dynamic.authc.${name} comes before other domains, and ${url} does not answer: start it, correct the address, or give the domain a higher order (behind one whose challenge is true it is never asked)`;
  return undefined;
}

/** What is there now with what the change touched as it was before; the backup itself where nothing else was changed since. */
function backupOver(current: ConfigTree, { documents, journal }: Backup): ConfigTree {
  const over = withUnits(current, documents, journal.units);
  return changesBetween(over, documents).length === 0 ? documents : over;
}

/** Written as a whole, it would have asterisks for a password. */
function isMasked(tree: ConfigTree): boolean {
  return [...leavesOf(tree['dynamic']).values()].includes(MASK);
}

function withUnits(tree: ConfigTree, source: ConfigTree, units: readonly string[]): ConfigTree {
  return units.reduce((rest, unit) => withValue(rest, pathOf(unit), valueAt(source, pathOf(unit))), tree);
}

/** What has a telling name. */
function secretsAmong(changes: readonly ConfigChange[]): readonly string[] {
  return secretsIn(Object.fromEntries(changes.map(({ pointer, value }) => [pointer, value])));
}

function unitsOf(changes: readonly ConfigChange[]): readonly string[] {
  return changes.map(({ pointer }) => pointer);
}

function documentsOf(tree: ConfigTree): readonly ConfigDocument[] {
  return Object.keys(tree).flatMap((root) => DOCUMENT_OF_ROOT[root] ?? []);
}

function byDocument(changes: readonly ConfigChange[]): ReadonlyMap<ConfigDocument, readonly ConfigChange[]> {
  return Map.groupBy(changes, ({ document }) => document);
}
