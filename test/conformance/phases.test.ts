import { writeSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { readyOf, Scenario } from '../support/scenario.ts';
import { collectSpecimens, type Specimen } from './collect.ts';
import { argoMessage, CASES } from './expected.ts';
import { judgeByArgo, judgeByFlux, type ArgoVerdict, type FluxVerdict } from './judges.ts';

type Case = (typeof CASES)[number];

interface Judged extends Specimen {
  readonly flux: FluxVerdict;
  readonly argo: ArgoVerdict;
}

/** Flux, Argo CD, and whoever else waits with the kstatus library, go on, wait or give up by these verdicts. */
describe('the status of an object', () => {
  let scenario: Scenario;
  let judged: readonly Judged[] = [];

  beforeAll(async () => {
    scenario = await Scenario.start();
    const specimens = await collectSpecimens(scenario);
    const objects = specimens.map(({ object }) => object);
    const [flux, argo] = await Promise.all([judgeByFlux(objects), judgeByArgo(objects)]);
    judged = specimens.map((specimen, at) => ({ ...specimen, flux: flux[at]!, argo: argo[at]! }));
    writeSync(1, table());
  }, 300_000);
  afterAll(() => scenario.stop());

  function find({ kind, phase }: Pick<Case, 'kind' | 'phase'>): Judged {
    const found = judged.find((specimen) => specimen.kind === kind && specimen.phase === phase);
    if (found === undefined) throw new Error(`no ${kind} was seen in the phase ${phase}`);
    return found;
  }

  /** What each judge made of each kind in each phase. */
  function table(): string {
    const rows = CASES.map((wanted) => {
      const { flux, argo } = find(wanted);
      const rules = [flux.fail, flux.warn].filter((words) => words !== '').join('; ');
      const words = rules === '' ? 'no FAIL, no WARN' : rules;
      return [wanted.kind, wanted.phase, flux.status, wanted.expected.isReconciled ? words : 'not for it', argo.status];
    });
    const lines = [['KIND', 'PHASE', 'KSTATUS', 'CHECKER OF FLUX', 'ARGO CD'], ...rows];
    const widths = [0, 1, 2, 3, 4].map((column) => Math.max(...lines.map((line) => line[column]?.length ?? 0)));
    return `${lines.map((line) => line.map((cell, at) => cell.padEnd(widths[at] ?? 0)).join('  ')).join('\n')}\n`;
  }

  it.each(CASES)('is $expected.kstatus for kstatus: $kind, $phase', (wanted) => {
    expect(find(wanted).flux).toMatchObject({ status: wanted.expected.kstatus });
  });

  it.each(CASES.filter(({ expected }) => expected.isReconciled))(
    'breaks no rule of the checker of Flux: $kind, $phase',
    (wanted) => {
      expect(find(wanted).flux).toMatchObject({ fail: '', warn: '' });
    },
  );

  it.each(CASES)('is $expected.argo for Argo CD, which passes on its message: $kind, $phase', (wanted) => {
    const found = find(wanted);
    expect(found.argo).toMatchObject({ status: wanted.expected.argo, message: argoMessage(found) });
  });

  it.each(CASES.filter(({ phase }) => phase === 'waiting' || phase === 'stalled'))(
    'says to those who wait with kstatus why: $kind, $phase',
    (wanted) => {
      const { flux, object } = find(wanted);
      expect(flux.message).toBe(readyOf(object)?.message);
    },
  );
});
