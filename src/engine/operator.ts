import { messageOf } from '../errors.ts';
import { connectionOf, namespacedName, objectKey, type NamespacedName, type Resource } from '../desired/resource.ts';
import type { Connection, Referenced } from './resolve-settings.ts';
import { Session } from './session.ts';
import type { World } from './world.ts';

/** One change of one object, as a watch tells it. */
export interface Change<T> {
  readonly before: T | undefined;
  readonly after: T | undefined;
}

/**
 * Sends each change to the session of its connection. Sessions begin to run with `start`, when every collection has
 * been listed once: until then an object that is missing may only not have been read yet.
 */
export class Operator {
  readonly #world: World;
  readonly #sessions = new Map<NamespacedName, Session>();
  readonly #running = new Set<Promise<void>>();
  #signal: AbortSignal | undefined;

  constructor(world: World) {
    this.#world = world;
  }

  onResource({ before, after }: Change<Resource>): void {
    const isMoved = before !== undefined && (after === undefined || connectionOf(before) !== connectionOf(after));
    if (isMoved) this.#session(connectionOf(before)).remove(objectKey(before));
    if (after !== undefined) this.#session(connectionOf(after)).put(after);
  }

  onConnection({ before, after }: Change<Connection>): void {
    const either = after ?? before;
    if (either !== undefined) this.#session(namespacedName(either)).setConnection(after);
  }

  /** A Secret or a ConfigMap changed; whom it does not concern is left in peace. */
  onReferenced(referenced: Referenced): void {
    for (const session of this.#sessions.values()) session.onReferenced(referenced);
  }

  /** The labels of a namespace changed. */
  onNamespace(name: string): void {
    for (const session of this.#sessions.values()) session.onNamespace(name);
  }

  /** Runs every session, present and future, until the signal is aborted. */
  start(signal: AbortSignal): void {
    this.#signal = signal;
    for (const [key, session] of this.#sessions) this.#run(key, session, signal);
  }

  /** Ends when all sessions have ended after the signal. */
  async ended(): Promise<void> {
    await Promise.all(this.#running);
  }

  #session(key: NamespacedName): Session {
    const present = this.#sessions.get(key);
    if (present !== undefined) return present;
    const session = new Session(key, this.#world);
    this.#sessions.set(key, session);
    if (this.#signal !== undefined) this.#run(key, session, this.#signal);
    return session;
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
    this.#sessions.delete(key);
  }
}
