import { isDeepStrictEqual } from 'node:util';
import type { Backup } from '../commit/config/config-backups.ts';
import { isNobody, nobody } from '../commit/ownership.ts';
import { runUpgrade, type UpgradeResult } from '../commit/config/upgrade-transaction.ts';
import { byAge } from '../desired/claim.ts';
import { isDeleting, objectKey, type Resource } from '../desired/resource.ts';
import { EndpointDisabledError } from '../errors.ts';
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
import type { OutcomeDetails } from '../plan/outcome.ts';
import { slotKeyOf, type Slot } from './claim-index.ts';
import { isAdmitted } from './config-claims.ts';
import type { ConfigRecord } from './config-record.ts';
import type { TurnContext } from './turn-context.ts';
import { hindered, performed, refused } from './upgrade-words.ts';

type Wanted = Extract<UpgradePlan, { type: 'perform' }>;
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
    const isDone = asking !== undefined && (await this.#perform(context, asking, this.#offer));
    if (isDone) this.#offer = await cluster.configuration.upgrade.check(signal);
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

  #lastUpgrade(): Pick<OutcomeDetails, 'upgradePerformed'> {
    if (this.#hindered !== undefined) return { upgradePerformed: hindered(this.#hindered) };
    const last = this.#record.backups.find(({ journal }) => isOver(journal));
    if (last === undefined) return {};
    return { upgradePerformed: last.journal.state === 'Committed' ? performed(last) : refused(last) };
  }

  async #perform(context: TurnContext, asking: Resource, offer: UpgradeOffer): Promise<boolean> {
    const plan = this.#plan(context, asking, offer);
    this.#hindered = plan.type === 'hindered' ? plan : undefined;
    if (plan.type !== 'perform') return false;
    try {
      const result = await this.#record.during(context, () => transact(context, asking, plan));
      this.#tell(context, asking, { plan, result });
      return true;
    } catch (error) {
      if (!(error instanceof EndpointDisabledError)) throw error;
      this.#hindered = { type: 'hindered', reason: 'Refused', why: error.message };
      return false;
    }
  }

  #plan(context: TurnContext, asking: Resource, offer: UpgradeOffer): UpgradePlan {
    return planUpgrade({
      offer,
      version: context.cluster.identity.version ?? 'of unknown version',
      wish: {
        components: (asking.spec as OpenSearchSecurityConfigSpec).upgrade?.components,
        ...(asking.reconcileRequestedAt === undefined ? {} : { requestedAt: asking.reconcileRequestedAt }),
      },
      isDeclared: (action) => isDeclared(context, action),
      records: this.#record.backups.flatMap(({ journal }) =>
        isOver(journal) && journal.upgrade !== undefined ? [journal.upgrade] : [],
      ),
    });
  }

  #tell(
    { world, state, teller }: TurnContext,
    asking: Resource,
    { plan, result }: { plan: Wanted; result: UpgradeResult },
  ): void {
    const changes = plan.record.actions.map(spellAction).sort();
    // What nodes hold is another one than we knew.
    for (const { document } of plan.record.actions) state.documents.doubt(document as DocumentName);
    world.log.info({ connection: state.key, result: result.type, changes }, 'upgrade of the default roles');
    const told = this.#lastUpgrade().upgradePerformed;
    if (told === undefined) return;
    const type = result.type === 'performed' && result.why === undefined ? 'Normal' : 'Warning';
    const reason = result.type === 'performed' ? 'UpgradePerformed' : 'UpgradeRefused';
    teller.record(asking, { type, reason, message: told.message });
  }
}

async function transact(
  { world, state, cluster }: TurnContext,
  asking: Resource,
  plan: Wanted,
): Promise<UpgradeResult> {
  const { clusterUuid = '', apiPrefix } = cluster.identity;
  const subjects = { [objectKey(asking)]: `${asking.generation}` };
  return runUpgrade(
    plan,
    { connection: state.key, clusterUuid, apiPrefix, subjects },
    { api: cluster.configuration.upgrade, backups: world.configBackups },
  );
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

/** Carried out or refused: not one that was interrupted before anything was stored. */
function isOver({ upgrade, state, why }: Backup['journal']): boolean {
  return upgrade !== undefined && (state === 'Committed' || (state === 'Unchanged' && why !== undefined));
}

function policyOf({ spec }: Resource): 'Ignore' | 'Check' | 'Perform' {
  return (spec as OpenSearchSecurityConfigSpec).upgrade?.policy ?? 'Check';
}

function toStatus(actions: readonly UpgradeAction[]): NonNullable<OutcomeDetails['upgrade']> {
  return { available: actions.length > 0, changes: actions.map(spellAction).sort().slice(0, 200) };
}
