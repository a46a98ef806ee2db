import type { Clock } from '../clock.ts';
import { isAborted } from '../concurrency.ts';
import type { Log } from '../log.ts';
import { KeptLease } from './kept-lease.ts';
import type { LeaderElector } from './leader-elector.ts';
import type { LeaseTimes } from './lease.ts';
import { anotherIn, seeShards, type SeenLeases } from './see-shards.ts';
import { hasMoreThanAnother, nextMove, type Move } from './share-shards.ts';
import { Tenure } from './tenure.ts';

export interface ShardElectionOptions {
  /** Of the Leases: `<id>-shard-0` and so on, `<id>-shard-waiting`, and `<id>` itself. */
  readonly id: string;
  /** More than one. */
  readonly shards: number;
  readonly identity: string;
  readonly times: LeaseTimes;
  readonly clock: Clock;
  readonly random: () => number;
  readonly log: Log;
  readonly electorOf: (lease: string, identity: string) => LeaderElector;
  readonly onChange: (lease: string, isLeader: boolean) => void;
}

/** What is done after all was told to end is not cut short; each request has a deadline. */
const NEVER = new AbortController().signal;

/**
 * Does the work of one shard until the signal is aborted, and ends when nothing more of it will be written. Says when it begins to
 * work: until then whoever looks from outside must not take it for served.
 */
export type Serve = (shard: number, signal: AbortSignal, tellLeader: () => void) => Promise<void>;

interface Shard {
  readonly index: number;
  readonly name: string;
  readonly lease: KeptLease;
  tenure: Tenure;
}

/** A replica that was silent for so many renewals is not waited for, nor one that has not taken a free shard for so long. */
const SILENT_PERIODS = 3;
/** Whoever left a shard over would leave one that is given back, too: nothing is given for so many renewals. */
const KEPT_PERIODS = 30;

/**
 * Shares the shards among all replicas, by a Lease for each. Whoever holds none waits in a Lease of its own, where those that hold
 * too many see it and give one back, one at a time (`nextMove`). And one replica of all holds the Lease that a single leader would hold, and says
 * there how many shards there are: those who count otherwise lead nothing meanwhile, since they would serve the same connections.
 */
export class ShardElection {
  readonly #options: ShardElectionOptions;
  readonly #shards: readonly Shard[];
  readonly #waiting: KeptLease;
  readonly #door: KeptLease;
  /** What all who count as we do end their name at the door with. */
  readonly #count: string;
  readonly #serving = new Set<Promise<void>>();
  #keepsUntilMs = -Infinity;
  /** Since when shards may be taken. */
  #insideSinceMs: number | undefined;

  constructor(options: ShardElectionOptions) {
    const { id, shards, identity, electorOf, onChange } = options;
    this.#options = options;
    this.#count = ` of ${shards} shards`;
    this.#door = new KeptLease(electorOf(id, identity + this.#count));
    this.#waiting = new KeptLease(electorOf(`${id}-shard-waiting`, identity));
    this.#shards = Array.from({ length: shards }, (_, index) => {
      const name = `${id}-shard-${index}`;
      const lease = new KeptLease(electorOf(name, identity));
      onChange(name, false);
      return { index, name, lease, tenure: new Tenure(lease.assertOurs) };
    });
  }

  /** The right to write for a shard while it is led the next time, or now. */
  tenureOf(shard: number): Tenure {
    const found = this.#shards[shard];
    if (found === undefined) throw new Error(`there is no shard ${shard}`);
    return found.tenure;
  }

  /** Whether this process leads any shard. */
  get leads(): boolean {
    return this.#shards.some(({ tenure }) => tenure.isUnderWay);
  }

  /** Takes part until the signal is aborted; then everything is finished and given back. */
  async run(serve: Serve, signal: AbortSignal): Promise<void> {
    const { clock, random } = this.#options;
    while (!signal.aborted) {
      await this.#turn(serve, signal);
      await clock.sleep(this.#periodMs * (1 + 0.2 * random()), signal);
    }
    this.#windUp();
    await this.#waiting.giveBack();
    await this.#finish();
    // What was seen before all was finished may be long ago.
    if (this.#door.isOurs) await this.#lookAtLeases(NEVER);
    await this.#door.giveBack(this.#heir());
  }

  /** Whoever sees our Leases sees that nothing need be left to us. */
  #windUp(): void {
    for (const { tenure } of this.#shards) if (tenure.hasBegun) tenure.end();
    for (const { lease } of this.#shards) lease.windUp();
  }

  /** As long as anything is written here, those who count otherwise must stay outside: the door is attended to until then. */
  async #finish(): Promise<void> {
    const finished = new AbortController();
    const finishing = Promise.all(this.#serving).finally(() => finished.abort());
    // It is awaited below, and may fail before that.
    finishing.catch(() => undefined);
    while (this.#serving.size > 0 && !isAborted(finished.signal)) {
      if (await this.#door.look(finished.signal)) await this.#passDoor(NEVER);
      await this.#options.clock.sleep(this.#periodMs, finished.signal);
    }
    await finishing;
  }

  get #leases(): readonly KeptLease[] {
    return [this.#waiting, ...this.#shards.map(({ lease }) => lease)];
  }

  async #lookAtLeases(signal: AbortSignal): Promise<void> {
    await Promise.all(this.#leases.map((lease) => lease.look(signal)));
  }

  async #turn(serve: Serve, signal: AbortSignal): Promise<void> {
    const isSeen = await this.#door.look(signal);
    if (isSeen) await this.#lookAtLeases(signal);
    // Where nobody can be seen nobody is late: what is free afterwards is not left over yet.
    const isInside = isSeen && (await this.#passDoor(signal));
    this.#insideSinceMs = isInside ? (this.#insideSinceMs ?? this.#options.clock.steady()) : undefined;
    if (!isInside) return;
    await this.#share(serve, signal);
    await this.#wait(signal);
  }

  /** @returns whether shards may be taken */
  async #passDoor(signal: AbortSignal): Promise<boolean> {
    const { view } = this.#door;
    if (this.#door.isOurs) return true;
    if (view?.type === 'free') return this.#door.take(signal, () => undefined);
    if (view?.holder.endsWith(this.#count) === true) return true;
    if (view !== undefined) await this.#leaveAll(view.holder);
    return false;
  }

  /** While one of us is there, those who count otherwise stay outside; one that ends attends to the door as long as it writes. */
  #heir(): string | undefined {
    const heir = anotherIn(this.#seen);
    return heir === undefined ? undefined : heir + this.#count;
  }

  /** As many as are free and ours to take, or one that others should have. */
  async #share(serve: Serve, signal: AbortSignal): Promise<void> {
    for (let move = this.#nextMove(); move?.type === 'take'; move = this.#nextMove()) {
      const shard = this.#shards[move.shard];
      const wasOthers = hasMoreThanAnother(seeShards(this.#seen));
      if (shard === undefined || !(await shard.lease.take(signal, () => shard.tenure.close()))) return;
      if (wasOthers) this.#keepsUntilMs = this.#options.clock.steady() + KEPT_PERIODS * this.#periodMs;
      this.#serve(shard, serve, signal);
    }
    const move = this.#nextMove();
    if (move?.type === 'give' && this.#options.clock.steady() >= this.#keepsUntilMs) this.#give(move.shard);
  }

  #nextMove(): Move | undefined {
    return nextMove(seeShards(this.#seen));
  }

  get #seen(): SeenLeases {
    const { clock, identity: self } = this.#options;
    const insideMs = clock.steady() - (this.#insideSinceMs ?? clock.steady());
    const quietMs = SILENT_PERIODS * this.#periodMs;
    return { self, shards: this.#shards, waiting: this.#waiting, insideMs, quietMs };
  }

  get #periodMs(): number {
    return this.#options.times.retryPeriodSeconds * 1000;
  }

  /** One that is being given back is still ours until all its work is finished. */
  #give(index: number): void {
    const isBusy = this.#shards.some(({ tenure }) => tenure.hasBegun && tenure.ending.aborted);
    const shard = this.#shards[index];
    if (isBusy || shard === undefined) return;
    this.#options.log.info({ lease: shard.name }, 'given back: another replica has fewer shards');
    shard.tenure.end();
  }

  #serve(shard: Shard, serve: Serve, signal: AbortSignal): void {
    const serving = this.#lead(shard, serve, signal);
    this.#serving.add(serving);
    void serving.finally(() => this.#serving.delete(serving));
  }

  async #lead(shard: Shard, serve: Serve, signal: AbortSignal): Promise<void> {
    const { log, identity, onChange } = this.#options;
    const { index, name, lease, tenure } = shard;
    tenure.begin();
    log.info({ lease: name, identity }, 'leading');
    if (signal.aborted) tenure.end();
    await serve(index, tenure.ending, () => onChange(name, true));
    if (tenure.over.aborted) log.warn({ lease: name, identity }, 'lost: another replica may lead by now');
    tenure.close();
    onChange(name, false);
    await lease.giveBack();
    shard.tenure = new Tenure(lease.assertOurs);
  }

  /** Who has none asks for some, where everybody sees it; one at a time. */
  async #wait(signal: AbortSignal): Promise<void> {
    const hasAny = this.#shards.some(({ lease }) => lease.isOurs);
    if (hasAny && this.#waiting.isOurs) return this.#waiting.giveBack();
    if (!hasAny && this.#waiting.view?.type === 'free' && !this.#waiting.isOurs)
      await this.#waiting.take(signal, () => undefined);
  }

  /** Somebody writes for all connections of ours by now, and none of those who count as they do shall wait for us. */
  async #leaveAll(holder: string): Promise<void> {
    const left = this.#shards.filter(({ tenure }) => tenure.isUnderWay);
    if (left.length > 0)
      this.#options.log.warn({ holder }, 'somebody leads who counts the shards otherwise: all are given back');
    for (const { tenure } of left) tenure.close();
    if (this.#waiting.isOurs) await this.#waiting.giveBack();
  }
}
