import type { Cluster } from '../commit/cluster.ts';
import { isAborted } from '../concurrency.ts';
import { isDeleting, resourceName } from '../desired/resource.ts';
import {
  AuthenticationError,
  ConflictError,
  KubernetesError,
  messageOf,
  NotInForceError,
  OperatorError,
} from '../errors.ts';
import type { TurnResult } from '../metrics/controller-metrics.ts';
import type { Trouble } from '../status/connection-status.ts';
import { slotKeyOf, type SlotKey } from './claim-index.ts';
import { tellWaiting } from './closed-turn.ts';
import { ClusterKeeper, type Access } from './cluster-keeper.ts';
import { ConnectionTeller } from './connection-teller.ts';
import type { Credentials } from './credentials.ts';
import { Finalizers } from './finalizers.ts';
import { ObjectTeller } from './object-teller.ts';
import { OpenTurns } from './open-turns.ts';
import type { ReadinessTally } from './readiness-tally.ts';
import { standingOf, type Standing } from './plan-tasks.ts';
import type { Connection } from './resolve-settings.ts';
import type { Schedule } from './schedule.ts';
import { postpone, wakePostponed, type SessionState } from './session-state.ts';
import { lastingTrouble } from './trouble.ts';
import type { TurnContext } from './turn-context.ts';
import type { TurnMeter } from './turn-meter.ts';
import { Upkeep } from './upkeep.ts';
import type { World } from './world.ts';

/** How often a connection that is being deleted looks whether it can go. */
const LINGER_POLL_MS = 500;
/** So many objects that wait are worth being committed before the first of them is told. */
const MANY = 500;

type Removals = Extract<Access, { type: 'removals' }>;

/** What turns work with. */
export interface TurnsParts {
  readonly world: World;
  readonly state: SessionState;
  readonly meter: TurnMeter;
  readonly tally: ReadinessTally;
  readonly schedule: Schedule;
  readonly credentials: Credentials;
  /** Makes the session look at its schedule again. */
  readonly wake: () => void;
}

/** The turns of one session: with a cluster that is open, that is only cleaned up, or that is away; and what becomes of one that fails. */
export class Turns {
  readonly #world: World;
  readonly #state: SessionState;
  readonly #meter: TurnMeter;
  readonly #schedule: Schedule;
  readonly #credentials: Credentials;
  readonly #keeper: ClusterKeeper;
  readonly #objects: ObjectTeller;
  readonly #teller: ConnectionTeller;
  readonly #upkeep: Upkeep;
  readonly #open: OpenTurns;
  readonly #finalizers: Finalizers;
  readonly #wake: () => void;
  /** What was released by the last turn, until its finalizers are off. */
  #releasing: Promise<void> = Promise.resolve();

  constructor({ world, state, meter, tally, schedule, credentials, wake }: TurnsParts) {
    this.#world = world;
    this.#state = state;
    this.#meter = meter;
    this.#schedule = schedule;
    this.#credentials = credentials;
    this.#wake = wake;
    this.#keeper = new ClusterKeeper(world, { tell: (event) => this.#teller.record(event), observer: meter });
    this.#objects = new ObjectTeller(world, tally, state.key);
    this.#teller = new ConnectionTeller(world, state);
    this.#upkeep = new Upkeep(world, (event) => this.#teller.record(event));
    this.#open = new OpenTurns(world.clock, (event) => this.#teller.record(event));
    this.#finalizers = new Finalizers(world, state, this.#objects);
  }

  /** When there is something to do in a cluster that is open, though nothing was changed. */
  get nextMs(): number {
    return Math.min(this.#open.nextMs({ state: this.#state }), this.#upkeep.nextMs ?? Infinity);
  }

  /** The connection is gone. */
  forget(): void {
    this.#teller.forget();
    this.#upkeep.forget();
    this.#meter.forget();
  }

  /** The connection or something that it refers to changed. */
  doubt(): void {
    this.#upkeep.doubt();
  }

  /** Everything is looked at, as soon as there is a turn. */
  lookSoon(): void {
    this.#open.lookSoon();
  }

  async close(): Promise<void> {
    this.#objects.keepBack(false);
    await this.#releasing;
    await this.#keeper.close();
  }

  /** Never throws: what goes wrong is told, and tried again. */
  async take(signal: AbortSignal): Promise<TurnResult> {
    this.#objects.keepBack(this.#isBehind);
    const result = await this.#tryTurn(signal);
    this.#objects.keepBack(result === 'requeue' && this.#isBehind);
    return result;
  }

  get #isBehind(): boolean {
    return this.#state.dirty.size >= MANY;
  }

  async #tryTurn(signal: AbortSignal): Promise<TurnResult> {
    try {
      return await this.#turn(signal);
    } catch (error) {
      if (!isAborted(signal)) await this.#recover(error);
      return error instanceof ConflictError ? 'requeue' : 'error';
    }
  }

  async #turn(signal: AbortSignal): Promise<TurnResult> {
    const { connection } = this.#state;
    wakePostponed(this.#state, this.#world.clock.steady());
    if (connection === undefined) {
      await this.#keeper.close();
      await this.#turnClosed({ reason: 'ConnectionNotFound', message: '', isStalled: false });
      return 'requeue_after';
    }
    const context = { world: this.#world, state: this.#state, credentials: this.#credentials };
    const userStanding = (userName: string): Standing | undefined =>
      standingOf(context, slotKeyOf('internalusers', userName));
    const access = await this.#keeper.access(connection, signal, userStanding);
    switch (access.type) {
      case 'unknown':
        this.#schedule.waitForChange();
        return 'requeue_after';
      case 'closed':
        await this.#turnClosed(access.trouble);
        return access.isFailure ? 'error' : 'requeue_after';
      case 'removals':
        await this.#turnCleaningUp(access, signal);
        return 'requeue_after';
      case 'full':
        await this.#turnFull(access.cluster, connection, signal);
        if (this.#state.dirty.size > 0) return 'requeue';
        return this.#state.postponed.nextMs === undefined ? 'success' : 'requeue_after';
    }
  }

  async #turnFull(cluster: Cluster, connection: Connection, signal: AbortSignal): Promise<void> {
    const { flushCacheHandledAt } = this.#teller;
    const upkeep = { cluster, connection, flushCacheHandledAt, signal };
    if (this.#keeper.settings !== undefined) this.#upkeep.trust(this.#keeper.settings);
    await this.#upkeep.serve(upkeep);
    await this.#turnOpen(cluster, { onlyRemovals: false, signal, onLook: () => this.#upkeep.look(upkeep) });
    this.#schedule.opened();
    const { passwordProblem } = this.#keeper;
    this.#teller.tellWell(cluster.identity, { ...this.#upkeep.facts, passwordProblem });
  }

  /** Only what is being deleted is still looked after; as long as that leads to writes, there may be more of it. */
  async #turnCleaningUp({ cluster, trouble }: Removals, signal: AbortSignal): Promise<void> {
    const hasWritten = await this.#turnOpen(cluster, { onlyRemovals: true, signal });
    await this.#turnClosed(trouble, 'cleaning up');
    if (hasWritten) this.#schedule.goOn();
  }

  /** @returns whether anything was written to the cluster */
  async #turnOpen(
    cluster: Cluster,
    {
      onLook = () => Promise.resolve(),
      ...options
    }: { readonly onlyRemovals: boolean; readonly signal: AbortSignal; readonly onLook?: () => Promise<void> },
  ): Promise<boolean> {
    const [world, state, teller, credentials] = [this.#world, this.#state, this.#objects, this.#credentials];
    const parts = { world, state, teller, credentials, cluster, meter: this.#meter, finalizers: this.#finalizers };
    const context: TurnContext = { ...parts, ...options };
    const [startedMs, { newest }] = [world.clock.steady(), state.dirty];
    state.self = cluster.identity.self;
    const hasWritten = await this.#open.run(context, { onLook });
    if (hasWritten) this.#schedule.committed({ startedMs, hasRest: this.#hasRest(newest, options) });
    await this.#release();
    this.#keeper.worked();
    this.#schedule.worked();
    return hasWritten;
  }

  /** Whether something of before the turn is left for the next one, and not for a cluster that takes more than removals. */
  #hasRest(newest: number, { onlyRemovals }: { readonly onlyRemovals: boolean }): boolean {
    const { dirty, index } = this.#state;
    const isLeaving = (slot: SlotKey): boolean => {
      const claimants = [...(index.slot(slot)?.claimants.values() ?? [])];
      return claimants.length === 0 || claimants.some(isDeleting);
    };
    return dirty.hasSince(newest, onlyRemovals ? isLeaving : undefined);
  }

  /** Tells what waits, and comes back when the cluster may be tried again. */
  async #turnClosed(trouble: Trouble, cluster: 'away' | 'cleaning up' = 'away'): Promise<void> {
    const { clock } = this.#world;
    const isCleaningUp = cluster === 'cleaning up';
    await tellWaiting({ world: this.#world, state: this.#state, teller: this.#objects, trouble, isCleaningUp });
    await this.#release();
    this.#teller.tellTrouble(trouble, this.#upkeep.facts);
    const isGone = await this.#teller.letGo();
    this.#schedule.closed(isGone ? this.#keeper.retryAtMs : clock.steady() + LINGER_POLL_MS);
    if (!isCleaningUp) this.#open.lookSoon();
  }

  /** Finalizers come off while the next turn is under way, but never those of two turns at once. */
  async #release(): Promise<void> {
    await this.#releasing;
    this.#releasing = this.#releaseAll();
  }

  async #releaseAll(): Promise<void> {
    const { failed, departed } = await this.#objects.release();
    for (const resource of departed) this.#state.index.forgetDeparted(resource);
    for (const resource of failed)
      postpone(this.#state, slotKeyOf(resource.kind.document, resourceName(resource)), this.#world);
    if (failed.length > 0) this.#wake();
  }

  /** Never throws: what cannot be told now is told after the next try. */
  async #recover(error: unknown): Promise<void> {
    try {
      await this.#recoverFrom(error);
    } catch (another) {
      this.#world.log.warn({ connection: this.#state.key, error: messageOf(another) }, 'trouble not told');
      this.#schedule.retryLater();
    }
  }

  /** Nothing is lost: what was not finished is still dirty, and what the cluster holds is read again before the next plan. */
  async #recoverFrom(error: unknown): Promise<void> {
    const { log } = this.#world;
    this.#state.documents.doubtAll();
    log[error instanceof ConflictError ? 'debug' : 'warn'](
      { connection: this.#state.key, opaqueId: this.#meter.opaqueId, error: messageOf(error) },
      'turn failed',
    );
    if (error instanceof NotInForceError) this.#open.doubt();
    if (error instanceof AuthenticationError && this.#keeper.mayBeOver) {
      // The new password of our own user may be in force now.
      await this.#keeper.dropOutdated();
      this.#open.lookSoon();
      return;
    }
    const isOurs = !(error instanceof OperatorError) || error instanceof KubernetesError;
    if (isOurs || error instanceof ConflictError || error instanceof NotInForceError) {
      if (this.#schedule.isOutOfPatience) await this.#turnClosed(lastingTrouble(error));
      this.#schedule.retryLater();
      return;
    }
    const trouble = await this.#keeper.fail(error);
    await this.#turnClosed(trouble);
  }
}
