import { isDeepStrictEqual } from 'node:util';
import type { Backup } from '../commit/config/config-backups.ts';
import { isNobody, nobody } from '../commit/ownership.ts';
import { runUpgrade, type UpgradeResult, type UpgradeTools } from '../commit/config/upgrade-transaction.ts';
import { byAge } from '../desired/claim.ts';
import { isDeleting, objectKey, type Resource } from '../desired/resource.ts';
import { unlessDisabled } from '../errors.ts';
import type { OpenSearchSecurityConfigSpec } from '../generated/opensearch-security-config.ts';
import type { DocumentName } from '../kinds/kind.ts';
import {
  planUpgrade,
  spellAction,
  type UpgradeAction,
  type UpgradeOffer,
  type UpgradePlan,
} from '../plan/config/upgrade-plan.ts';
import { isObserved } from '../plan/obstacles.ts';
import { stalled, type Outcome, type OutcomeDetails } from '../plan/outcome.ts';
import { slotKeyOf, type Slot } from './claim-index.ts';
import { isAdmitted, probesOf, toConfigWish, whyUnprovable, type ConfigWish } from './config-claims.ts';
import type { ConfigRecord } from './config-record.ts';
import type { TurnContext } from './turn-context.ts';
import { hindered, performed, refused, rolledBack } from './upgrade-words.ts';

type Wanted = Extract<UpgradePlan, { type: 'perform' }>;
interface Asking {
  readonly asking: Resource;
  /** All that say anything of the configuration. */
  readonly wishes: readonly Resource[];
}

type Hindered = Extract<UpgradePlan, { type: 'hindered' }>;

/** The upgrade of the default roles: what is offered is told, and performed where an object asks for that. */
export class UpgradeTurn {
  readonly #record: ConfigRecord;
  #offer: UpgradeOffer | undefined;
  #hindered: Hindered | undefined;

  constructor(record: ConfigRecord) {
    this.#record = record;
  }

  /** @returns whether the roles were upgraded; what has to be told anew makes the slot dirty */
  async run(context: TurnContext, slot: Slot, isDriftDue: boolean): Promise<boolean> {
    const { state, cluster, signal, onlyRemovals } = context;
    const wishes = [...slot.claimants.values()];
    const asking = onlyRemovals ? undefined : oldestAsking(context, wishes);
    const isWanted = isDriftDue ? wishes.some((wish) => policyOf(wish) !== 'Ignore') : asking !== undefined;
    if (!isWanted) return false;
    const before = [this.#offer, this.#hindered];
    this.#offer = await cluster.configuration.upgrade.check(signal);
    const isDone = asking !== undefined && (await this.#perform(context, { asking, wishes }, this.#offer));
    if (isDone || !isDeepStrictEqual(before, [this.#offer, this.#hindered])) state.dirty.add(slot.key, 'sweep');
    return isDone;
  }

  /** What the status of an object shows of it. */
  details(resource: Resource): OutcomeDetails {
    const policy = policyOf(resource);
    const offer = this.#offer;
    return {
      ...(offer?.type !== 'offer' || policy === 'Ignore' ? {} : { upgrade: toStatus(offer.actions) }),
      ...(policy === 'Perform' ? this.#lastUpgrade() : {}),
    };
  }

  /** What an object is stalled by: the upgrade that it asks for was put back, and nothing has changed since. */
  failureOf({ claim: { key, resource }, version }: ConfigWish): Outcome | undefined {
    const { upgradePerformed } = this.#lastUpgrade();
    const isOurs = policyOf(resource) === 'Perform' && this.#last?.journal.subjects[key] === version;
    return isOurs && upgradePerformed?.reason === 'RolledBack'
      ? stalled('RolledBack', upgradePerformed.message)
      : undefined;
  }

  #lastUpgrade(): Pick<OutcomeDetails, 'upgradePerformed'> {
    if (this.#hindered !== undefined) return { upgradePerformed: hindered(this.#hindered) };
    const last = this.#last;
    return last === undefined ? {} : { upgradePerformed: told(last) };
  }

  get #last(): Backup | undefined {
    return this.#record.backups.find(({ journal }) => isOver(journal));
  }

  async #perform(context: TurnContext, { asking, wishes }: Asking, offer: UpgradeOffer): Promise<boolean> {
    const read = wishes.map((resource) => toConfigWish(resource, context.state, context.world));
    const wish = read.find((one) => one?.claim.resource === asking);
    // Who must still get in afterwards is not known yet.
    if (wish === undefined || wish.declared.type === 'none' || read.includes(undefined)) return false;
    const plan = this.#plan(context, wish, offer);
    this.#hindered = plan.type === 'hindered' ? plan : undefined;
    if (plan.type !== 'perform') return false;
    const everybody = read.flatMap((one) => one ?? []);
    const why = whyUnprovable(everybody);
    if (why !== undefined) {
      this.#hindered = { type: 'hindered', reason: 'Verifying', why };
      return false;
    }
    const probes = probesOf(everybody);
    const result = await this.#record.during(context, (backups) => transact(context, wish, { plan, probes, backups }));
    this.#hindered = hindranceIn(result);
    if (result.type === 'hindered' || result.type === 'waiting') return false;
    if (result.type === 'performed') this.#offer = result.offer;
    this.#tell(context, asking, { plan, result });
    return true;
  }

  #plan(context: TurnContext, wish: ConfigWish, offer: UpgradeOffer): UpgradePlan {
    const asking = wish.claim.resource;
    return planUpgrade({
      offer,
      version: context.cluster.identity.version ?? 'of unknown version',
      wish: {
        components: (asking.spec as OpenSearchSecurityConfigSpec).upgrade?.components,
        ...(asking.reconcileRequestedAt === undefined ? {} : { requestedAt: asking.reconcileRequestedAt }),
      },
      isDeclared: (action) => isDeclared(context, action),
      records: this.#record.backups.flatMap(({ journal }) =>
        isOver(journal) && isAsBefore(journal, wish) && journal.upgrade !== undefined ? [journal.upgrade] : [],
      ),
    });
  }

  #tell(
    { world, state, teller }: TurnContext,
    asking: Resource,
    { plan, result }: { plan: Wanted; result: Exclude<UpgradeResult, { type: 'waiting' }> },
  ): void {
    const changes = plan.record.actions.map(spellAction).sort();
    // What nodes hold is another one than we knew.
    for (const { document } of plan.record.actions) state.documents.doubt(document as DocumentName);
    world.log.info({ connection: state.key, result: result.type, changes }, 'upgrade of the default roles');
    const { upgradePerformed } = this.#lastUpgrade();
    if (upgradePerformed === undefined) return;
    const type = result.type === 'performed' && result.why === undefined ? 'Normal' : 'Warning';
    teller.record(asking, { type, reason: EVENTS[result.type], message: upgradePerformed.message });
  }
}

function told(last: Backup): NonNullable<OutcomeDetails['upgradePerformed']> {
  if (last.journal.state === 'RolledBack') return rolledBack(last);
  return last.journal.state === 'Committed' ? performed(last) : refused(last);
}

const EVENTS = {
  performed: 'UpgradePerformed',
  refused: 'UpgradeRefused',
  rolledBack: 'UpgradeRolledBack',
} as const;

async function transact(
  { state, cluster }: TurnContext,
  { claim: { key }, version }: ConfigWish,
  { plan, ...tools }: Omit<UpgradeTools, 'api'> & { readonly plan: Wanted },
): Promise<UpgradeResult | Hindered> {
  const { clusterUuid = '', apiPrefix } = cluster.identity;
  const journal = { connection: state.key, clusterUuid, apiPrefix, subjects: { [key]: version } };
  return unlessDisabled<UpgradeResult | Hindered>(
    () => runUpgrade(plan, journal, { ...tools, api: cluster.configuration }),
    ({ message: why }) => ({ type: 'hindered', reason: 'Refused', why }),
  );
}

function hindranceIn(result: UpgradeResult | Hindered): Hindered | undefined {
  if (result.type === 'waiting') return { type: 'hindered', reason: 'Verifying', why: result.message };
  return result.type === 'hindered' ? result : undefined;
}

function oldestAsking({ world, state }: TurnContext, wishes: readonly Resource[]): Resource | undefined {
  const isObserving = state.connection?.spec.managementPolicy === 'Observe';
  const asking = wishes.filter(
    (wish) =>
      policyOf(wish) === 'Perform' &&
      !isDeleting(wish) &&
      !wish.paused &&
      !isObserved({ isObserving }, wish) &&
      isAdmitted(wish, state, world),
  );
  return asking
    .map((resource) => ({ key: objectKey(resource), resource }))
    .sort(byAge)
    .at(0)?.resource;
}

/** An object stands for it, or did and what it made is still there. */
function isDeclared({ state }: TurnContext, { document, name }: UpgradeAction): boolean {
  const known = document as DocumentName;
  return (
    state.index.slot(slotKeyOf(known, name)) !== undefined ||
    !isNobody(state.ledger?.owners.ownershipOf(known, name) ?? nobody)
  );
}

/** Carried out, put back or refused: not one that was interrupted before anything was stored. */
function isOver({ upgrade, state, why }: Backup['journal']): boolean {
  const isEnded = state === 'Committed' || state === 'RolledBack' || (state === 'Unchanged' && why !== undefined);
  return upgrade !== undefined && isEnded;
}

/** What was put back is tried anew when what was asked for has changed. */
function isAsBefore({ state, subjects }: Backup['journal'], { claim, version }: ConfigWish): boolean {
  return state !== 'RolledBack' || subjects[claim.key] === version;
}

function policyOf({ spec }: Resource): 'Ignore' | 'Check' | 'Perform' {
  return (spec as OpenSearchSecurityConfigSpec).upgrade?.policy ?? 'Check';
}

function toStatus(actions: readonly UpgradeAction[]): NonNullable<OutcomeDetails['upgrade']> {
  return { available: actions.length > 0, changes: actions.map(spellAction).sort().slice(0, 200) };
}
