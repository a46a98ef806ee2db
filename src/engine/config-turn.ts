import { nobody } from '../commit/ownership.ts';
import { runTransaction, type TransactionResult } from '../commit/config/config-transaction.ts';
import { isDeleting, type ObjectKey, type Resource } from '../desired/resource.ts';
import { DOCUMENT_OF_ROOT, type ConfigDocument } from '../plan/config/config-change.ts';
import { planConfig, type ConfigPlan } from '../plan/config/plan-config.ts';
import type { ConfigTree } from '../plan/config/tree.ts';
import { waiting, type Outcome, type OutcomeDetails } from '../plan/outcome.ts';
import type { Parts } from '../plan/slot.ts';
import { slotKeyOf, type Slot } from './claim-index.ts';
import { DRIFT_CORRECTED } from './cluster-turn.ts';
import {
  hasRoot,
  probesOf,
  toConfigWish,
  whyUnprovable,
  withoutUnavailable,
  type ConfigWish,
} from './config-claims.ts';
import type { Subject } from './config-failures.ts';
import { ConfigRecord } from './config-record.ts';
import { CONFIG_NAME, failureOf, outcomesAfter, toDecision, whatIsLeft, withDoubts } from './config-result.ts';
import type { Ticket } from './dirty-slots.ts';
import { lookAgain, postpone, settle, type SessionState } from './session-state.ts';
import type { TurnContext } from './turn-context.ts';
import { UpgradeTurn } from './upgrade-turn.ts';
import { recordOwners, writeAhead } from './write-ahead.ts';

const SLOT = slotKeyOf('securityconfig', CONFIG_NAME);
const NO_WAY_BACK =
  'a configuration that locks the operator out could not be put back: give the connection a rescue.clientCertificate, or log in with a client certificate listed in plugins.security.authcz.admin_dn';

const WAITS_FOR_OTHERS = waiting('Verifying', 'waits until another change of the configuration is proved');

/** Who has to wait, and for what. */
interface Held {
  readonly held: readonly ObjectKey[];
  readonly later: Outcome;
}

/** One look at the configuration and at those who declare parts of it. */
interface Look {
  readonly slot: Slot;
  readonly ticket: Ticket;
  readonly seen: ReadonlyMap<ObjectKey, Resource>;
  readonly wishes: readonly ConfigWish[];
  /** Of all objects, also of those that want nothing now. */
  readonly everybody: readonly ConfigWish[];
  readonly live: ConfigTree;
}

/** The security configuration of one connection: all its objects together, in one transaction. */
export class ConfigTurn {
  readonly #record = new ConfigRecord();
  readonly #upgrade = new UpgradeTurn(this.#record);
  #lastLive = '';

  /** @returns whether anything was written to the cluster */
  async run(context: TurnContext, isDriftDue: boolean): Promise<boolean> {
    const { state, signal } = context;
    const slot = state.index.slot(SLOT);
    const edited = state.dirty.ticket(SLOT);
    if (slot === undefined) {
      state.disabled.delete('GET securityconfig');
      if (edited !== undefined) settle(state, edited);
    }
    if (slot === undefined || signal.aborted || (!isDriftDue && !state.dirty.has(SLOT))) return false;
    if (!(await this.#record.prepare(context, slot))) {
      putOff(state, edited);
      return false;
    }
    const hasUpgraded = await this.#upgrade.run(context, slot, isDriftDue);
    const look = await this.#look(context, slot);
    if (look === undefined) return hasUpgraded;
    return (await this.#carryOut(context, look, this.#plan(context, look))) || hasUpgraded;
  }

  /** Reads what is declared and what is there; nothing when it is as it was and nobody wants anything new. */
  async #look({ world, state, cluster, onlyRemovals }: TurnContext, slot: Slot): Promise<Look | undefined> {
    // Taken first: what changes while the cluster is read is looked at again.
    const edited = state.dirty.ticket(SLOT);
    const read = [...slot.claimants.values()].map((resource) => toConfigWish(resource, state, world));
    const wishes = read.flatMap((wish) => wish ?? []);
    const roots = Object.keys(DOCUMENT_OF_ROOT).filter(
      (root) =>
        root === 'dynamic' ||
        wishes.some(({ declared }) => hasRoot(declared, root)) ||
        isOnRecord(partsOf({ state }), root),
    );
    const { live, unavailable } = await readRoots(cluster.configuration, roots);
    state.disabled.delete('GET securityconfig');
    const hasChanged = this.#hasChanged([cluster.identity.version, live]);
    if (read.length !== wishes.length) {
      putOff(state, edited);
      return undefined;
    }
    if (edited === undefined && (!hasChanged || state.dirty.has(SLOT))) return undefined;
    if (edited === undefined) state.dirty.add(SLOT, 'sweep');
    const ticket = edited ?? state.dirty.ticket(SLOT);
    if (ticket === undefined) return undefined;
    const possible = wishes.map((wish) => withoutUnavailable(wish, unavailable));
    const active = onlyRemovals ? possible.filter(({ claim }) => isDeleting(claim.resource)) : possible;
    const seen = new Map(wishes.map(({ claim }) => [claim.key, claim.resource]));
    return { slot, ticket, seen, wishes: active, everybody: possible, live };
  }

  /** Another version may have what was missing. */
  #hasChanged(seen: readonly [version: string | undefined, live: ConfigTree]): boolean {
    const spelled = JSON.stringify(seen);
    const hasChanged = spelled !== this.#lastLive;
    this.#lastLive = spelled;
    return hasChanged;
  }

  #plan(context: TurnContext, look: Look): ConfigPlan {
    const plan = this.#planFor(context, look, { held: [], later: WAITS_FOR_OTHERS });
    const why = whyUnprovable(look.everybody);
    if (why !== undefined && plan.changes.length > 0) {
      const later = waiting('SecretNotFound', `not changed: ${why}`);
      const outcomes = [...plan.outcomes].map(
        ([key, told]) => [key, plan.subjects.includes(key) ? later : told] as const,
      );
      return { ...plan, changes: [], subjects: [], parts: partsOf(context), outcomes: new Map(outcomes) };
    }
    const subjects = look.wishes.filter(({ claim }) => plan.subjects.includes(claim.key)).map(toSubject);
    const [, ...others] = plan.subjects;
    if (others.length === 0 || !this.#record.failures.areSuspects(subjects)) return plan;
    return this.#planFor(context, look, { held: others, later: WAITS_FOR_OTHERS });
  }

  #planFor({ state, cluster }: TurnContext, { wishes, live }: Look, { held, later }: Held): ConfigPlan {
    return planConfig({
      claims: wishes.map((wish) => ({
        ...wish,
        ...(held.includes(wish.claim.key) ? { held: later } : {}),
        refusal: this.#record.failures.refusalOf(toSubject(wish)),
      })),
      live,
      parts: partsOf({ state }),
      isObserving: state.connection?.spec.managementPolicy === 'Observe',
      safety: {
        self: cluster.identity.self,
        hasWayBack: cluster.configuration.hasWayBack,
        version: cluster.identity.version,
      },
    });
  }

  async #carryOut(context: TurnContext, look: Look, plan: ConfigPlan): Promise<boolean> {
    const task = { ticket: look.ticket, slot: look.slot, seen: look.seen, decision: toDecision(plan) };
    const before = partsOf(context);
    if ((await writeAhead(context, [task])).length === 0) return false;
    const result = plan.changes.length === 0 ? undefined : await this.#transact(context, look, plan);
    if (result?.type === 'outrun') return true;
    const outcomes = outcomesAfter(plan, result);
    const isInForce = result === undefined || result.type === 'committed';
    const parts = withoutReleased(isInForce ? plan.parts : partsWithout(plan, before), outcomes);
    await recordOwners(context, [{ document: 'securityconfig', name: CONFIG_NAME, parts }]);
    this.#tell(context, look, { plan, outcomes, isCommitted: result?.type === 'committed' });
    const left = whatIsLeft(plan, result);
    if (left === 'later') postpone(context.state, SLOT, context.world);
    if (left !== 'now') settle(context.state, look.ticket);
    return result !== undefined;
  }

  async #transact(context: TurnContext, look: Look, plan: ConfigPlan): Promise<TransactionResult> {
    const { world, state, cluster, meter } = context;
    const subjects = look.wishes.filter(({ claim }) => plan.subjects.includes(claim.key));
    const versions = Object.fromEntries(subjects.map((wish) => [wish.claim.key, wish.version]));
    const { clusterUuid = '', apiPrefix } = cluster.identity;
    const journal = { connection: state.key, clusterUuid, apiPrefix, subjects: versions };
    const startedMs = world.clock.steady();
    const { wanted: whole, changes, isWhole } = plan;
    const secrets = look.wishes.flatMap((wish) => wish.secrets);
    const wanted = { base: look.live, wanted: whole, changes, isWhole, secrets, probes: probesOf(look.everybody) };
    const answer = await this.#record.during(context, (backups) =>
      runTransaction({ ...wanted, journal }, { api: cluster.configuration, backups }),
    );
    const result = withDoubts(answer, plan.doubts);
    this.#lastLive = '';
    const outcome = failureOf(result);
    const requests = Object.fromEntries(subjects.map((wish) => [wish.claim.key, requestOf(wish)]));
    const again = result.type === 'refused' ? { requests } : {};
    if (outcome !== undefined) this.#record.failures.add({ subjects: versions, ...again, outcome });
    world.log.info(
      {
        connection: state.key,
        document: 'securityconfig',
        result: result.type,
        changed: plan.changes.map(({ pointer }) => pointer),
        durationMs: Math.round(world.clock.steady() - startedMs),
        opaqueId: meter.opaqueId,
      },
      'configuration',
    );
    return result;
  }

  #tell(
    { world, state, teller, cluster }: TurnContext,
    { wishes }: Look,
    {
      plan,
      outcomes,
      isCommitted,
    }: { plan: ConfigPlan; outcomes: ReadonlyMap<ObjectKey, Outcome>; isCommitted: boolean },
  ): void {
    for (const [key, decided] of outcomes) {
      // As it was when it was decided about: a newer one has not been looked at.
      const wish = wishes.find(({ claim }) => claim.key === key);
      if (wish === undefined) continue;
      const { resource } = wish.claim;
      const outcome = decided.type === 'applied' ? (this.#upgrade.failureOf(wish) ?? decided) : decided;
      const details = this.#details(resource, cluster.configuration.hasWayBack);
      const isDrift = isCommitted && plan.subjects.includes(key) && !isDeleting(resource) && teller.isReady(resource);
      teller.tell(
        resource,
        outcome.type === 'applied' || outcome.type === 'stalled' ? { ...outcome, details } : outcome,
      );
      lookAgain({ state, teller }, SLOT, { resource, outcome });
      if (!isDrift) continue;
      teller.record(resource, DRIFT_CORRECTED);
      world.metrics.driftFound.inc({ document: 'securityconfig' });
      world.metrics.driftCorrected.inc({ document: 'securityconfig' });
    }
  }

  #details(resource: Resource, hasWayBack: boolean): OutcomeDetails {
    const backups = this.#record.backups.map(({ secretName, createdAt }) => ({ secretName, createdAt }));
    return {
      ...(backups.length === 0 ? {} : { backups }),
      ...this.#upgrade.details(resource),
      ...(hasWayBack ? {} : { noWayBack: NO_WAY_BACK }),
    };
  }
}

/** Whoever is waited for makes the slot dirty again. */
function putOff({ dirty }: SessionState, edited: Ticket | undefined): void {
  if (edited !== undefined) dirty.done(edited);
}

async function readRoots(
  api: TurnContext['cluster']['configuration'],
  roots: readonly string[],
): Promise<{ readonly live: ConfigTree; readonly unavailable: ReadonlyMap<string, string> }> {
  const looks = await Promise.all(
    roots.map(async (root) => [root, await api.look(DOCUMENT_OF_ROOT[root] as ConfigDocument)] as const),
  );
  return {
    live: Object.fromEntries(looks.flatMap(([root, look]) => (look.type === 'there' ? [[root, look.root]] : []))),
    unavailable: new Map(looks.flatMap(([root, look]) => (look.type === 'unavailable' ? [[root, look.words]] : []))),
  };
}

function toSubject(wish: ConfigWish): Subject {
  return { key: wish.claim.key, version: wish.version, request: requestOf(wish) };
}

function requestOf({ claim }: ConfigWish): string {
  return claim.resource.reconcileRequestedAt ?? '';
}

function partsOf({ state }: Pick<TurnContext, 'state'>): Parts {
  return (state.ledger?.owners.ownershipOf('securityconfig', CONFIG_NAME) ?? nobody).parts;
}

/** Of a change that is not in force its subjects have what they had; others may have what was there, but nothing that it would have made. */
function partsWithout({ parts, subjects, changes }: ConfigPlan, before: Parts): Parts {
  const isChanged = (at: string): boolean =>
    changes.some(({ pointer }) => `${at}/`.startsWith(`${pointer}/`) || pointer.startsWith(`${at}/`));
  const others = [...parts].filter(([key]) => !subjects.includes(key));
  const held = others.map(([key, part]) => {
    const own = before.get(key) ?? [];
    return [key, part.filter((at) => own.includes(at) || !isChanged(at))] as const;
  });
  return new Map([...[...before].filter(([key]) => subjects.includes(key)), ...held]);
}

/** Who is told to be free holds nothing, whatever came of the others. */
function withoutReleased(parts: Parts, outcomes: ReadonlyMap<ObjectKey, Outcome>): Parts {
  return new Map([...parts].filter(([key]) => outcomes.get(key)?.type !== 'released'));
}

function isOnRecord(parts: Parts, root: string): boolean {
  return [...parts.values()].flat().some((pointer) => pointer.startsWith(`/${root}/`));
}
