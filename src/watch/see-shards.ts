import type { LeaseView } from './leader-elector.ts';
import { UNKNOWN, type ShardsView } from './share-shards.ts';

/** A Lease as it was seen last. */
export interface SeenLease {
  readonly isOurs: boolean;
  /** Undefined while it is ours, and when it could not be looked at. */
  readonly view: LeaseView | undefined;
}

/** The Lease of one shard, and whether it is led here, or was and is not wound up. */
export interface SeenShard {
  readonly lease: SeenLease;
  readonly tenure: { readonly hasBegun: boolean };
}

/** All Leases of one installation but the one at the door. */
export interface SeenLeases {
  readonly self: string;
  readonly shards: readonly SeenShard[];
  readonly waiting: SeenLease;
  /** For how long shards may have been taken. */
  readonly insideMs: number;
  /** After so long without a word nobody is waited for. */
  readonly quietMs: number;
}

type Held = Extract<LeaseView, { type: 'held' }>;

/** Who has which shards, and who can be counted on. Pure. */
export function seeShards(seen: SeenLeases): ShardsView {
  const { self, shards, waiting } = seen;
  const leftOver = shards.flatMap((shard, index) => (isLeftOver(shard, seen) ? [index] : []));
  return {
    self,
    holders: shards.map((shard) => holderOf(shard, self)),
    waiting: leaseHolder(waiting, self),
    silent: silentIn(seen),
    leftOver: new Set(leftOver),
  };
}

/** Nobody has taken it for so long that whoever should have does not. */
function isLeftOver({ lease: { view } }: SeenShard, { insideMs, quietMs }: SeenLeases): boolean {
  return view?.type === 'free' && Math.min(view.freeMs, insideMs) > quietMs;
}

/** Another replica that is there: one that stays, if there is any. */
export function anotherIn(seen: SeenLeases): string | undefined {
  const silent = silentIn(seen);
  const heard = [...heardIn(seen)];
  return heard.find((holder) => !silent.has(holder)) ?? heard[0];
}

function holderOf({ lease, tenure }: SeenShard, self: string): string | undefined {
  const holder = leaseHolder(lease, self);
  // One that was lost and is not wound up cannot be had again, by us.
  if (holder !== undefined || tenure.hasBegun) return holder ?? self;
  return lease.view === undefined ? UNKNOWN : undefined;
}

function leaseHolder({ isOurs, view }: SeenLease, self: string): string | undefined {
  if (isOurs) return self;
  return view?.type === 'held' ? view.holder : undefined;
}

/** Who is not heard of, and who says that it ends: neither takes anything. */
function silentIn(seen: SeenLeases): ReadonlySet<string> {
  const heard = heardIn(seen);
  const silent = othersIn(seen).filter(({ holder, isWindingUp }) => isWindingUp || !heard.has(holder));
  return new Set(silent.map(({ holder }) => holder));
}

/** Whoever is heard of by any Lease is there. */
function heardIn(seen: SeenLeases): ReadonlySet<string> {
  const heard = othersIn(seen).filter(({ silentMs }) => silentMs <= seen.quietMs);
  return new Set(heard.map(({ holder }) => holder));
}

/** Leases that somebody else holds. */
function othersIn({ waiting, shards }: SeenLeases): readonly Held[] {
  return [waiting, ...shards.map(({ lease }) => lease)].flatMap(({ view }) => (view?.type === 'held' ? [view] : []));
}
