import { setTimeout as sleep } from 'node:timers/promises';
import { forEachConcurrently } from '../src/concurrency.ts';
import type { Place } from './place.ts';
import type { Program } from './program.ts';

const IDLE_EDITS = 30;
const STORM_EDITS = 100;
const STORM_PACE_MS = 300;
const RAW_IN_STORM = 20;
/** As long as a PATCH may take that was sent before its sender stood still. */
const UNDER_WAY_MS = 10_000;
/** One pipeline changes one object after another, as `kubectl apply` does; four do at the same time. */
const STORMERS = [1, 4];
const LOOK_MS = 5;
const TIMEOUT_MS = 120_000;
/** An operator that has just committed waits for more: an idle one is meant. */
const IDLE_MS = 1500;

/** Milliseconds of each edit, from before the request to the API server until OpenSearch answers with it. */
export interface Edits {
  readonly inForceMs: readonly number[];
  /** Of a PATCH of one entity of the same document, sent straight to OpenSearch, each between two of the others. */
  readonly rawMs: readonly number[];
}

/** One edit at a time in a fleet where nothing else happens. */
export async function idleEdits(place: Place, count = IDLE_EDITS): Promise<Edits> {
  const edits = { inForceMs: [] as number[], rawMs: [] as number[] };
  for (let index = 0; index < count; index += 1) {
    await sleep(IDLE_MS);
    edits.rawMs.push(await rawPatch(place, index));
    await sleep(IDLE_MS);
    edits.inForceMs.push(await edit(place, place.names[index] ?? '', `idle ${index}`));
  }
  return edits;
}

/** Milliseconds of edits while others change objects, and of raw PATCHes in the same storm, one after the other. */
export interface Storm {
  readonly stormers: number;
  readonly inForceMs: readonly number[];
  readonly rawMs: readonly number[];
}

/** Edits while all other objects are changed, again and again. */
export async function measureStorms(place: Place, operator: Program): Promise<readonly Storm[]> {
  const storms: Storm[] = [];
  for (const stormers of STORMERS) {
    const inForceMs = await inStorm(place, stormers, () => editOften(place));
    // For those the operator stands still: what it does is no part of them.
    const rawMs = await operator.whilePaused(async () => {
      await sleep(UNDER_WAY_MS);
      return inStorm(place, stormers, () => patchOften(place));
    });
    storms.push({ stormers, inForceMs, rawMs });
  }
  return storms;
}

async function editOften(place: Place): Promise<readonly number[]> {
  const inForceMs: Promise<number>[] = [];
  // One after the other is looked for, in their order: looks for all at once would be the storm themselves.
  let looking: Promise<unknown> = Promise.resolve();
  for (let index = 0; index < STORM_EDITS; index += 1) {
    await sleep(STORM_PACE_MS);
    const startedAt = performance.now();
    const [name, description] = [place.names[index] ?? '', `storm at ${startedAt}`];
    const described = describe(place, name, description);
    const seen = Promise.all([described, looking]).then(() => untilInForce(place, name, description));
    looking = seen;
    inForceMs.push(seen.then((at) => at - startedAt));
  }
  return Promise.all(inForceMs);
}

async function patchOften(place: Place): Promise<readonly number[]> {
  const rawMs: number[] = [];
  for (let index = 0; index < RAW_IN_STORM; index += 1) {
    await sleep(STORM_PACE_MS);
    rawMs.push(await rawPatch(place, index));
  }
  return rawMs;
}

/** What is done while others change objects, until it is done. */
async function inStorm<T>(place: Place, stormers: number, work: () => Promise<T>): Promise<T> {
  const over = new AbortController();
  const storm = blow(place, stormers, over.signal);
  try {
    return await work();
  } finally {
    over.abort();
    await storm;
  }
}

async function blow(place: Place, stormers: number, signal: AbortSignal): Promise<void> {
  const others = place.names.slice(STORM_EDITS);
  while (!signal.aborted)
    await forEachConcurrently(others, stormers, async (name) => {
      if (!signal.aborted) await describe(place, name, `at ${performance.now()}`);
    });
}

async function describe(place: Place, name: string, description: string): Promise<void> {
  await place.kube.ok('PATCH', `${place.objects}/${name}`, { spec: { description } });
}

async function edit(place: Place, name: string, description: string): Promise<number> {
  const startedAt = performance.now();
  await describe(place, name, description);
  return (await untilInForce(place, name, description)) - startedAt;
}

/** @returns when OpenSearch answered with it */
async function untilInForce(place: Place, name: string, description: string): Promise<number> {
  const lookedAt = performance.now();
  while (performance.now() - lookedAt < TIMEOUT_MS) {
    const found = await place.search.ok<Readonly<Record<string, { readonly description?: string }>>>(
      'GET',
      `${place.entities}/${name}`,
    );
    if (found[name]?.description === description) return performance.now();
    await sleep(LOOK_MS);
  }
  throw new Error(`${name} was not in force in time`);
}

/** Of an entity that no custom resource stands for. */
async function rawPatch(place: Place, index: number): Promise<number> {
  const value = { description: `raw ${index}`, cluster_permissions: ['cluster_composite_ops_ro'] };
  const startedAt = performance.now();
  await place.search.ok('PATCH', place.entities, [{ op: 'add', path: `/${place.namespace}-raw`, value }]);
  return performance.now() - startedAt;
}
