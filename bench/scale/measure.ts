/**
 * Measures what single steps cost, on real servers, and writes that into `costs.json`: `npm run bench:scale:measure`, some two minutes. The
 * costs that no server has a part in stay as they are.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { forEachConcurrently } from '../../src/concurrency.ts';
import { at } from '../measure-start.ts';
import { namesOf, SHAPES } from '../objects.ts';
import type { Place } from '../place.ts';
import { quantile } from '../ratio.ts';
import { log } from '../progress.ts';
import { withServers } from '../servers.ts';
import type { Costs, Curve } from './model.ts';

const FILE = new URL('costs.json', import.meta.url);
const SIZES = [0, 1000, 10_000];
const TRIALS = 5;
const STATUSES = 1000;
const WRITERS = 16;

type Measured = Pick<
  Costs,
  'patchSecondsByEntries' | 'editSecondsByEntries' | 'getSecondsByEntries' | 'statusPatchSeconds'
>;

/** As the roles of the bench are stored. */
const entityOf = (name: string): object => ({
  description: `of ${name}`,
  cluster_permissions: ['cluster_composite_ops_ro'],
  index_permissions: [{ index_patterns: [`${name}-*`], allowed_actions: ['read'] }],
});

/** Seconds; the middle of some trials. @param undo is not measured */
async function median(
  step: (trial: number) => Promise<unknown>,
  undo: () => Promise<void> = () => Promise.resolve(),
): Promise<number> {
  const seconds: number[] = [];
  for (let trial = 0; trial < TRIALS; trial += 1) {
    const startedAt = performance.now();
    await step(trial);
    seconds.push((performance.now() - startedAt) / 1000);
    await undo();
  }
  return quantile(seconds, 0.5);
}

interface Steps {
  readonly patch: number;
  readonly edit: number;
  readonly get: number;
}

/** Of a document that has so many entries: a batch more, one more, and a look. */
async function costsAt(place: Place, entries: number): Promise<Steps> {
  const named = (what: string, count: number): readonly string[] => namesOf(`${place.namespace}-${what}`, count);
  const add = (names: readonly string[]): Promise<void> => place.addToOpenSearch(names, entityOf);
  const more = named('more', SHAPES.roles.batch);
  await add(named('present', entries));
  return {
    edit: await median((trial) => add([`${place.namespace}-one-${trial}`])),
    get: await median(() => place.search.ok('GET', place.entities)),
    patch: await median(
      () => add(more),
      () => place.removeFromOpenSearch(more),
    ),
  };
}

/** Seconds that a status costs while several are written at once. */
async function statusSeconds(place: Place): Promise<number> {
  await place.fill();
  const seconds = await median((trial) =>
    forEachConcurrently(place.names, WRITERS, async (name) => {
      const status = { resourceName: `${name} in trial ${trial}` };
      await place.kube.ok('PATCH', `${place.objects}/${name}/status`, { status });
    }),
  );
  return Number((seconds / STATUSES).toFixed(4));
}

function write(measured: Measured): void {
  const costs = JSON.parse(readFileSync(FILE, 'utf8')) as Record<string, { value: unknown }>;
  for (const [name, value] of Object.entries(measured)) Object.assign(costs[name] ?? {}, { value });
  writeFileSync(FILE, `${JSON.stringify(costs, null, 2)}\n`);
}

function curveOf(step: keyof Steps, measured: readonly (readonly [entries: number, steps: Steps])[]): Curve {
  return measured.map(([entries, steps]) => [entries, Number(steps[step].toFixed(3))]);
}

await withServers({ keep: false }, async (stack) => {
  const steps: [number, Steps][] = [];
  for (const entries of SIZES) {
    log(`${entries} entries`);
    steps.push([entries, await at(stack, { kind: 'roles', count: 0 }, (place) => costsAt(place, entries))]);
  }
  write({
    patchSecondsByEntries: curveOf('patch', steps),
    editSecondsByEntries: curveOf('edit', steps),
    getSecondsByEntries: curveOf('get', steps),
    statusPatchSeconds: await at(stack, { kind: 'roles', count: STATUSES }, statusSeconds),
  });
});
