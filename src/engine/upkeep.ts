import { createHash } from 'node:crypto';
import type { CertificateEnd } from '../desired/certificate-end.ts';
import type { Cluster, OpenSearchSettings, ReloadAnswer } from '../commit/cluster.ts';
import { NotInitializedError } from '../errors.ts';
import type { EventDraft } from '../status/event-recorder.ts';
import type { Connection } from './resolve-settings.ts';
import { reloadEvent } from './reload-event.ts';
import type { World } from './world.ts';

/** Certificates are read from the disks of all nodes, and change rarely. */
const CERTIFICATES_MS = 600_000;
/** Where we may not see them, that may change, too. */
const REFUSED_MS = 3_600_000;
/** Files that are mounted from a Secret follow it within a minute or two, so the nodes are told a second time. */
const RELOAD_AGAIN_MS = 120_000;

/** What upkeep found out; undefined where nobody looked yet. */
export interface UpkeepFacts {
  readonly pluginHealth?: { readonly status: string; readonly mode: string };
  readonly certificates?: readonly CertificateEnd[];
  readonly flushCacheHandledAt?: string;
}

export interface UpkeepContext {
  readonly cluster: Cluster;
  readonly connection: Connection;
  /** The value that was handled last, as its status says. */
  readonly flushCacheHandledAt: string | undefined;
  readonly signal: AbortSignal;
}

/** Looks after what a cluster has besides documents: health, certificates, and a flush of its caches on request. */
export class Upkeep {
  readonly #world: Pick<World, 'clock' | 'log'>;
  readonly #tell: (event: EventDraft) => void;
  #facts: UpkeepFacts = {};
  /** Whose health was told when it was opened. */
  #opened: Cluster['identity'] | undefined;
  #certificatesAtMs = -Infinity;
  #trusted: string | undefined;
  #reloads: readonly number[] = [];

  /** @param tell records an event about the connection */
  constructor(world: Pick<World, 'clock' | 'log'>, tell: (event: EventDraft) => void) {
    this.#world = world;
    this.#tell = tell;
  }

  get facts(): UpkeepFacts {
    return this.#facts;
  }

  /** When there is something to do though nobody looks for drift; undefined when there is not. */
  get nextMs(): number | undefined {
    return this.#reloads[0];
  }

  /** Another login may see more: certificates are read at the next look. */
  doubt(): void {
    this.#certificatesAtMs = -Infinity;
  }

  /** The connection is gone. */
  forget(): void {
    this.#facts = {};
    this.#trusted = undefined;
    this.#reloads = [];
    this.doubt();
  }

  /** What the connection trusts and shows; a change of it is why nodes are told to read their certificates again. */
  trust({ caPem, auth }: OpenSearchSettings): void {
    const shown = auth.type === 'certificate' ? auth.certPem : '';
    const trusted = createHash('sha256')
      .update(JSON.stringify([caPem, shown]))
      .digest('hex');
    const nowMs = this.#world.clock.steady();
    if (this.#trusted !== undefined && this.#trusted !== trusted) this.#reloads = [nowMs, nowMs + RELOAD_AGAIN_MS];
    this.#trusted = trusted;
  }

  /** What is asked for, at each turn. At most one DELETE, and two PUTs for each endpoint after certificates changed. */
  async serve(context: UpkeepContext): Promise<void> {
    await this.#flushOnRequest(context);
    await this.#reloadWhenDue(context);
  }

  /** With each look for drift. One GET but for the first time, and one more every ten minutes. @throws NotInitializedError unless we are the administrator */
  async look({ cluster, signal }: UpkeepContext): Promise<void> {
    await this.#lookAtHealth(cluster, signal);
    if (this.#world.clock.steady() < this.#certificatesAtMs) return;
    const ofNodes = await cluster.care.nodeCertificates(signal);
    this.#certificatesAtMs = this.#world.clock.steady() + (ofNodes === undefined ? REFUSED_MS : CERTIFICATES_MS);
    this.#facts = { ...this.#facts, certificates: [...(ofNodes ?? []), ...cluster.care.ownCertificates] };
  }

  async #lookAtHealth(cluster: Cluster, signal: AbortSignal): Promise<void> {
    if (this.#opened !== cluster.identity) {
      this.#opened = cluster.identity;
      this.#facts = { ...this.#facts, pluginHealth: cluster.identity.pluginHealth };
      return;
    }
    try {
      this.#facts = { ...this.#facts, pluginHealth: await cluster.care.health(signal) };
    } catch (error) {
      if (!(error instanceof NotInitializedError)) throw error;
      this.#isDown(cluster.identity.pluginHealth.mode);
      // Nobody else gets in, but who has the admin certificate may be the one to mend that.
      if (!cluster.identity.self.isAdmin) throw error;
    }
  }

  #isDown(mode: string): void {
    this.#facts = { ...this.#facts, pluginHealth: { status: 'DOWN', mode } };
  }

  async #flushOnRequest({ cluster, connection, flushCacheHandledAt }: UpkeepContext): Promise<void> {
    const { flushCacheRequested: requested } = connection;
    if (requested === undefined || requested === (this.#facts.flushCacheHandledAt ?? flushCacheHandledAt)) return;
    const answer = await cluster.flushCache();
    this.#facts = { ...this.#facts, flushCacheHandledAt: requested };
    this.#tell(
      answer.type === 'flushed'
        ? { type: 'Normal', reason: 'CacheFlushed', message: 'the caches of all nodes were flushed, as requested' }
        : { type: 'Warning', reason: 'CacheNotFlushed', message: `the caches were not flushed: ${answer.words}` },
    );
  }

  async #reloadWhenDue({ cluster, connection }: UpkeepContext): Promise<void> {
    const [dueMs, ...later] = this.#reloads;
    if (dueMs === undefined || this.#world.clock.steady() < dueMs) return;
    this.#reloads = later;
    if (connection.spec.certificates?.reload !== true) return;
    const answers: readonly ReloadAnswer[] = await cluster.care.reloadCertificates();
    this.doubt();
    this.#tell(reloadEvent(answers));
  }
}
