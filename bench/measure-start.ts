import { fileURLToPath } from 'node:url';
import type { OwnStack } from '../test/stack/stack.ts';
import { namesOf, SHAPES, type BenchKind } from './objects.ts';
import { commitMs, startOperator, untilReady, whenCommitted } from './operator.ts';
import { Place } from './place.ts';
import { Program, TIMEOUT_MS } from './program.ts';
import { untilQuiet } from './scrape.ts';
import { Statuses } from './statuses.ts';

const FLOOR = fileURLToPath(new URL('floor.ts', import.meta.url));

export interface Wanted {
  readonly kind: BenchKind;
  readonly count: number;
}

/** Milliseconds from a start. */
export interface Start {
  readonly inOpenSearchMs: number;
  readonly toldMs: number;
}

/** From the start of the script, on objects that nobody has seen yet; and how long it took to make these. */
export interface FloorStart extends Start {
  readonly fillMs: number;
}

/** From the start of the process. */
export interface OperatorStart extends Start {
  /** Of that, its writes to OpenSearch alone; milliseconds. */
  readonly commitMs: number;
  readonly cpuSeconds: number;
  readonly peakMiB: number;
  readonly settledMiB: number;
}

export async function floor(stack: OwnStack, wanted: Wanted): Promise<FloorStart> {
  return at(stack, wanted, async (place) => {
    const fillMs = await place.fill();
    const statuses = await Statuses.watch(place);
    const script = runFloor(place);
    const isLast = ({ mark }: { readonly mark?: unknown }): boolean => mark === 'in-opensearch';
    const inOpenSearchMs = (await script.until('the last PATCH', isLast, TIMEOUT_MS)) - script.startedAt;
    const toldMs = (await statuses.untilAll(TIMEOUT_MS)) - script.startedAt;
    await script.ended();
    await statuses.close();
    await assertAll(place);
    return { fillMs, inOpenSearchMs, toldMs };
  });
}

/** The operator on objects that wait for it; it goes on to run. @param until which its memory is not taken for settled */
export async function startOn(
  place: Place,
  until: 'quiet' | 'told' = 'quiet',
): Promise<{ readonly operator: Program; readonly start: OperatorStart }> {
  const statuses = await Statuses.watch(place);
  const operator = startOperator(place);
  const { length } = place.names;
  const inOpenSearchMs =
    (await operator.until('the last commit', whenCommitted(length), TIMEOUT_MS)) - operator.startedAt;
  const writesMs = commitMs(operator.lines);
  const toldMs = (await statuses.untilAll(TIMEOUT_MS)) - operator.startedAt;
  const cpuSeconds = operator.cpuSeconds();
  await statuses.close();
  await assertAll(place);
  if (until === 'quiet') await untilQuiet(operator);
  const { peak: peakMiB, now: settledMiB } = operator.memoryMiB();
  return { operator, start: { inOpenSearchMs, commitMs: writesMs, toldMs, cpuSeconds, peakMiB, settledMiB } };
}

/** From the first object that is made while the operator runs. */
export async function apply(stack: OwnStack, wanted: Wanted): Promise<Start> {
  return at(stack, wanted, async (place) => {
    const operator = startOperator(place);
    await untilReady(operator);
    const statuses = await Statuses.watch(place);
    const startedAt = Date.now();
    await place.fill();
    const inOpenSearchMs =
      (await operator.until('the last commit', whenCommitted(wanted.count), TIMEOUT_MS)) - startedAt;
    const toldMs = (await statuses.untilAll(TIMEOUT_MS)) - startedAt;
    await statuses.close();
    await assertAll(place);
    await operator.stop();
    return { inOpenSearchMs, toldMs };
  });
}

/** As every other tool: one PUT for each object. @returns milliseconds */
export async function oneByOne(stack: OwnStack, wanted: Wanted): Promise<number> {
  return at(stack, { ...wanted, count: 0 }, async (place) => {
    const names = namesOf(place.namespace, wanted.count);
    const { entity } = SHAPES[wanted.kind];
    await place.addNeededRoles(names);
    const startedAt = performance.now();
    for (const name of names) await place.search.ok('PUT', `${place.entities}/${name}`, entity);
    return performance.now() - startedAt;
  });
}

/** Milliseconds that a raw list takes, from the start of the process. */
export async function listRaw(place: Place): Promise<number> {
  const listing = runFloor(place, '--list-only');
  const listedAt = await listing.until('the list', ({ mark }) => mark === 'listed', TIMEOUT_MS);
  await listing.ended();
  return listedAt - listing.startedAt;
}

/** A place of its own, cleared whatever happens. */
export async function at<T>(stack: OwnStack, wanted: Wanted, measure: (place: Place) => Promise<T>): Promise<T> {
  const place = await Place.make(stack, wanted);
  try {
    return await measure(place);
  } catch (error) {
    // Clearing may fail as well, for the same cause.
    console.error(error);
    throw error;
  } finally {
    await place.clear();
  }
}

/** What was measured has to be there. @throws Error otherwise */
async function assertAll(place: Place): Promise<void> {
  const count = await place.count();
  const { length } = place.names;
  if (count !== length) throw new Error(`${count} of ${length} ${SHAPES[place.kind].document} are there`);
}

function runFloor(place: Place, ...flags: readonly string[]): Program {
  return new Program([process.execPath, FLOOR, ...flags], place.environment);
}
