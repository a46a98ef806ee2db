import type { Cluster } from '../commit/cluster.ts';
import { objectKey, resourceName, type NamespacedName, type ObjectKey, type Resource } from '../desired/resource.ts';
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
import { backoffMs } from '../watch/backoff.ts';
import { Alarm } from './alarm.ts';
import { slotKeyOf } from './claim-index.ts';
import { tellWaiting } from './closed-turn.ts';
import { ClusterKeeper, type Access } from './cluster-keeper.ts';
import { lastingTrouble } from './trouble.ts';
import type { TurnContext } from './turn-context.ts';
import { TurnMeter } from './turn-meter.ts';
import { ConnectionTeller } from './connection-teller.ts';
import { Credentials } from './credentials.ts';
import { ObjectTeller, toTarget } from './object-teller.ts';
import type { SecretChanges } from './reference-index.ts';
import { isNews } from './news.ts';
import { OpenTurns } from './open-turns.ts';
import { commitAtMs } from './pace.ts';
import { ReadinessTally } from './readiness-tally.ts';
import { refersTo, type Connection, type Referenced } from './resolve-settings.ts';
import { createSessionState, markAllDirty, postpone, wakePostponed, type SessionState } from './session-state.ts';
import { Upkeep } from './upkeep.ts';
import type { World } from './world.ts';

/** So many failures are taken for passing trouble, which nobody has to hear of. */
const PATIENCE = 4;
const RETRY = { firstMs: 200, maxMs: 10_000 };
/** How often a connection that is being deleted looks whether it can go. */
const LINGER_POLL_MS = 500;
/** How often waiting objects are looked at again while nothing happens, so that long waits are told. */
const CLOSED_POLL_MS = 15_000;

type Removals = Extract<Access, { type: 'removals' }>;

/** The one writer of one connection: gathers changes, and turns until nothing is left to do. */
export class Session {
  readonly #world: World;
  readonly #state: SessionState;
  readonly #meter: TurnMeter;
  readonly #tally: ReadinessTally;
  readonly #alarm: Alarm;
  readonly #keeper: ClusterKeeper;
  readonly #objects: ObjectTeller;
  readonly #teller: ConnectionTeller;
  readonly #upkeep: Upkeep;
  readonly #credentials: Credentials;
  #lastCommitMs = -Infinity;
  #lastArrivalMs = -Infinity;
  readonly #open: OpenTurns;
  #pollAtMs = 0;
  #failures = 0;
  #notBeforeMs = 0;
  #rechecks = 0;
  #isClosed = false;
  #isRunning = false;

  constructor(key: NamespacedName, world: World) {
    this.#world = world;
    this.#meter = new TurnMeter(key, world, () => this.#state.dirty.size);
    this.#tally = new ReadinessTally(world.metrics);
    this.#state = createSessionState(key, this.#meter);
    this.#alarm = new Alarm(world.clock);
    this.#keeper = new ClusterKeeper(world, { tell: (event) => this.#teller.record(event), observer: this.#meter });
    this.#objects = new ObjectTeller(world, this.#tally);
    this.#teller = new ConnectionTeller(world, this.#state);
    this.#upkeep = new Upkeep(world, (event) => this.#teller.record(event));
    this.#open = new OpenTurns(world.clock);
    this.#credentials = new Credentials(world, key, (object) => this.#onCredential(object));
  }

  /** Nobody refers to the connection and it does not exist: the session can go. */
  get isEmpty(): boolean {
    return this.#state.connection === undefined && this.#state.index.isEmpty;
  }

  /** A resource appeared or changed. What only we wrote ourselves wakes nobody. */
  put(resource: Resource): void {
    const before = this.#state.index.get(objectKey(resource));
    const slots = this.#state.index.put(resource);
    this.#hold(this.#state.references.put(resource, slots.at(-1) ?? ''));
    this.#tally.put(resource, this.#world.statuses.current(toTarget(resource)));
    if (before !== undefined && !isNews(before, resource)) return;
    if (before !== undefined && before.reconcileRequestedAt !== resource.reconcileRequestedAt)
      this.#state.documents.doubt(resource.kind.document);
    this.#touch(slots);
  }

  remove(key: ObjectKey): void {
    const resource = this.#state.index.get(key);
    const slot = this.#state.index.delete(key);
    if (slot === undefined || resource === undefined) return;
    this.#tally.delete(resource);
    this.#hold(this.#state.references.delete(key));
    this.#credentials.forget(resource);
    this.#touch([slot]);
  }

  /** The connection appeared, changed or is gone (`undefined`). */
  setConnection(connection: Connection | undefined): void {
    const before = this.#state.connection;
    this.#state.connection = connection;
    if (connection === undefined) {
      this.#teller.forget();
      this.#upkeep.forget();
      this.#meter.forget();
    }
    if (before === undefined || connection === undefined || isNews(before, connection)) this.#recheck();
  }

  #onCredential(key: ObjectKey): void {
    const resource = this.#state.index.get(key);
    if (resource === undefined) return;
    this.#state.dirty.add(slotKeyOf(resource.kind.document, resourceName(resource)), 'edit');
    this.#lastArrivalMs = this.#world.clock.now();
    this.#alarm.ring();
  }

  /** A Secret or a ConfigMap changed. */
  onReferenced(referenced: Referenced): void {
    const { connection } = this.#state;
    if (connection !== undefined && refersTo(connection, referenced)) this.#recheck();
    if (referenced.kind === 'Secret') this.#touch([...this.#state.references.holdersOf(referenced.key)]);
  }

  /** The labels of a namespace changed: its objects may have won or lost the consent of the connection. */
  onNamespace(name: string): void {
    for (const { key, claimants } of this.#state.index.slots()) {
      if ([...claimants.values()].some(({ namespace }) => namespace === name)) this.#state.dirty.add(key, 'sweep');
    }
    this.#alarm.ring();
  }

  /** The connection or something that it refers to changed: everything is looked at again. */
  #recheck(): void {
    markAllDirty(this.#state);
    this.#state.documents.doubtAll();
    this.#rechecks += 1;
    this.#upkeep.doubt();
    this.#lookAtOnce();
    this.#alarm.ring();
  }

  #lookAtOnce(): void {
    this.#open.lookSoon();
    this.#pollAtMs = 0;
    this.#notBeforeMs = 0;
  }

  /** Runs until the signal is aborted or nobody needs it; a commit that is under way is finished first. */
  async run(signal: AbortSignal): Promise<void> {
    this.#isRunning = true;
    this.#world.workload.join(this.#meter);
    while (!signal.aborted && !this.isEmpty) {
      await this.#alarm.sleepUntil(this.#nextTurnMs(), signal);
      await this.#turnWhenDue(signal);
    }
    this.#credentials.close();
    await this.#keeper.close();
    this.#world.workload.leave(this.#meter);
  }

  async #turnWhenDue(signal: AbortSignal): Promise<void> {
    if (signal.aborted || this.#world.clock.now() < this.#nextTurnMs()) return;
    const rechecks = this.#rechecks;
    await this.#meter.measure(() => this.#turnOrRecover(signal));
    // What came while the turn was under way may have come too late for it.
    if (rechecks !== this.#rechecks) this.#lookAtOnce();
  }

  async #turnOrRecover(signal: AbortSignal): Promise<TurnResult> {
    try {
      return await this.#turn(signal);
    } catch (error) {
      if (!isAborted(signal)) await this.#recover(error);
      return error instanceof ConflictError ? 'requeue' : 'error';
    }
  }

  #hold({ gained, lost }: SecretChanges): void {
    for (const secret of gained) this.#world.references.hold(secret);
    for (const secret of lost) this.#world.references.release(secret);
  }

  #touch(slots: readonly string[]): void {
    if (slots.length === 0) return;
    this.#lastArrivalMs = this.#world.clock.now();
    for (const slot of slots) {
      this.#state.refusals.delete(slot);
      // What was there before us was edited by nobody just now.
      this.#state.dirty.add(slot, this.#isRunning ? 'edit' : 'sweep');
      this.#state.arrivals.set(slot, this.#lastArrivalMs);
    }
    if (this.#isClosed) this.#notBeforeMs = 0;
    this.#alarm.ring();
  }

  /** When there is something to do: changes at their pace, the next look for drift, the next try after a failure. */
  #nextTurnMs(): number {
    const openMs = Math.min(this.#open.nextMs({ state: this.#state }), this.#upkeep.nextMs ?? Infinity);
    const times = [this.#isClosed ? this.#pollAtMs : openMs];
    if (this.#state.dirty.size > 0)
      times.push(commitAtMs({ lastCommitMs: this.#lastCommitMs, lastArrivalMs: this.#lastArrivalMs }));
    return Math.max(Math.min(...times, this.#state.postponed.nextMs ?? Infinity), this.#notBeforeMs);
  }

  async #turn(signal: AbortSignal): Promise<TurnResult> {
    const { connection } = this.#state;
    wakePostponed(this.#state, this.#world.clock.now());
    if (connection === undefined) {
      await this.#keeper.close();
      await this.#turnClosed({ reason: 'ConnectionNotFound', message: '', isStalled: false });
      return 'requeue_after';
    }
    const isManaged = (userName: string): boolean =>
      this.#state.index.slot(slotKeyOf('internalusers', userName)) !== undefined;
    const access = await this.#keeper.access(connection, signal, isManaged);
    switch (access.type) {
      case 'unknown':
        this.#notBeforeMs = Infinity;
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
    this.#isClosed = false;
    const { passwordProblem } = this.#keeper;
    this.#teller.tellWell(cluster.identity, { ...this.#upkeep.facts, passwordProblem });
  }

  /** Only what is being deleted is still looked after; as long as that leads to writes, there may be more of it. */
  async #turnCleaningUp({ cluster, trouble }: Removals, signal: AbortSignal): Promise<void> {
    const hasWritten = await this.#turnOpen(cluster, { onlyRemovals: true, signal });
    await this.#turnClosed(trouble, 'cleaning up');
    if (hasWritten) this.#notBeforeMs = 0;
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
    const context: TurnContext = { world, state, teller, credentials, cluster, meter: this.#meter, ...options };
    const startedMs = world.clock.now();
    state.self = cluster.identity.self;
    const hasWritten = await this.#open.run(context, { onLook });
    if (hasWritten) this.#lastCommitMs = startedMs;
    await this.#release();
    this.#keeper.worked();
    this.#failures = 0;
    this.#notBeforeMs = 0;
    return hasWritten;
  }

  /** Tells what waits, and comes back when the cluster may be tried again. */
  async #turnClosed(trouble: Trouble, cluster: 'away' | 'cleaning up' = 'away'): Promise<void> {
    const { clock } = this.#world;
    const isCleaningUp = cluster === 'cleaning up';
    await tellWaiting({ world: this.#world, state: this.#state, teller: this.#objects, trouble, isCleaningUp });
    await this.#release();
    this.#teller.tellTrouble(trouble, this.#upkeep.facts);
    const isGone = await this.#teller.letGo();
    this.#isClosed = true;
    this.#lastCommitMs = clock.now();
    const again = isGone ? this.#keeper.retryAtMs : clock.now() + LINGER_POLL_MS;
    const pollAt = clock.now() + CLOSED_POLL_MS;
    this.#pollAtMs = again !== undefined && again > clock.now() ? again : pollAt;
    this.#notBeforeMs = Math.min(this.#pollAtMs, pollAt);
    this.#open.lookSoon();
  }

  async #release(): Promise<void> {
    const failed = await this.#objects.release();
    for (const resource of failed)
      postpone(this.#state, slotKeyOf(resource.kind.document, resourceName(resource)), this.#world);
  }

  /** Never throws: what cannot be told now is told after the next try. */
  async #recover(error: unknown): Promise<void> {
    try {
      await this.#recoverFrom(error);
    } catch (another) {
      this.#world.log.warn({ connection: this.#state.key, error: messageOf(another) }, 'trouble not told');
      this.#retryLater();
    }
  }

  #retryLater(): void {
    const { clock, random } = this.#world;
    this.#notBeforeMs = clock.now() + backoffMs(this.#failures, RETRY, random);
    this.#failures += 1;
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
    if (error instanceof AuthenticationError && this.#keeper.isOutdated) {
      // The new password of our own user is in force now.
      await this.#keeper.dropOutdated();
      this.#open.lookSoon();
      return;
    }
    const isOurs = !(error instanceof OperatorError) || error instanceof KubernetesError;
    if (isOurs || error instanceof ConflictError || error instanceof NotInForceError) {
      if (this.#failures >= PATIENCE) await this.#turnClosed(lastingTrouble(error));
      this.#retryLater();
      return;
    }
    const trouble = await this.#keeper.fail(error);
    await this.#turnClosed(trouble);
  }
}

/** Asked anew after each wait: the compiler takes the first answer for the last. */
function isAborted(signal: AbortSignal): boolean {
  return signal.aborted;
}
