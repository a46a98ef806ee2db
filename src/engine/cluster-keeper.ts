import type { Cluster } from '../commit/cluster.ts';
import { isDeleting, namespacedName } from '../desired/resource.ts';
import { AuthenticationError, OperatorError } from '../errors.ts';
import type { Trouble } from '../status/connection-status.ts';
import { backoffMs } from '../watch/backoff.ts';
import { resolveSettings, type Connection } from './resolve-settings.ts';
import { toTrouble } from './trouble.ts';
import type { ClusterPlace, World } from './world.ts';

/**
 * Whether the cluster can be used. `removals`: it is still open, but the connection is going or its Secret is gone, so
 * only what has to be cleaned up is. `closed`: not now; `unknown`: the Secret is still being read.
 */
export type Access =
  | { readonly type: 'full'; readonly cluster: Cluster }
  | { readonly type: 'removals'; readonly cluster: Cluster; readonly trouble: Trouble }
  | { readonly type: 'closed'; readonly trouble: Trouble }
  | { readonly type: 'unknown' };

const PROBE = { firstMs: 1000, maxMs: 30_000 };

/** Keeps one cluster open for one connection, and opens it anew when its settings change or it failed. */
export class ClusterKeeper {
  readonly #world: World;
  #cluster: Cluster | undefined;
  #settings = '';
  #trouble: Trouble | undefined;
  #failures = 0;
  #retryAtMs = 0;
  #isOutdated = false;

  constructor(world: World) {
    this.#world = world;
  }

  /** When a closed cluster is tried again; undefined when nothing failed. */
  get retryAtMs(): number | undefined {
    return this.#trouble === undefined ? undefined : this.#retryAtMs;
  }

  /** The login that is in use is not the one that the Secret has now. */
  get isOutdated(): boolean {
    return this.#isOutdated;
  }

  /**
   * @param isManaged whether an object declares this user of the cluster. Its new password is not in force before we have
   * written it, so the login of before is kept until then.
   */
  async access(connection: Connection, signal: AbortSignal, isManaged: (userName: string) => boolean): Promise<Access> {
    const resolved = resolveSettings(connection, this.#world.references);
    if (resolved.type === 'unknown') return { type: 'unknown' };
    if (resolved.type === 'missing') {
      const trouble = { reason: 'SecretNotFound', message: resolved.message, isStalled: false };
      return this.#cluster === undefined
        ? { type: 'closed', trouble }
        : { type: 'removals', cluster: this.#cluster, trouble };
    }
    const prefix = connection.spec.apiPrefix ?? 'Auto';
    const settings = JSON.stringify([resolved.settings, prefix]);
    const place = { settings: resolved.settings, prefix, connection: namespacedName(connection) };
    if (settings !== this.#settings && !(await this.#mustKeep(place, signal, isManaged))) await this.#forget(settings);
    if (this.#cluster === undefined) {
      const trouble = await this.#open(() => this.#world.openCluster(place, signal));
      if (trouble !== undefined) return { type: 'closed', trouble };
    }
    return this.#opened(connection);
  }

  /** Takes the cluster for lost; it is tried again after a pause that grows. */
  async fail(error: OperatorError): Promise<Trouble> {
    const { clock, random } = this.#world;
    const trouble = toTrouble(error);
    this.#trouble = trouble;
    this.#retryAtMs = clock.now() + backoffMs(this.#failures, PROBE, random);
    this.#failures += 1;
    await this.#close();
    return trouble;
  }

  /** Whether the new login is that of a managed user and does not work yet, while the one of before is open. */
  async #mustKeep(
    place: ClusterPlace,
    signal: AbortSignal,
    isManaged: (userName: string) => boolean,
  ): Promise<boolean> {
    const { auth } = place.settings;
    if (this.#cluster === undefined || auth.type !== 'basic' || !isManaged(auth.username)) return false;
    try {
      const probe = await this.#world.openCluster(place, signal);
      await probe.close();
      return false;
    } catch (error) {
      this.#isOutdated = error instanceof AuthenticationError;
      return this.#isOutdated;
    }
  }

  async #forget(settings: string): Promise<void> {
    this.#settings = settings;
    this.#isOutdated = false;
    this.#trouble = undefined;
    this.#failures = 0;
    await this.#close();
  }

  async #close(): Promise<void> {
    const cluster = this.#cluster;
    this.#cluster = undefined;
    await cluster?.close();
  }

  async close(): Promise<void> {
    await this.#forget('');
  }

  #opened(connection: Connection): Access {
    const cluster = this.#cluster;
    if (cluster === undefined) return { type: 'unknown' };
    if (!isDeleting(connection)) return { type: 'full', cluster };
    const message = 'the connection is being deleted; only what is deleted with it is still cleaned up';
    return { type: 'removals', cluster, trouble: { reason: 'ConnectionNotFound', message, isStalled: false } };
  }

  async #open(open: () => Promise<Cluster>): Promise<Trouble | undefined> {
    if (this.#trouble !== undefined && this.#world.clock.now() < this.#retryAtMs) return this.#trouble;
    try {
      this.#cluster = await open();
      this.#trouble = undefined;
      this.#failures = 0;
      return undefined;
    } catch (error) {
      if (!(error instanceof OperatorError)) throw error;
      return this.fail(error);
    }
  }
}
