import type { Split } from './measure-deletion.ts';
import type { Storm, Stormers } from './measure-edits.ts';
import type { Life } from './measure-life.ts';
import type { FloorStart, Start, Wanted } from './measure-start.ts';
import { inWords, quantile, ratios, spread, type Spread } from './ratio.ts';

/** All that was measured of one kind and one number of objects; each list has one entry for each trial. */
export interface Result extends Wanted {
  readonly floor: readonly FloorStart[];
  readonly lives: readonly Life[];
  readonly applied: readonly Start[];
  /** Milliseconds; empty where that takes too long. */
  readonly oneByOne: readonly number[];
  readonly splits: readonly Split[];
  /** Milliseconds. */
  readonly deletionFloor: readonly number[];
}

interface Row {
  readonly name: string;
  readonly values: Spread;
  readonly digits?: number;
}

const row = (name: string, values: readonly number[], digits?: number): readonly Row[] =>
  values.length === 0 ? [] : [{ name, values: spread(values), ...(digits === undefined ? {} : { digits }) }];

const ratioRow = (name: string, values: readonly number[], base: readonly number[]): readonly Row[] =>
  values.length === 0 || base.length === 0 ? [] : [{ name, values: ratios(values, base) }];

/** What is printed of a result, in its order. Times are seconds unless the row says otherwise. */
function rowsOf(result: Result): readonly Row[] {
  return [...startRows(result), ...appliedRows(result), ...lifeRows(result.lives), ...deletionRows(result)];
}

function startRows({ floor, lives, oneByOne }: Result): readonly Row[] {
  const starts = lives.map(({ start }) => start);
  const inOpenSearch = starts.map(({ inOpenSearchMs }) => inOpenSearchMs);
  const told = starts.map(({ toldMs }) => toldMs);
  const [low, lowTold] = [floor.map(({ inOpenSearchMs }) => inOpenSearchMs), floor.map(({ toldMs }) => toldMs)];
  return [
    ...row('floor: all in OpenSearch', low.map(toSeconds)),
    ...row('operator: all in OpenSearch', inOpenSearch.map(toSeconds)),
    ...ratioRow('  times the floor', inOpenSearch, low),
    ...row('floor: all statuses written', lowTold.map(toSeconds)),
    ...row('operator: all statuses written', told.map(toSeconds)),
    ...ratioRow('  times the floor', told, lowTold),
    ...ratioRow(
      'one by one, times the writes of the operator',
      oneByOne,
      starts.map(({ commitMs }) => commitMs),
    ),
    ...ratioRow('one by one, times all from the start', oneByOne, inOpenSearch),
    ...row(
      'operator: CPU seconds',
      starts.map(({ cpuSeconds }) => cpuSeconds),
    ),
    ...row(
      'operator: peak memory, MiB',
      starts.map(({ peakMiB }) => peakMiB),
      0,
    ),
    ...row(
      'operator: settled memory, MiB',
      starts.map(({ settledMiB }) => settledMiB),
      0,
    ),
  ];
}

function appliedRows({ applied, floor }: Result): readonly Row[] {
  const low = floor.map(({ fillMs, toldMs }) => fillMs + toldMs);
  const told = applied.map(({ toldMs }) => toldMs);
  return [
    ...row(
      'from kubectl apply: all in OpenSearch',
      applied.map(({ inOpenSearchMs }) => toSeconds(inOpenSearchMs)),
    ),
    ...row('from kubectl apply: all statuses written', told.map(toSeconds)),
    ...ratioRow('  times making the objects, then the floor', told, low),
  ];
}

function lifeRows(lives: readonly Life[]): readonly Row[] {
  return [
    ...lives.flatMap(({ edits }) => (edits === undefined ? [] : editRows(edits))),
    ...lives.flatMap(({ steady }) => (steady === undefined ? [] : steadyRows(steady))),
    ...lives.flatMap(({ repairs = [] }) => repairs.flatMap(repairRows)),
    ...lives.flatMap(({ restart }) => (restart === undefined ? [] : restartRows(restart))),
  ];
}

function editRows({ idle, storms }: NonNullable<Life['edits']>): readonly Row[] {
  const raw = quantile(idle.rawMs, 0.5);
  return [
    ...row('one raw PATCH, ms', idle.rawMs, 0),
    ...row('one edit, idle, ms', idle.inForceMs, 0),
    ...row('  median, times a raw PATCH', [quantile(idle.inForceMs, 0.5) / raw]),
    ...row('  p99, times a raw PATCH', [quantile(idle.inForceMs, 0.99) / raw]),
    ...storms.flatMap(stormRows),
  ];
}

function stormRows({ stormers, idleMs, inForceMs, floorMs, rawMs }: Storm): readonly Row[] {
  const raw = quantile(idleMs, 0.5);
  const of = (part: number, base: number): readonly number[] => [quantile(inForceMs, part) / base];
  return [
    ...row(`${describe(stormers)}: one raw PATCH before, ms`, idleMs, 0),
    ...row('  one raw PATCH, ms', rawMs, 0),
    ...row('  floor: one edit, ms', floorMs, 0),
    ...row('  operator: one edit, ms', inForceMs, 0),
    ...row('  median, times an idle raw PATCH', of(0.5, raw)),
    ...row('  p99, times an idle raw PATCH', of(0.99, raw)),
    ...row('  p99, times a raw PATCH beside them', of(0.99, quantile(rawMs, 0.5))),
    ...row('  median, times the floor', of(0.5, quantile(floorMs, 0.5))),
    ...row('  p99, times the floor', of(0.99, quantile(floorMs, 0.99))),
    ...row('  p99 of the floor, times an idle raw PATCH', [quantile(floorMs, 0.99) / raw]),
  ];
}

function describe({ pipelines, everyMs }: Stormers): string {
  return everyMs > 0 ? `others change, ${1000 / everyMs} a second` : `others change, ${pipelines} at a time`;
}

function steadyRows(steady: NonNullable<Life['steady']>): readonly Row[] {
  const minutes = steady.seconds / 60;
  return [
    ...row('steady: GETs to OpenSearch a minute', [steady.searchReads / minutes]),
    ...row('steady: writes to OpenSearch', [steady.searchWrites], 0),
    ...row('steady: writes to Kubernetes', [steady.kubernetesWrites], 0),
    ...row('steady: % of a core', [steady.cpuShare * 100]),
  ];
}

function repairRows({ share, repairedMs }: NonNullable<Life['repairs']>[number]): readonly Row[] {
  return row(`repair of ${share * 100} %`, [toSeconds(repairedMs)]);
}

function restartRows(restart: NonNullable<Life['restart']>): readonly Row[] {
  return [
    ...row('restart in sync: ready', restart.readyMs.map(toSeconds)),
    ...ratioRow('  times a raw list', restart.readyMs, restart.listMs),
    ...row('restart: GETs to OpenSearch', [restart.searchReads], 0),
    ...row('restart: writes to OpenSearch', [restart.searchWrites], 0),
    ...row('restart: writes to Kubernetes', [restart.kubernetesWrites], 0),
    ...row('restart: settled memory, MiB', [restart.settledMiB], 0),
  ];
}

function deletionRows({ lives, splits, deletionFloor }: Result): readonly Row[] {
  const deletions = lives.flatMap(({ deletionMs }) => deletionMs ?? []);
  return [
    ...splits.flatMap(({ atOnce, ms }) => row(`in OpenSearch alone, removing ${atOnce} at once`, [toSeconds(ms)])),
    ...row('floor: deletion of all objects', deletionFloor.map(toSeconds)),
    ...row('operator: deletion of all objects', deletions.map(toSeconds)),
    ...ratioRow('  times the floor', deletions, deletionFloor),
  ];
}

/** The rows as text, a line each. */
export function inLines(result: Result): readonly string[] {
  const head = `${`${result.count} ${result.kind}`.padEnd(48)} minimum, median, maximum; seconds`;
  return [
    '',
    head,
    ...rowsOf(result).map(({ name, values, digits }) => `  ${name.padEnd(46)} ${inWords(values, digits)}`),
  ];
}

function toSeconds(ms: number): number {
  return ms / 1000;
}
