import { heaviest } from './shard-of.ts';

/** All shards as one replica sees them. */
export interface ShardsView {
  readonly self: string;
  /** Who holds each shard, in order; undefined: nobody, so it can be had. */
  readonly holders: readonly (string | undefined)[];
  /** One that holds none and asks for some. */
  readonly waiting: string | undefined;
  /** Who is not heard of any more, and so is waited for by nobody. */
  readonly silent: ReadonlySet<string>;
}

export type Move = { readonly type: 'take' | 'give'; readonly shard: number };

/**
 * What this replica should do so that all hold equally many shards: take a free one when nobody who is heard of holds fewer;
 * give one back when it holds the most, two more than somebody else, and no other is on its way. All replicas that see the same agree who
 * moves, and each move makes the shares more equal, so it comes to rest. Which shard it is depends on the
 * replica, so that two do not reach for the same one. Pure.
 */
export function nextMove(view: ShardsView): Move | undefined {
  const { self, holders } = view;
  const shares = sharesOf(view);
  const own = shares.get(self) ?? 0;
  const least = Math.min(...shares.values());
  const free = shardsOf(holders, undefined);
  if (free.length > 0) return own <= least ? { type: 'take', shard: preferred(self, free) } : undefined;
  if (own - least < 2 || fullest(shares) !== self) return undefined;
  return { type: 'give', shard: preferred(`not ${self}`, shardsOf(holders, self)) };
}

function sharesOf({ self, holders, waiting, silent }: ShardsView): ReadonlyMap<string, number> {
  const heard = [self, waiting, ...holders].flatMap((name) => (name === undefined || silent.has(name) ? [] : [name]));
  return new Map(heard.map((name) => [name, shardsOf(holders, name).length]));
}

function shardsOf(holders: readonly (string | undefined)[], holder: string | undefined): readonly number[] {
  return holders.flatMap((each, shard) => (each === holder ? [shard] : []));
}

function fullest(shares: ReadonlyMap<string, number>): string | undefined {
  const most = Math.max(...shares.values());
  return [...shares.keys()].filter((name) => shares.get(name) === most).sort()[0];
}

function preferred(who: string, shards: readonly number[]): number {
  return heaviest(shards, (shard) => `${who}/${shard}`);
}
