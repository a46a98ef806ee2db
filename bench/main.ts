/**
 * Measures the operator beside the floor (bench/floor.ts) and beside one call for each object, on real servers, in one interleaved
 * run: `npm run bench -- --n 1000,10000 --kinds roles,users,mappings`.
 */
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { purgeStack, type OwnStack } from '../test/stack/stack.ts';
import { startOwnServers } from '../test/support/own-servers.ts';
import { floor, oneByOne, operator, type OperatorStart, type Start, type Wanted } from './measure-start.ts';
import { SHAPES, type BenchKind } from './objects.ts';
import { inWords, ratios, spread } from './ratio.ts';

const STACK = 'bench';
const VERSION = '3.4.0';
const ROOT = fileURLToPath(new URL('..', import.meta.url));

const { values } = parseArgs({
  options: {
    n: { type: 'string', default: '1000,10000' },
    kinds: { type: 'string', default: 'roles,users,mappings' },
    repeat: { type: 'string', default: '3' },
    /** Largest N for which objects are written one by one. */
    'one-by-one': { type: 'string', default: '1000' },
    json: { type: 'string' },
    keep: { type: 'boolean', default: false },
  },
});

interface Result extends Wanted {
  readonly floor: readonly Start[];
  readonly operator: readonly OperatorStart[];
  /** Milliseconds; empty where that takes too long. */
  readonly oneByOne: readonly number[];
}

const log = (line: string): void => console.error(line);

async function measure(stack: OwnStack, wanted: Wanted): Promise<Result> {
  const result = { floor: [] as Start[], operator: [] as OperatorStart[], oneByOne: [] as number[] };
  for (let trial = 1; trial <= Number(values.repeat); trial += 1) {
    log(`${wanted.count} ${wanted.kind}, trial ${trial}`);
    result.floor.push(await floor(stack, wanted));
    result.operator.push(await operator(stack, wanted));
    if (wanted.kind === 'roles' && wanted.count <= Number(values['one-by-one']) && trial === 1)
      result.oneByOne.push(await oneByOne(stack, wanted));
  }
  return { ...wanted, ...result };
}

function print({ kind, count, floor: low, operator: ours, oneByOne: slow }: Result): void {
  const seconds = (ms: readonly number[]): string => inWords(spread(ms.map((value) => value / 1000)));
  const row = (name: string, text: string): void => console.log(`  ${name.padEnd(44)} ${text}`);
  console.log(`\n${count} ${kind}                                     minimum, median, maximum`);
  row('floor: in OpenSearch, seconds', seconds(low.map(({ inOpenSearchMs }) => inOpenSearchMs)));
  row('operator: in OpenSearch, seconds', seconds(ours.map(({ inOpenSearchMs }) => inOpenSearchMs)));
  row(
    'ratio',
    inWords(
      ratios(
        ours.map((o) => o.inOpenSearchMs),
        low.map((f) => f.inOpenSearchMs),
      ),
    ),
  );
  row('floor: all told, seconds', seconds(low.map(({ toldMs }) => toldMs)));
  row('operator: all told, seconds', seconds(ours.map(({ toldMs }) => toldMs)));
  row(
    'ratio',
    inWords(
      ratios(
        ours.map((o) => o.toldMs),
        low.map((f) => f.toldMs),
      ),
    ),
  );
  if (slow.length > 0)
    row(
      'one by one, times the operator',
      inWords(
        ratios(
          slow,
          ours.map((o) => o.inOpenSearchMs),
        ),
      ),
    );
  row('restart: ready, times a raw list', inWords(spread(ours.map(({ restart }) => restart.readyMs / restart.listMs))));
  row('operator: CPU, seconds', inWords(spread(ours.map(({ cpuSeconds }) => cpuSeconds))));
  row('operator: peak memory, MiB', inWords(spread(ours.map(({ peakMiB }) => peakMiB)), 0));
  row('operator: settled memory, MiB', inWords(spread(ours.map(({ settledMiB }) => settledMiB)), 0));
}

function toKinds(text: string): readonly BenchKind[] {
  return text.split(',').map((kind) => {
    if (!(kind in SHAPES)) throw new Error(`--kinds takes ${Object.keys(SHAPES).join(', ')}, not "${kind}"`);
    return kind as BenchKind;
  });
}

execFileSync(process.execPath, ['scripts/build.ts'], { cwd: ROOT, stdio: ['ignore', 'ignore', 'inherit'] });
const { stack } = await startOwnServers({
  name: STACK,
  heap: '1g',
  javaOptions: [],
  opensearch: [{ version: VERSION, nodes: 1 }],
  log,
});
const results: Result[] = [];
try {
  for (const kind of toKinds(values.kinds))
    for (const count of values.n.split(',').map(Number)) {
      const result = await measure(stack, { kind, count });
      results.push(result);
      print(result);
    }
} finally {
  if (values.json !== undefined) writeFileSync(values.json, `${JSON.stringify(results, null, 2)}\n`);
  if (!values.keep) await purgeStack(STACK, log);
}
