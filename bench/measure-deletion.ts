import { setTimeout as sleep } from 'node:timers/promises';
import type { OwnStack } from '../test/stack/stack.ts';
import { at, type Wanted } from './measure-start.ts';
import { namesOf, SHAPES } from './objects.ts';
import type { Place } from './place.ts';
import { TIMEOUT_MS } from './program.ts';

const LOOK_MS = 100;
const FINALIZER = 'bench.example/finalizer';

/** Milliseconds from the first request to delete them until no object and no entity is left. */
export async function measureDeletion(place: Place): Promise<number> {
  const startedAt = performance.now();
  await place.deleteObjects();
  while ((await place.countObjects()) > 0) {
    if (performance.now() - startedAt > TIMEOUT_MS) throw new Error('the objects were not gone in time');
    await sleep(LOOK_MS);
  }
  const ms = performance.now() - startedAt;
  const rest = await place.count();
  if (rest > 1) throw new Error(`${rest} ${SHAPES[place.kind].document} were left behind`);
  return ms;
}

/** What removing the same number of entities takes when it is split into PATCHes of one size. */
export interface Split {
  readonly atOnce: number;
  readonly ms: number;
}

/** The splits that may be the best, each on entities made for it. */
export async function measureSplits(stack: OwnStack, wanted: Wanted): Promise<readonly Split[]> {
  const sizes = [500, 1000, 2000, 5000].filter((size) => size <= wanted.count);
  const splits: Split[] = [];
  for (const atOnce of sizes.length === 0 ? [wanted.count] : sizes) splits.push(await split(stack, wanted, atOnce));
  return splits;
}

/**
 * What deleting N objects takes at least: the API server marks them all, the entities are removed in PATCHes of the best size, and the
 * finalizers come off on as many connections as the floor has. @returns milliseconds
 */
export async function deletionFloor(stack: OwnStack, wanted: Wanted, atOnce: number): Promise<number> {
  return at(stack, wanted, async (place) => {
    await place.fill();
    await place.addToOpenSearch(place.names);
    await place.setFinalizers([FINALIZER]);
    const startedAt = performance.now();
    await place.deleteObjects();
    await place.removeFromOpenSearch(place.names, atOnce);
    await place.setFinalizers(null);
    return performance.now() - startedAt;
  });
}

export function bestOf(splits: readonly Split[]): Split {
  return splits.reduce((best, next) => (next.ms < best.ms ? next : best));
}

function split(stack: OwnStack, wanted: Wanted, atOnce: number): Promise<Split> {
  return at(stack, { ...wanted, count: 0 }, async (place) => {
    const names = namesOf(place.namespace, wanted.count);
    await place.addNeededRoles(names);
    await place.addToOpenSearch(names);
    const startedAt = performance.now();
    await place.removeFromOpenSearch(names, atOnce);
    return { atOnce, ms: performance.now() - startedAt };
  });
}
