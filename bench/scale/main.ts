/**
 * Computes how cost grows with connections and objects, from the measured costs of single steps in `costs.json`, and writes
 * the table of `docs/scale.md`: `npm run bench:scale`; with `-- --check` it only looks whether that is fresh. Needs no servers.
 */
import { readFileSync } from 'node:fs';
import { replaceBetween, writeGenerated } from '../../scripts/generated-file.ts';
import { estimate, type Costs, type Fleet } from './model.ts';
import { inTable } from './table.ts';

const PAGE = 'docs/scale.md';
const MARKS = ['<!-- scale: made by `npm run bench:scale`; do not edit -->', '<!-- end of scale -->'] as const;
const CONNECTIONS = [1, 10, 100, 1000];
const OBJECTS = [1000, 10_000, 100_000, 1_000_000];

const read = (path: string): string => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');

/** Every number with where it comes from. */
type Sourced = { readonly [Name in keyof Costs]: { readonly value: Costs[Name]; readonly source: string } };

function readCosts(): Costs {
  const sourced = JSON.parse(read('bench/scale/costs.json')) as Sourced;
  return Object.fromEntries(Object.entries(sourced).map(([name, { value }]) => [name, value])) as unknown as Costs;
}

const fleets: readonly Fleet[] = CONNECTIONS.flatMap((connections) =>
  OBJECTS.map((objects) => ({ connections, objects })),
);
const costs = readCosts();
const table = inTable(fleets.map((fleet) => estimate(costs, fleet)));
console.log(table);
writeGenerated(PAGE, replaceBetween(read(PAGE), MARKS, `\n\n${table}\n\n`), 'npm run bench:scale');
