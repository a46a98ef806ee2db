import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { OwnStack } from '../test/stack/stack.ts';
import { SHAPES, type BenchKind } from './objects.ts';
import { committed, startOperator } from './operator.ts';
import { Place } from './place.ts';
import { Program } from './program.ts';
import { Statuses } from './statuses.ts';

const FLOOR = fileURLToPath(new URL('floor.ts', import.meta.url));
const TIMEOUT_MS = 20 * 60_000;
/** As long as it takes until nothing is under way any more and garbage is collected. */
const SETTLE_MS = 15_000;

/** Milliseconds from the start of a process. */
export interface Start {
  readonly inOpenSearchMs: number;
  readonly toldMs: number;
}

export interface OperatorStart extends Start {
  readonly cpuSeconds: number;
  readonly peakMiB: number;
  readonly settledMiB: number;
  readonly restart: Restart;
}

/** An operator that starts with everything in sync, beside a raw list of the same objects. */
interface Restart {
  readonly readyMs: number;
  readonly listMs: number;
}

/** The script, on objects that nobody has seen yet. */
export async function floor(stack: OwnStack, wanted: Wanted): Promise<Start> {
  return at(stack, wanted, async (place, statuses) => {
    const script = runFloor(place);
    const inOpenSearchMs = await script.until('the last PATCH', ({ mark }) => mark === 'in-opensearch', TIMEOUT_MS);
    const toldMs = (await statuses.untilAll(TIMEOUT_MS)) - script.startedAt;
    await script.ended();
    return { inOpenSearchMs, toldMs };
  });
}

/** The operator, on as many objects that nobody has seen yet, and once more when all is in sync. */
export async function operator(stack: OwnStack, wanted: Wanted): Promise<OperatorStart> {
  return at(stack, wanted, async (place, statuses) => {
    const first = startOperator(place);
    const isLast = (): boolean => committed(first.lines) >= wanted.count;
    const inOpenSearchMs = await first.until('the last commit', isLast, TIMEOUT_MS);
    const toldMs = (await statuses.untilAll(TIMEOUT_MS)) - first.startedAt;
    const cpuSeconds = first.cpuSeconds();
    await sleep(SETTLE_MS);
    const { peak: peakMiB, now: settledMiB } = first.memoryMiB();
    await first.stop();
    return { inOpenSearchMs, toldMs, cpuSeconds, peakMiB, settledMiB, restart: await restart(place) };
  });
}

/** As every other tool: one PUT for each object. @returns milliseconds */
export async function oneByOne(stack: OwnStack, wanted: Wanted): Promise<number> {
  const place = await Place.make(stack, { ...wanted, count: 0 });
  const names = Array.from({ length: wanted.count }, (_, index) => `${place.namespace}-${index}`);
  const startedAt = performance.now();
  for (const name of names)
    await place.search.ok('PUT', `${place.entities}/${name}`, { cluster_permissions: ['cluster_composite_ops_ro'] });
  const ms = performance.now() - startedAt;
  await place.clear();
  return ms;
}

export interface Wanted {
  readonly kind: BenchKind;
  readonly count: number;
}

async function restart(place: Place): Promise<Restart> {
  const listing = runFloor(place, '--list-only');
  const listMs = await listing.until('the list', ({ mark }) => mark === 'listed', TIMEOUT_MS);
  await listing.ended();
  const again = startOperator(place);
  const readyMs = await again.until('readiness', ({ msg }) => msg === 'synced', TIMEOUT_MS);
  await sleep(SETTLE_MS);
  if (committed(again.lines) > 0) throw new Error('a restart wrote something to OpenSearch');
  await again.stop();
  return { readyMs, listMs };
}

function runFloor(place: Place, ...flags: readonly string[]): Program {
  return new Program([process.execPath, FLOOR, ...flags], place.environment);
}

async function at<T extends Start>(
  stack: OwnStack,
  wanted: Wanted,
  measure: (place: Place, statuses: Statuses) => Promise<T>,
): Promise<T> {
  const place = await Place.make(stack, wanted);
  const statuses = await Statuses.watch(place);
  try {
    const result = await measure(place, statuses);
    const count = await place.count();
    if (count !== wanted.count)
      throw new Error(`${count} of ${wanted.count} ${SHAPES[wanted.kind].document} are there`);
    return result;
  } finally {
    await statuses.close();
    await place.clear();
  }
}
