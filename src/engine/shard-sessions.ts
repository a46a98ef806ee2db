import { untilAborted } from '../concurrency.ts';
import type { NamespacedName } from '../desired/resource.ts';
import { messageOf } from '../errors.ts';
import { Session } from './session.ts';
import type { World, Writers } from './world.ts';

/** Writers that have to be closed. */
export interface OpenWriters extends Writers {
  readonly close: () => Promise<void>;
}

/** What a shard is made of. */
export interface ShardParts {
  readonly world: Omit<World, keyof Writers>;
  /** Anew each time: what one time that the shard is led has left to write is not written in another. */
  readonly openWriters: () => OpenWriters;
}

/** The sessions of one shard. They gather all the time, and run while this process leads the shard. */
export class ShardSessions {
  readonly #parts: ShardParts;
  readonly #sessions = new Map<NamespacedName, Session>();
  readonly #running = new Set<Promise<void>>();
  #writers: OpenWriters;
  #world: World;
  #hasServed = false;
  #signal: AbortSignal | undefined;

  constructor(parts: ShardParts) {
    this.#parts = parts;
    this.#writers = parts.openWriters();
    this.#world = { ...parts.world, ...this.#writers };
  }

  get all(): Iterable<Session> {
    return this.#sessions.values();
  }

  /** The session of a connection, which is made when there is none. */
  get(key: NamespacedName): Session {
    const present = this.#sessions.get(key);
    if (present !== undefined) return present;
    const session = new Session(key, this.#world);
    this.#sessions.set(key, session);
    if (this.#signal !== undefined) this.#run(key, session, this.#signal);
    return session;
  }

  /** Runs every session, present and future, until the signal is aborted. Ends when all have ended and all is written. */
  async serve(signal: AbortSignal): Promise<void> {
    if (this.#hasServed) this.#beginAnew();
    this.#hasServed = true;
    this.#signal = signal;
    for (const [key, session] of this.#sessions) this.#run(key, session, signal);
    await untilAborted(signal);
    this.#signal = undefined;
    await Promise.all(this.#running);
    for (const session of this.all) session.fallSilent();
    await this.#closeWriters();
  }

  #beginAnew(): void {
    this.#writers = this.#parts.openWriters();
    this.#world = { ...this.#parts.world, ...this.#writers };
    for (const [key, session] of this.#sessions) this.#sessions.set(key, session.renewed(this.#world));
  }

  async #closeWriters(): Promise<void> {
    const { finalizers, statuses, events, close } = this.#writers;
    await statuses.idle();
    await finalizers.close();
    statuses.close();
    await events.flush();
    await close();
  }

  #run(key: NamespacedName, session: Session, signal: AbortSignal): void {
    const running = this.#runUntilEmpty(key, session, signal);
    this.#running.add(running);
    void running
      .catch((error: unknown) => this.#world.log.error({ connection: key, error: messageOf(error) }, 'session ended'))
      .finally(() => this.#running.delete(running));
  }

  /** A session that nobody needs any more ends by itself; what came in that moment lets it run again. */
  async #runUntilEmpty(key: NamespacedName, session: Session, signal: AbortSignal): Promise<void> {
    do await session.run(signal);
    while (!signal.aborted && !session.isEmpty);
    if (session.isEmpty) this.#sessions.delete(key);
  }
}
