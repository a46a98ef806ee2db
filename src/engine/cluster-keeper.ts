import type { Cluster, OpenSearchSettings, RequestObserver } from '../commit/cluster.ts';
import { isDeleting, namespacedName } from '../desired/resource.ts';
import { AuthenticationError, OperatorError } from '../errors.ts';
import type { EventDraft } from '../status/event-recorder.ts';
import type { Trouble } from '../status/connection-status.ts';
import { backoffMs } from '../backoff.ts';
import { OBSERVED, OwnPassword, type WantedLogin } from './own-password.ts';
import type { Standing } from './plan-tasks.ts';
import { resolveSettings, type Connection } from './resolve-settings.ts';
import { toTrouble } from './trouble.ts';
import type { ClusterPlace, World } from './world.ts';

/**
 * Whether the cluster can be used. `removals`: it is still open, but the connection is going or its Secret is gone, so
 * only what has to be cleaned up is. `closed`: not now, since it failed or since something is missing; `unknown`: the Secret is still being read.
 */
export type Access =
  | { readonly type: 'full'; readonly cluster: Cluster }
  | { readonly type: 'removals'; readonly cluster: Cluster; readonly trouble: Trouble }
  | { readonly type: 'closed'; readonly trouble: Trouble; readonly isFailure: boolean }
  | { readonly type: 'unknown' };

const PROBE = { firstMs: 1000, maxMs: 30_000 };

/** How a user of the cluster stands that an object declares; undefined when none does. */
type UserStanding = (userName: string) => Standing | undefined;

/** Settings that a cluster can be opened with. */
interface Target extends ClusterPlace {
  /** Equal when both are. */
  readonly key: string;
}

/** Keeps one cluster open for one connection, and opens it anew when its settings change or it failed. */
export class ClusterKeeper {
  readonly #world: World;
  readonly #observer: RequestObserver;
  readonly #password: OwnPassword;
  #cluster: Cluster | undefined;
  /** What the connection and its Secrets say. */
  #wantedKey = '';
  /** What the cluster was opened with last. */
  #inUse: Target | undefined;
  /** The login in use was refused since it was known to work last. */
  #isDoubted = false;
  #trouble: Trouble | undefined;
  #failures = 0;
  #retryAtMs = 0;

  /** @param options `tell` records an event about the connection; `observer` is told of each request */
  constructor(
    world: World,
    { tell, observer }: { readonly tell: (event: EventDraft) => void; readonly observer: RequestObserver },
  ) {
    this.#world = world;
    this.#observer = observer;
    this.#password = new OwnPassword(world, tell);
  }

  /** When a closed cluster is tried again; undefined when nothing failed. */
  get retryAtMs(): number | undefined {
    return this.#trouble === undefined ? undefined : this.#retryAtMs;
  }

  /** The login that is in use is not the one that the Secret has now. */
  get isOutdated(): boolean {
    return this.#inUse !== undefined && this.#inUse.key !== this.#wantedKey;
  }

  /** The login in use is refused now, where it is not the one that the Secret has and was not refused before. */
  get mayBeOver(): boolean {
    return this.isOutdated && !this.#isDoubted;
  }

  /** What the cluster was opened with last. */
  get settings(): OpenSearchSettings | undefined {
    return this.#inUse?.settings;
  }

  /** Why that is so; undefined when it is not. */
  get passwordProblem(): string | undefined {
    return this.isOutdated ? this.#password.problem : undefined;
  }

  /** A new password of our own user is put in force before it is used; the one of before is used until then. */
  async access(connection: Connection, signal: AbortSignal, userStanding: UserStanding): Promise<Access> {
    const resolved = resolveSettings(connection, this.#world.references);
    if (resolved.type === 'unknown') return { type: 'unknown' };
    if (resolved.type === 'missing') {
      const trouble = { reason: 'SecretNotFound', message: resolved.message, isStalled: false };
      return this.#cluster === undefined
        ? { type: 'closed', trouble, isFailure: false }
        : { type: 'removals', cluster: this.#cluster, trouble };
    }
    const prefix = connection.spec.apiPrefix ?? 'Auto';
    const { settings } = resolved;
    const target = { settings, prefix, connection: namespacedName(connection), key: keyOf(settings, prefix) };
    if (target.key !== this.#wantedKey) this.#want(target);
    const isObserving = connection.spec.managementPolicy === 'Observe';
    const trouble = await this.#ensure(target, { signal, userStanding, isObserving });
    return trouble === undefined ? this.#opened(connection) : { type: 'closed', trouble, isFailure: true };
  }

  /** A whole turn went well. To open the cluster is no proof: it tells who has no right to anything only afterwards. */
  worked(): void {
    this.#failures = 0;
    this.#isDoubted = false;
  }

  /** Takes the cluster for lost; it is tried again after a pause that grows. */
  async fail(error: OperatorError): Promise<Trouble> {
    const { clock, random } = this.#world;
    const trouble = toTrouble(error);
    this.#trouble = trouble;
    this.#retryAtMs = clock.steady() + backoffMs(this.#failures, PROBE, random);
    this.#failures += 1;
    if (error instanceof AuthenticationError) this.#isDoubted = true;
    await this.#close();
    return trouble;
  }

  /**
   * The login of before is refused, so what the Secret has is tried first. It is not forgotten before that is known to work: a user who is
   * blocked for too many wrong passwords is refused the right one, too.
   */
  async dropOutdated(): Promise<void> {
    this.#isDoubted = true;
    await this.#close();
  }

  async close(): Promise<void> {
    this.#wantedKey = '';
    this.#inUse = undefined;
    this.#trouble = undefined;
    this.#failures = 0;
    await this.#close();
  }

  /** Something else is wanted than before: it is tried at once. */
  #want({ key }: Target): void {
    this.#wantedKey = key;
    this.#trouble = undefined;
    this.#failures = 0;
    this.#password.forget();
  }

  /** Twice, since what is opened with the login of before may have to be renewed at once. */
  async #ensure(target: Target, options: OpenOptions): Promise<Trouble | undefined> {
    for (let round = 0; round < 2; round += 1) {
      if (this.#cluster !== undefined) await this.#renew(target, options);
      const trouble = this.#cluster === undefined ? await this.#open(target, options) : undefined;
      if (trouble !== undefined) return trouble;
    }
    return undefined;
  }

  /** Closes a cluster that is open with other settings than are wanted, unless that is only a password that is not in force yet. */
  async #renew(target: Target, options: OpenOptions): Promise<void> {
    const cluster = this.#cluster;
    if (cluster === undefined || target.key === this.#inUse?.key) return;
    const held = this.#held(target, options);
    if (held !== undefined) {
      const works = (): Promise<boolean> => this.#works(target, options.signal);
      if ((await this.#password.decide({ settings: target.settings, cluster, works, ...held })) === 'keep') return;
    }
    await this.dropOutdated();
  }

  /** Why the login of before may be used on: only the password is another one, or the user is one that is still to be written. */
  #held(target: Target, { userStanding, isObserving }: OpenOptions): Pick<WantedLogin, 'holder'> | undefined {
    const [before, { auth }] = [this.#inUse, target.settings];
    if (before?.settings.auth.type !== 'basic' || auth.type !== 'basic' || !isOtherLogin(before, target))
      return undefined;
    const standing = userStanding(auth.username);
    const isSameUser = before.settings.auth.username === auth.username;
    if (standing === undefined && !isSameUser) return undefined;
    if (isObserving) return { holder: OBSERVED };
    // With the login of before only its own password can be changed.
    const isOthers = standing !== undefined && (standing.isGranted || !isSameUser);
    return { holder: isOthers ? `object ${standing.version}` : undefined };
  }

  async #works(target: Target, signal: AbortSignal): Promise<boolean> {
    try {
      const probe = await this.#openObserved(target, signal);
      await probe.close();
      return true;
    } catch (error) {
      if (error instanceof AuthenticationError) return false;
      throw error;
    }
  }

  async #close(): Promise<void> {
    const cluster = this.#cluster;
    this.#cluster = undefined;
    await cluster?.close();
  }

  #opened(connection: Connection): Access {
    const cluster = this.#cluster;
    if (cluster === undefined) return { type: 'unknown' };
    if (!isDeleting(connection)) return { type: 'full', cluster };
    const message = 'the connection is being deleted; only what is deleted with it is still cleaned up';
    return { type: 'removals', cluster, trouble: { reason: 'ConnectionNotFound', message, isStalled: false } };
  }

  async #open(target: Target, options: OpenOptions): Promise<Trouble | undefined> {
    if (this.#trouble !== undefined && this.#world.clock.steady() < this.#retryAtMs) return this.#trouble;
    try {
      await this.#openAny(this.#candidates(target, options), options.signal);
      this.#trouble = undefined;
      return undefined;
    } catch (error) {
      if (!(error instanceof OperatorError)) throw error;
      return this.#failToOpen(target, error);
    }
  }

  /** Said once, not at each try. */
  async #failToOpen({ connection }: Target, error: OperatorError): Promise<Trouble> {
    const before = this.#trouble?.message;
    const trouble = await this.fail(error);
    if (trouble.message !== before)
      this.#world.log.warn({ connection, error: trouble.message }, 'cluster cannot be used');
    return trouble;
  }

  /** What the Secret has, and the login of before where that may be used on. That goes first until it is refused: each wrong password counts. */
  #candidates(target: Target, options: OpenOptions): readonly Target[] {
    const before = this.#inUse;
    if (before === undefined || before.key === target.key || this.#held(target, options) === undefined) return [target];
    return this.#isDoubted ? [target, before] : [before, target];
  }

  /** With the first that is not refused. @throws what the last one met when all are */
  async #openAny([first, ...others]: readonly Target[], signal: AbortSignal): Promise<void> {
    if (first === undefined) return;
    try {
      await this.#openWith(first, signal);
    } catch (error) {
      const [second] = others;
      if (!(error instanceof AuthenticationError) || second === undefined) throw error;
      await this.#openWith(second, signal);
    }
  }

  async #openWith(target: Target, signal: AbortSignal): Promise<void> {
    this.#cluster = await this.#openObserved(target, signal);
    this.#inUse = target;
    if (!this.isOutdated) this.#isDoubted = false;
  }

  #openObserved({ settings, prefix, connection }: Target, signal: AbortSignal): Promise<Cluster> {
    return this.#world.openCluster({ settings: { ...settings, observer: this.#observer }, prefix, connection }, signal);
  }
}

interface OpenOptions {
  readonly signal: AbortSignal;
  readonly userStanding: UserStanding;
  readonly isObserving: boolean;
}

/** Whether both are the same but for the login. */
function isOtherLogin(before: Target, { settings, prefix }: Target): boolean {
  return keyOf({ ...settings, auth: before.settings.auth }, prefix) === before.key;
}

function keyOf(settings: OpenSearchSettings, prefix: ClusterPlace['prefix']): string {
  return JSON.stringify([settings, prefix]);
}
