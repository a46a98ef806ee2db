import { connectionOf, namespacedName, objectKey, type NamespacedName, type Resource } from '../desired/resource.ts';
import type { Connection } from './resolve-settings.ts';
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

  /** A Secret, a ConfigMap or a namespace that connections depend on changed. */
  onSurroundings(): void {
    for (const session of this.#sessions.values()) session.recheck();
  }

  /** Runs every session, present and future, until the signal is aborted. */
  start(signal: AbortSignal): void {
    this.#signal = signal;
    for (const session of this.#sessions.values()) this.#run(session, signal);
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
    if (this.#signal !== undefined) this.#run(session, this.#signal);
    return session;
  }

  #run(session: Session, signal: AbortSignal): void {
    const running = session.run(signal);
    this.#running.add(running);
    void running.finally(() => this.#running.delete(running));
  }
}
