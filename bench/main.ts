/**
 * Measures the operator beside the floor (bench/floor.ts) and beside one call for each object, on real servers, in one interleaved
 * run: `npm run bench -- --n 1000,10000 --kinds roles,users,mappings`.
 */
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import type { OwnStack } from '../test/stack/stack.ts';
import { chart } from './chart.ts';
import { bestOf, deletionFloor, measureSplits } from './measure-deletion.ts';
import { LEAST_FOR_STORM } from './measure-edits.ts';
import { measureLife } from './measure-life.ts';
import { apply, floor, oneByOne, type Wanted } from './measure-start.ts';
import type { BenchKind } from './objects.ts';
import { inLines, type Result } from './report.ts';
import { log } from './progress.ts';
import { withServers } from './servers.ts';

const KINDS: readonly string[] = ['roles', 'users', 'mappings'] satisfies BenchKind[];

const { values } = parseArgs({
  options: {
    n: { type: 'string', default: '1000,10000' },
    kinds: { type: 'string', default: 'roles,users,mappings' },
    repeat: { type: 'string', default: '3' },
    /** Largest N for which objects are written one by one. */
    'one-by-one': { type: 'string', default: '1000' },
    /** Only from the start until all is told. */
    'start-only': { type: 'boolean', default: false },
    json: { type: 'string' },
    svg: { type: 'string' },
    keep: { type: 'boolean', default: false },
  },
});

/** @param result is filled as it goes: what was measured until something fails is worth being kept */
async function measure(stack: OwnStack, result: Measured): Promise<void> {
  const wanted: Wanted = { kind: result.kind, count: result.count };
  const trials = Number(values.repeat);
  const isWhole = !values['start-only'];
  for (let trial = 1; trial <= trials; trial += 1) {
    log(`${wanted.count} ${wanted.kind}, trial ${trial} of ${trials}`);
    result.floor.push(await floor(stack, wanted));
    result.lives.push(await measureLife(stack, wanted, isWhole && trial === trials));
    if (isWhole) result.applied.push(await apply(stack, wanted));
    if (trial === 1 && wanted.kind === 'roles' && wanted.count <= Number(values['one-by-one']))
      result.oneByOne.push(await oneByOne(stack, wanted));
  }
  if (isWhole) {
    result.splits.push(...(await measureSplits(stack, wanted)));
    result.deletionFloor.push(await deletionFloor(stack, wanted, bestOf(result.splits).atOnce));
  }
}

function nothingOf(wanted: Wanted): Measured {
  return { ...wanted, floor: [], lives: [], applied: [], oneByOne: [], splits: [], deletionFloor: [] };
}

type Measured = Wanted & Writable<Omit<Result, keyof Wanted>>;
type Writable<T> = { [K in keyof T]: T[K] extends readonly (infer E)[] ? E[] : T[K] };

function toKinds(text: string): readonly BenchKind[] {
  return text.split(',').map((kind) => {
    if (!KINDS.includes(kind)) throw new Error(`--kinds takes ${KINDS.join(', ')}, not "${kind}"`);
    return kind as BenchKind;
  });
}

/** @throws Error when so few objects cannot be measured */
function toCounts(list: string): readonly number[] {
  const least = values['start-only'] ? 1 : LEAST_FOR_STORM;
  return list.split(',').map((text) => {
    const count = Number(text);
    if (count >= least) return count;
    throw new Error(`--n takes numbers from ${LEAST_FOR_STORM}, with --start-only from 1, not "${text}"`);
  });
}

const [kinds, counts] = [toKinds(values.kinds), toCounts(values.n)];
const results: Result[] = [];
try {
  await withServers({ keep: values.keep }, async (stack) => {
    for (const kind of kinds)
      for (const count of counts) {
        const result = nothingOf({ kind, count });
        results.push(result);
        await measure(stack, result);
        for (const line of inLines(result)) console.log(line);
      }
  });
} finally {
  if (values.json !== undefined) writeFileSync(values.json, `${JSON.stringify(results, null, 2)}\n`);
  if (values.svg !== undefined) writeFileSync(values.svg, chart(results.filter(({ lives }) => lives.length > 0)));
}
