import { connectionOf, namespacedName, objectKey, type NamespacedName, type Resource } from '../desired/resource.ts';
import { shardOf } from '../watch/shard-of.ts';
import type { Connection, Referenced } from './resolve-settings.ts';
import type { Session } from './session.ts';
import type { ShardSessions } from './shard-sessions.ts';

/** One change of one object, as a watch tells it. */
export interface Change<T> {
  readonly before: T | undefined;
  readonly after: T | undefined;
}

/**
 * Sends each change to the session of its connection. Sessions begin to run with `serve`, when every collection has
 * been listed once: until then an object that is missing may only not have been read yet.
 */
export class Operator {
  readonly #shards: readonly ShardSessions[];
  /** Of each connection that was seen; to find it takes a hash for each shard. */
  readonly #shardOf = new Map<NamespacedName, ShardSessions>();

  /** @param shards at least one */
  constructor(shards: readonly ShardSessions[]) {
    this.#shards = shards;
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
    for (const session of this.#all()) session.onReferenced(referenced);
  }

  /** The labels of a namespace changed. */
  onNamespace(name: string): void {
    for (const session of this.#all()) session.onNamespace(name);
  }

  /** Runs the sessions of one shard until the signal is aborted; ends when they have ended and all is written. */
  async serve(shard: number, signal: AbortSignal): Promise<void> {
    await this.#shards[shard]?.serve(signal);
  }

  *#all(): Generator<Session> {
    for (const shard of this.#shards) yield* shard.all;
  }

  #session(key: NamespacedName): Session {
    const shard = this.#shardOf.get(key) ?? this.#shards[shardOf(key, this.#shards.length)];
    if (shard === undefined) throw new Error('there are no shards');
    this.#shardOf.set(key, shard);
    return shard.get(key);
  }
}
