import { setTimeout as sleep } from 'node:timers/promises';
import { forEachConcurrently } from '../src/concurrency.ts';
import { SHAPES } from './objects.ts';
import type { Place } from './place.ts';
import type { Line, Program } from './program.ts';
import { untilQuiet } from './scrape.ts';

const IDLE_EDITS = 30;
const STORM_EDITS = 100;
/** In a smaller fleet there is nobody else whose objects a storm could change. */
export const LEAST_FOR_STORM = STORM_EDITS + 1;
const STORM_PACE_MS = 300;
const FLOOR_EDITS = 60;
/** Of each storm: a slow PATCH or two make the worst of one round, and not of three. */
const STORM_ROUNDS = 3;
const IDLE_PATCHES = 10;
/** As long as a PATCH may take that was sent before its sender stood still. */
const UNDER_WAY_MS = 10_000;
/** Who changes all other objects: pipelines that change one object after another, and how often one may begin a change. */
export interface Stormers {
  readonly pipelines: number;
  readonly everyMs: number;
}

/**
 * One at the pace of Argo CD, which sends 50 requests a second at most (`ARGOCD_K8S_CLIENT_QPS`); one that waits for nothing but the
 * API server; and four.
 */
const STORMERS: readonly Stormers[] = [
  { pipelines: 1, everyMs: 20 },
  { pipelines: 1, everyMs: 0 },
  { pipelines: 4, everyMs: 0 },
];
const TIMEOUT_MS = 120_000;
/** An operator that has just committed waits for more: an idle one is meant. */
const IDLE_MS = 1500;

/** Milliseconds of each edit, from before the request to the API server until OpenSearch has answered the PATCH that it is in. */
export interface Edits {
  readonly inForceMs: readonly number[];
  /** Of a PATCH of one entity of the same document, sent straight to OpenSearch, each between two of the others. */
  readonly rawMs: readonly number[];
}

/** An operator and the place that it looks after; it says of each entity when it was written. */
export interface Talking {
  readonly place: Place;
  readonly operator: Program;
}

/** One edit at a time in a fleet where nothing else happens. */
export async function idleEdits({ place, operator }: Talking, count = IDLE_EDITS): Promise<Edits> {
  const edits = { inForceMs: [] as number[], rawMs: [] as number[] };
  for (let index = 0; index < count; index += 1) {
    await sleep(IDLE_MS);
    edits.rawMs.push(await rawPatch(place, index));
    await sleep(IDLE_MS);
    edits.inForceMs.push(await untilInForce(operator, await edit(place, place.names[index] ?? '')));
  }
  await assertInForce(place, place.names[count - 1] ?? '');
  return edits;
}

/** Milliseconds of what was measured beside each other while others change objects. */
interface Round {
  /** Of one raw PATCH before it, when nothing else happens. */
  readonly idleMs: readonly number[];
  readonly inForceMs: readonly number[];
  /** Of the simplest loop that sends one PATCH after the other, each of one entity for all edits that came meanwhile: with roles more cost no more. */
  readonly floorMs: readonly number[];
  /** Of those PATCHes alone. */
  readonly rawMs: readonly number[];
}

/** All rounds of one storm together. */
export interface Storm extends Round {
  readonly stormers: Stormers;
}

/** Edits while all other objects are changed, again and again. */
export async function measureStorms(talking: Talking): Promise<readonly Storm[]> {
  const storms: Storm[] = [];
  for (const stormers of STORMERS) {
    const rounds: Round[] = [];
    while (rounds.length < STORM_ROUNDS) rounds.push(await measureRound(talking, stormers));
    const all = (of: keyof Round): readonly number[] => rounds.flatMap((round) => round[of]);
    storms.push({
      stormers,
      idleMs: all('idleMs'),
      inForceMs: all('inForceMs'),
      floorMs: all('floorMs'),
      rawMs: all('rawMs'),
    });
  }
  return storms;
}

async function measureRound({ place, operator }: Talking, stormers: Stormers): Promise<Round> {
  const idleMs: number[] = [];
  while (idleMs.length < IDLE_PATCHES) idleMs.push(await rawPatch(place, idleMs.length));
  const edits = await inStorm(place, stormers, () => editOften(place));
  const inForceMs: number[] = [];
  for (const made of edits) inForceMs.push(await untilInForce(operator, made));
  await assertInForce(place, edits.at(-1)?.name ?? '');
  // For the floor the operator stands still: what it does is no part of it.
  const floor = await operator.whilePaused(async () => {
    await sleep(UNDER_WAY_MS);
    return inStorm(place, stormers, () => patchInTurn(place));
  });
  // It has to catch up with what it did not see.
  await untilQuiet(operator);
  return { idleMs, inForceMs, ...floor };
}

async function editOften(place: Place): Promise<readonly Edit[]> {
  const edits: Promise<Edit>[] = [];
  for (let index = 0; index < STORM_EDITS; index += 1) {
    await sleep(STORM_PACE_MS);
    edits.push(edit(place, place.names[index] ?? ''));
  }
  return Promise.all(edits);
}

/** Edits come at the same pace, without an API server between, and wait for the PATCH that is under way and for their own. */
async function patchInTurn(place: Place): Promise<Pick<Round, 'floorMs' | 'rawMs'>> {
  const [floorMs, rawMs] = [[] as number[], [] as number[]];
  const startedAt = performance.now();
  const cameAt = (edit: number): number => startedAt + edit * STORM_PACE_MS;
  while (floorMs.length < FLOOR_EDITS) {
    await sleep(Math.max(0, cameAt(floorMs.length) - performance.now()));
    const takenAt = performance.now();
    rawMs.push(await rawPatch(place, rawMs.length));
    // A timer may be early by part of a millisecond: the one that was waited for is taken all the same.
    do floorMs.push(performance.now() - cameAt(floorMs.length));
    while (floorMs.length < FLOOR_EDITS && cameAt(floorMs.length) <= takenAt);
  }
  return { floorMs, rawMs };
}

/** What is done while others change objects, until it is done. */
async function inStorm<T>(place: Place, stormers: Stormers, work: () => Promise<T>): Promise<T> {
  const over = new AbortController();
  const storm = blow(place, stormers, over.signal);
  try {
    return await work();
  } finally {
    over.abort();
    await storm;
  }
}

async function blow(place: Place, { pipelines, everyMs }: Stormers, signal: AbortSignal): Promise<void> {
  const others = place.names.slice(STORM_EDITS);
  while (!signal.aborted)
    await forEachConcurrently(others, pipelines, async (name) => {
      if (!signal.aborted) await Promise.all([edit(place, name), sleep(everyMs)]);
    });
}

/** A change of one object that the API server has taken. */
interface Edit {
  readonly name: string;
  readonly generation: number;
  /** Milliseconds since 1970, before the request. */
  readonly startedAt: number;
}

async function edit(place: Place, name: string): Promise<Edit> {
  const startedAt = Date.now();
  const { metadata } = await place.kube.ok<{ readonly metadata: { readonly generation: number } }>(
    'PATCH',
    `${place.objects}/${name}`,
    { spec: { description: `at ${performance.now()}` } },
  );
  return { name, generation: metadata.generation, startedAt };
}

/** @returns milliseconds from before the edit until the operator had the answer to its PATCH */
async function untilInForce(operator: Program, { name, generation, startedAt }: Edit): Promise<number> {
  const isWritten = ({ msg, name: written, objects }: Line): boolean =>
    msg === 'written' &&
    written === name &&
    (objects as readonly { readonly generation: number }[]).some((object) => object.generation >= generation);
  return (await operator.until(`${name} in force`, isWritten, TIMEOUT_MS)) - startedAt;
}

/** What the operator says is true. */
async function assertInForce(place: Place, name: string): Promise<void> {
  const object = await place.kube.ok<{ readonly spec: { readonly description: string } }>(
    'GET',
    `${place.objects}/${name}`,
  );
  const found = await place.search.ok<Readonly<Record<string, { readonly description?: string }>>>(
    'GET',
    `${place.entities}/${name}`,
  );
  if (found[name]?.description !== object.spec.description) throw new Error(`${name} is not in force`);
}

/** Of an entity that no custom resource stands for. */
async function rawPatch(place: Place, index: number): Promise<number> {
  const value = { ...SHAPES[place.kind].entity, description: `raw ${index}` };
  const startedAt = performance.now();
  await place.search.ok('PATCH', place.entities, [{ op: 'add', path: `/${place.rawName}`, value }]);
  return performance.now() - startedAt;
}
