import { createHash } from 'node:crypto';

/**
 * Which of so many shards a name belongs to: the one that weighs most with it (rendezvous hashing), so that one shard more takes
 * over its own part of the names and moves no other. Equal in every process and version.
 */
export function shardOf(name: string, shards: number): number {
  if (shards === 1) return 0;
  return heaviest(
    Array.from({ length: shards }, (_, shard) => shard),
    (shard) => `${shard}/${name}`,
  );
}

/** The item whose text has the highest hash. @param items at least one */
export function heaviest(items: readonly number[], textOf: (item: number) => string): number {
  const weighed = items.map((item) => ({ item, weight: weightOf(textOf(item)) }));
  return weighed.reduce((most, each) => (each.weight > most.weight ? each : most)).item;
}

/** 48 bits, which a number holds exactly. */
function weightOf(text: string): number {
  return createHash('sha256').update(text).digest().readUIntBE(0, 6);
}
