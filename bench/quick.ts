/**
 * The guard against getting slower: `npm run bench:quick` measures a few ratios in under three minutes, prints them beside those of
 * bench/baseline.json, and fails when one is worse by more than 30 %. `--save` makes what was measured the baseline.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import type { OwnStack } from '../test/stack/stack.ts';
import { quantile } from './ratio.ts';
import { idleEdits } from './measure-edits.ts';
import { at, floor, listRaw, startOn } from './measure-start.ts';
import { startAgain, startTalking } from './measure-life.ts';
import { log } from './progress.ts';
import { withServers } from './servers.ts';

type Ratios = Readonly<Record<string, number>>;

const BASELINE = new URL('baseline.json', import.meta.url);
const WANTED = { kind: 'roles', count: 500 } as const;
const TRIALS = 3;
const EDITS = 8;
const TOLERANCE = 1.3;

const { values } = parseArgs({
  options: { save: { type: 'boolean', default: false }, keep: { type: 'boolean', default: false } },
});

/** One trial, all on the same work. */
async function trial(stack: OwnStack): Promise<Ratios> {
  const low = await floor(stack, WANTED);
  return at(stack, WANTED, async (place) => {
    await place.fill();
    const { operator, start } = await startOn(place, 'told');
    await operator.stop();
    const talking = await startTalking(place);
    const edits = await idleEdits(talking, EDITS);
    await talking.operator.stop();
    const listMs = await listRaw(place);
    const { again, readyMs } = await startAgain(place);
    await again.stop();
    return {
      'all in OpenSearch, times the floor': start.inOpenSearchMs / low.inOpenSearchMs,
      'all statuses written, times the floor': start.toldMs / low.toldMs,
      'one edit, times a raw PATCH': quantile(edits.inForceMs, 0.5) / quantile(edits.rawMs, 0.5),
      'restart in sync, times a raw list': readyMs / listMs,
    };
  });
}

function medians(trials: readonly Ratios[]): Ratios {
  const names = Object.keys(trials[0] ?? {});
  const of = (name: string): number =>
    quantile(
      trials.map((each) => each[name] ?? Number.NaN),
      0.5,
    );
  return Object.fromEntries(names.map((name) => [name, Number(of(name).toFixed(2))]));
}

/** @returns whether all of them are good enough */
function compare(measured: Ratios, baseline: Ratios): boolean {
  const rows = Object.entries(measured).map(([name, value]) => {
    const before = baseline[name];
    const isWorse = before === undefined || value > before * TOLERANCE;
    const verdict = isWorse ? 'WORSE' : 'ok';
    console.log(`${name.padEnd(40)} ${value.toFixed(2)}   baseline ${before?.toFixed(2) ?? 'none'}   ${verdict}`);
    return isWorse;
  });
  return rows.every((isWorse) => !isWorse);
}

await withServers({ keep: values.keep }, async (stack) => {
  const trials: Ratios[] = [];
  for (let round = 1; round <= TRIALS; round += 1) {
    log(`trial ${round} of ${TRIALS}`);
    trials.push(await trial(stack));
  }
  const measured = medians(trials);
  if (values.save) writeFileSync(BASELINE, `${JSON.stringify(measured, null, 2)}\n`);
  const isGood = compare(measured, JSON.parse(readFileSync(BASELINE, 'utf8')) as Ratios);
  if (!isGood) process.exitCode = 1;
});
