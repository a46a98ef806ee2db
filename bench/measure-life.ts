import { setTimeout as sleep } from 'node:timers/promises';
import type { OwnStack } from '../test/stack/stack.ts';
import { measureDeletion } from './measure-deletion.ts';
import { idleEdits, measureStorms, type Edits, type Storm, type Talking } from './measure-edits.ts';
import { at, listRaw, startOn, type OperatorStart, type Wanted } from './measure-start.ts';
import { committed, startOperator, untilReady, whenCommitted } from './operator.ts';
import type { Place } from './place.ts';
import { TIMEOUT_MS, type Program } from './program.ts';
import { scrape, since, untilQuiet, type Requests } from './scrape.ts';
import { log } from './progress.ts';

/** Two looks at the cluster, and a little more. */
const STEADY_MS = 130_000;
const RESTARTS = 3;

/** One operator, from its start to the deletion of all that it looked after. */
export interface Life {
  readonly start: OperatorStart;
  /** Absent unless asked for, as all that follows. */
  readonly edits?: { readonly idle: Edits; readonly storms: readonly Storm[] };
  readonly repairs?: readonly Repair[];
  readonly steady?: Steady;
  readonly restart?: Restart;
  /** Milliseconds until all objects and entities are gone. */
  readonly deletionMs?: number;
}

/** A part of the fleet that was removed behind the operator, from when somebody asks it to look. */
export interface Repair {
  readonly share: number;
  readonly repairedMs: number;
}

export interface Steady extends Requests {
  readonly seconds: number;
  /** Of one core. */
  readonly cpuShare: number;
}

/** An operator that starts with everything in sync, beside a raw list of the same objects. */
export interface Restart extends Requests {
  readonly readyMs: readonly number[];
  readonly listMs: readonly number[];
  readonly settledMiB: number;
}

/** @param isWhole whether all is measured, or the start alone */
export async function measureLife(stack: OwnStack, wanted: Wanted, isWhole: boolean): Promise<Life> {
  return at(stack, wanted, async (place) => {
    await place.fill();
    const { operator, start } = await startOn(place);
    told('start', start);
    if (!isWhole) {
      await operator.stop();
      return { start };
    }
    const repairs = told('repairs', [await repair(place, operator, 0.01), await repair(place, operator, 1)]);
    await operator.stop();
    const edits = await measureEdits(place);
    const { again, restart } = await restartInSync(place);
    told('restart', restart);
    const steady = told('steady', await beSteady(again));
    const deletionMs = told('deletion', await measureDeletion(place));
    await again.stop();
    return { start, edits, steady, repairs, restart, deletionMs };
  });
}

/** On the way, so that it is not lost with what fails later. */
function told<T>(what: string, measured: T): T {
  log(`${what}: ${JSON.stringify(measured)}`);
  return measured;
}

async function measureEdits(place: Place): Promise<NonNullable<Life['edits']>> {
  const talking = await startTalking(place);
  const idle = told('idle edits', await idleEdits(talking));
  const storms = told('storms', await measureStorms(talking));
  await talking.operator.stop();
  return { idle, storms };
}

/** An operator that says of each entity when it was written, and has nothing left to do. */
export async function startTalking(place: Place): Promise<Talking> {
  const operator = startOperator(place, ['--log-level', 'debug']);
  await untilReady(operator);
  await untilQuiet(operator);
  return { place, operator };
}

async function beSteady(operator: Program): Promise<Steady> {
  const [before, cpuBefore, startedAt] = [await scrape(operator), operator.cpuSeconds(), performance.now()];
  await sleep(STEADY_MS);
  const seconds = (performance.now() - startedAt) / 1000;
  return {
    ...since(before, await scrape(operator)),
    seconds,
    cpuShare: (operator.cpuSeconds() - cpuBefore) / seconds,
  };
}

async function repair(place: Place, operator: Program, share: number): Promise<Repair> {
  const lost = place.names.slice(0, Math.max(1, Math.round(place.names.length * share)));
  await place.removeFromOpenSearch(lost);
  const from = operator.lines.length;
  const [name = ''] = lost;
  const startedAt = Date.now();
  const annotations = { 'security.opensearch.org/reconcile-requested-at': new Date().toISOString() };
  await place.kube.ok('PATCH', `${place.objects}/${name}`, { metadata: { annotations } });
  const isRepaired = whenCommitted(lost.length + sumCommitted(operator, from));
  const repairedAt = await operator.until('the repair', isRepaired, TIMEOUT_MS);
  return { share, repairedMs: repairedAt - startedAt };
}

/** Operations committed before the line `to`. */
function sumCommitted({ lines }: Program, to: number): number {
  return lines.slice(0, to).reduce((sum, line) => sum + committed(line), 0);
}

/** With everything in sync. @returns it goes on to run; milliseconds until it was ready */
export async function startAgain(place: Place): Promise<{ readonly again: Program; readonly readyMs: number }> {
  const again = startOperator(place);
  return { again, readyMs: (await untilReady(again)) - again.startedAt };
}

/** Some times, each beside a raw list; requests and memory are those of the last, which goes on to run. */
async function restartInSync(place: Place): Promise<{ readonly again: Program; readonly restart: Restart }> {
  const [readyMs, listMs] = [[] as number[], [] as number[]];
  const restart = async (): Promise<Program> => {
    listMs.push(await listRaw(place));
    const started = await startAgain(place);
    readyMs.push(started.readyMs);
    await untilQuiet(started.again);
    return started.again;
  };
  for (let round = 1; round < RESTARTS; round += 1) await (await restart()).stop();
  const again = await restart();
  const { now: settledMiB } = again.memoryMiB();
  return { again, restart: { readyMs, listMs, settledMiB, ...(await scrape(again)) } };
}
