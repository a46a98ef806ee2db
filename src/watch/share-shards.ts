import { heaviest } from './shard-of.ts';

/** The holder of a shard that could not be looked at: it may be anybody, and is nobody's measure. */
export const UNKNOWN = '';

/** All shards as one replica sees them. */
export interface ShardsView {
  readonly self: string;
  /** Who holds each shard, in order; undefined: nobody, so it can be had. */
  readonly holders: readonly (string | undefined)[];
  /** One that holds none and asks for some. */
  readonly waiting: string | undefined;
  /** Who is not heard of any more or is about to end, and so is waited for by nobody. */
  readonly silent: ReadonlySet<string>;
  /** Shards that nobody has taken for so long that whoever should have does not. */
  readonly leftOver: ReadonlySet<number>;
}

export type Move = { readonly type: 'take' | 'give'; readonly shard: number };

/**
 * What this replica should do so that all hold equally many shards: take a free one when nobody who is heard of holds fewer, or
 * when it is left over;
 * give one back when it holds the most, two more than somebody else, and no other is on its way. All replicas that see the same agree who
 * moves, and each move makes the shares more equal, so it comes to rest. Which shard it is depends on the
 * replica, so that two do not reach for the same one. Pure.
 */
export function nextMove(view: ShardsView): Move | undefined {
  const { self, holders, leftOver } = view;
  const shares = sharesOf(view);
  const { own, least } = ownAndLeast(view);
  const free = shardsOf(holders, undefined);
  const takeable = own <= least ? free : free.filter((shard) => leftOver.has(shard));
  if (takeable.length > 0) return { type: 'take', shard: preferred(self, takeable) };
  if (free.length > 0 || holders.includes(UNKNOWN)) return undefined;
  if (own - least < 2 || fullest(shares) !== self) return undefined;
  return { type: 'give', shard: preferred(`not ${self}`, shardsOf(holders, self)) };
}

/** Whether somebody who is heard of holds fewer than this replica. Pure. */
export function hasMoreThanAnother(view: ShardsView): boolean {
  const { own, least } = ownAndLeast(view);
  return own > least;
}

function ownAndLeast(view: ShardsView): { readonly own: number; readonly least: number } {
  const shares = sharesOf(view);
  return { own: shares.get(view.self) ?? 0, least: Math.min(...shares.values()) };
}

function sharesOf({ self, holders, waiting, silent }: ShardsView): ReadonlyMap<string, number> {
  const named = [self, waiting, ...holders].flatMap((name) => (name === undefined || name === UNKNOWN ? [] : [name]));
  const heard = named.filter((name) => !silent.has(name));
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
