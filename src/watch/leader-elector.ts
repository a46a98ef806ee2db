import type { KubernetesClient } from '../clients/kubernetes.ts';
import { elapsedMs, moment, type Clock, type Moment } from '../clock.ts';
import { KubernetesError, messageOf, NotLeaderError } from '../errors.ts';
import type { Log } from '../log.ts';
import {
  claimed,
  isFree,
  isWindingUp,
  marked,
  promisedMs,
  released,
  type Lease,
  type LeaseSpec,
  type LeaseTimes,
} from './lease.ts';

export interface LeaderElectorOptions {
  /** A client of its own, so that no other request holds up a renewal. */
  readonly kubernetes: Pick<KubernetesClient, 'request'>;
  readonly namespace: string;
  /** Of the Lease. */
  readonly name: string;
  /** Of this process alone, also after a restart: a Lease that an earlier life held is waited for like anybody's. */
  readonly identity: string;
  readonly times: LeaseTimes;
  readonly clock: Clock;
  readonly random: () => number;
  readonly log: Log;
}

/** A Lease as this process sees it. */
export type LeaseView =
  /** `freeMs`: how long it has been so, as far as it was seen. */
  | { readonly type: 'free'; readonly freeMs: number }
  /** `silentMs`: how long ago it was last seen to change; `isWindingUp`: the holder ends, and takes nothing any more. */
  | { readonly type: 'held'; readonly holder: string; readonly silentMs: number; readonly isWindingUp: boolean };

const RELEASE_WITHIN_MS = 5000;

/**
 * Sees to it that one process of several writes, by a Lease as client-go uses it. A leader counts from the moment when it asked
 * for the last renewal that was granted, on a clock that goes on while the process is stopped: so it knows that its time is over
 * before anybody else may begin.
 */
export class LeaderElector {
  readonly #options: LeaderElectorOptions;
  #lease: Lease | undefined;
  /** When the Lease as it is was seen first, on the clock that nobody sets: others' clocks say nothing about ours. */
  #seenAtMs: number | undefined;
  #isWindingUp = false;
  /** When the last renewal that was granted was asked for; undefined while somebody else leads. */
  #renewedAt: Moment | undefined;

  constructor(options: LeaderElectorOptions) {
    this.#options = options;
  }

  /** How long this process may go on without another renewal; 0 when it does not lead. */
  get remainingMs(): number {
    const { clock, times } = this.#options;
    if (this.#renewedAt === undefined) return 0;
    return Math.max(0, times.renewDeadlineSeconds * 1000 - elapsedMs(clock, this.#renewedAt));
  }

  /** @throws NotLeaderError */
  assertLeader(): void {
    if (this.remainingMs <= 0) throw new NotLeaderError('another replica may lead by now: nothing is written');
  }

  /** Ends when this process leads, or when the signal is aborted. @returns whether it leads */
  async acquire(signal: AbortSignal): Promise<boolean> {
    const { clock, random, times, log, identity } = this.#options;
    let holder: string | undefined;
    while (!signal.aborted) {
      if ((await this.look(signal))?.type === 'free' && (await this.take(signal))) return true;
      const seen = this.#lease?.spec?.holderIdentity;
      if (seen !== holder) log.info({ leader: seen, identity }, 'standing by');
      holder = seen;
      await clock.sleep(times.retryPeriodSeconds * 1000 * (1 + 0.2 * random()), signal);
    }
    return false;
  }

  /** @returns whose the Lease is; undefined when nobody can tell for now */
  async look(signal: AbortSignal): Promise<LeaseView | undefined> {
    const within = this.#within(signal);
    let view: LeaseView | undefined;
    await this.#try(async () => {
      this.#know(await this.#get(within));
      view = this.#judge(this.#lease);
      return true;
    });
    return view;
  }

  /** Claims the Lease as it was seen last. @returns whether this process leads now */
  async take(signal: AbortSignal): Promise<boolean> {
    const { clock, times, identity } = this.#options;
    const within = this.#within(signal);
    return this.#try(async () => {
      const askedAt = moment(clock);
      this.#isWindingUp = false;
      const spec = claimed(this.#lease?.spec, { identity, times, nowMs: clock.now() });
      const isOurs = await this.#put(this.#lease, spec, within);
      // A claim that took too long to be granted is worth nothing.
      if (isOurs) this.#renewedAt = askedAt;
      return isOurs && this.remainingMs > 0;
    });
  }

  /** Renews until the signal is aborted. @throws NotLeaderError when the time is over, or somebody else leads */
  async hold(signal: AbortSignal): Promise<void> {
    const { clock, times } = this.#options;
    while (!signal.aborted) {
      this.assertLeader();
      await clock.sleep(Math.min(times.retryPeriodSeconds * 1000, this.remainingMs), signal);
      if (this.remainingMs > 0) await this.#renewInTime(signal);
    }
  }

  /** Says with each renewal from now on that this process ends: nobody has to wait for what it might take. */
  windUp(): void {
    this.#isWindingUp = true;
  }

  /** Lets the next one begin at once, or the heir that is named; the caller no longer writes. Best effort. */
  async release(heir = ''): Promise<void> {
    if (this.#renewedAt === undefined) return;
    this.#renewedAt = undefined;
    this.#isWindingUp = false;
    const within = AbortSignal.timeout(RELEASE_WITHIN_MS);
    await this.#try(async () => {
      if (await this.#giveBack(heir, within)) return true;
      // A renewal whose answer did not come may have been carried out.
      this.#know(await this.#get(within));
      return this.#giveBack(heir, within);
    });
  }

  async #giveBack(heir: string, signal: AbortSignal): Promise<boolean> {
    const { clock, identity, times } = this.#options;
    const spec = this.#lease?.spec;
    if (spec?.holderIdentity !== identity) return false;
    const nowMs = clock.now();
    const next = heir === '' ? released(spec, nowMs) : claimed(spec, { identity: heir, times, nowMs });
    return this.#put(this.#lease, next, signal);
  }

  #within(signal: AbortSignal): AbortSignal {
    return AbortSignal.any([signal, AbortSignal.timeout(this.#options.times.renewDeadlineSeconds * 1000)]);
  }

  #know(lease: Lease | undefined): void {
    if (this.#seenAtMs === undefined || lease?.metadata.resourceVersion !== this.#lease?.metadata.resourceVersion)
      this.#seenAtMs = this.#options.clock.steady();
    this.#lease = lease;
  }

  /** An answer that was lost may have left us the holder. */
  #judge(lease: Lease | undefined): LeaseView {
    const { clock, times, identity } = this.#options;
    const silentMs = clock.steady() - (this.#seenAtMs ?? clock.steady());
    const holder = lease?.spec?.holderIdentity ?? '';
    if (isFree(lease?.spec) || holder === identity) return { type: 'free', freeMs: silentMs };
    const overMs = silentMs - promisedMs(lease?.spec, times);
    if (overMs > 0) return { type: 'free', freeMs: overMs };
    return { type: 'held', holder, silentMs, isWindingUp: isWindingUp(lease) };
  }

  /** A server that does not answer must not keep us from seeing that our time is over. */
  async #renewInTime(signal: AbortSignal): Promise<void> {
    const { clock } = this.#options;
    const over = new AbortController();
    const within = AbortSignal.any([signal, over.signal]);
    await Promise.race([this.#try(() => this.#renew(within)), clock.sleep(this.remainingMs, within)]);
    over.abort();
  }

  /** Somebody may have touched the Lease without taking it. */
  async #renew(signal: AbortSignal): Promise<boolean> {
    const { clock, times, identity } = this.#options;
    const askedAt = moment(clock);
    if (await this.#put(this.#lease, claimed(this.#lease?.spec, { identity, times, nowMs: clock.now() }), signal)) {
      this.#renewedAt = askedAt;
      return true;
    }
    this.#know(await this.#get(signal));
    if (this.#lease !== undefined && this.#lease.spec?.holderIdentity !== identity) this.#renewedAt = undefined;
    return false;
  }

  async #get(signal: AbortSignal): Promise<Lease | undefined> {
    try {
      return (await this.#options.kubernetes.request({ method: 'GET', path: this.#path }, signal)) as Lease;
    } catch (error) {
      if (error instanceof KubernetesError && error.status === 404) return undefined;
      throw error;
    }
  }

  /** @returns false when somebody else was quicker */
  async #put(lease: Lease | undefined, spec: LeaseSpec, signal: AbortSignal): Promise<boolean> {
    const { kubernetes, namespace, name } = this.#options;
    const type = { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease' };
    const metadata = lease && marked(lease.metadata, this.#isWindingUp);
    const request =
      lease === undefined
        ? ({ method: 'POST', path: this.#collection, body: { ...type, metadata: { name, namespace }, spec } } as const)
        : ({ method: 'PUT', path: this.#path, body: { ...lease, ...type, metadata, spec } } as const);
    try {
      this.#know((await kubernetes.request(request, signal)) as Lease);
      return true;
    } catch (error) {
      if (error instanceof KubernetesError && [404, 409].includes(error.status)) return false;
      throw error;
    }
  }

  /** What goes wrong is tried again at the next turn, as long as there is time. */
  async #try(action: () => Promise<boolean>): Promise<boolean> {
    try {
      return await action();
    } catch (error) {
      this.#options.log.warn({ lease: this.#options.name, error: messageOf(error) }, 'leader election');
      return false;
    }
  }

  get #collection(): string {
    return `/apis/coordination.k8s.io/v1/namespaces/${this.#options.namespace}/leases`;
  }

  get #path(): string {
    return `${this.#collection}/${this.#options.name}`;
  }
}
