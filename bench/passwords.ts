/**
 * Measures how long it takes until users with passwords from Secrets are all Ready, from the start of the operator's process,
 * beside how long the server takes for as many passwords that it hashes itself, on real servers in one interleaved run:
 * `npm run bench:passwords -- --n 100`.
 */
import { parseArgs } from 'node:util';
import type { OwnStack } from '../test/stack/stack.ts';
import { at } from './measure-start.ts';
import { aPassword, namesOf } from './objects.ts';
import { startOperator } from './operator.ts';
import { inWords, ratios, spread } from './ratio.ts';
import { log } from './progress.ts';
import { withServers } from './servers.ts';
import { Statuses } from './statuses.ts';

const TIMEOUT_MS = 10 * 60_000;

const { values } = parseArgs({
  options: {
    n: { type: 'string', default: '100' },
    repeat: { type: 'string', default: '3' },
    keep: { type: 'boolean', default: false },
  },
});

interface OperatorRun {
  readonly readyMs: number;
  readonly cpuSeconds: number;
}

/** One PATCH with passwords. @returns milliseconds */
async function hashedByServer(stack: OwnStack, count: number): Promise<number> {
  return at(stack, { kind: 'passwords', count: 0 }, async (place) => {
    const operations = namesOf(place.namespace, count).map((name) => ({
      op: 'add',
      path: `/${name}`,
      value: { password: aPassword() },
    }));
    const startedAt = performance.now();
    await place.search.ok('PATCH', place.entities, operations);
    return performance.now() - startedAt;
  });
}

async function hashedByOperator(stack: OwnStack, count: number): Promise<OperatorRun> {
  return at(stack, { kind: 'passwords', count }, async (place) => {
    await place.fill();
    const statuses = await Statuses.watch(place);
    const operator = startOperator(place);
    const readyMs = (await statuses.untilAll(TIMEOUT_MS)) - operator.startedAt;
    const cpuSeconds = operator.cpuSeconds();
    await operator.stop();
    await statuses.close();
    return { readyMs, cpuSeconds };
  });
}

function print(server: readonly number[], operator: readonly OperatorRun[]): void {
  const row = (name: string, text: string): void => console.log(`  ${name.padEnd(44)} ${text}`);
  const seconds = (ms: readonly number[]): string => inWords(spread(ms.map((value) => value / 1000)));
  const readyMs = operator.map((run) => run.readyMs);
  console.log(`${values.n} users with passwords                         minimum, median, maximum`);
  row('server hashes: in OpenSearch, seconds', seconds(server));
  row('operator hashes: all Ready, seconds', seconds(readyMs));
  row('ratio', inWords(ratios(readyMs, server), 3));
  row('operator: CPU, seconds', inWords(spread(operator.map(({ cpuSeconds }) => cpuSeconds))));
}

await withServers({ keep: values.keep }, async (stack) => {
  const [server, operator]: [number[], OperatorRun[]] = [[], []];
  for (let trial = 1; trial <= Number(values.repeat); trial += 1) {
    log(`trial ${trial}`);
    server.push(await hashedByServer(stack, Number(values.n)));
    operator.push(await hashedByOperator(stack, Number(values.n)));
  }
  print(server, operator);
});
