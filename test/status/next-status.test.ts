import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { ObjectStatus } from '../../src/desired/resource.ts';
import { isReady, isSameStatus, nextStatus, type TellableOutcome } from '../../src/status/next-status.ts';
import { aCondition, aRole, CREATED } from '../support/builders.ts';

const STALL_AFTER_MS = 600_000;
const START_MS = Date.parse(CREATED);

const applied: TellableOutcome = { type: 'applied', resourceName: 'ops', message: 'role "ops" is in force' };
const waiting: TellableOutcome = { type: 'waiting', reason: 'ConnectionNotReady', message: 'wait' };
const stalled: TellableOutcome = { type: 'stalled', reason: 'AlreadyExists', message: 'act' };
const paused: TellableOutcome = { type: 'paused' };

/** The status after outcomes that came so many milliseconds after the start. */
function after(
  ...outcomes: readonly (readonly [atMs: number, outcome: TellableOutcome, generation?: number])[]
): ObjectStatus {
  let status: ObjectStatus = {};
  for (const [atMs, outcome, generation = 1] of outcomes)
    status = nextStatus(aRole({ status, generation }), outcome, {
      nowMs: START_MS + atMs,
      stallAfterMs: STALL_AFTER_MS,
    });
  return status;
}

function types(status: ObjectStatus): Record<string, string> {
  return Object.fromEntries(
    (status.conditions ?? []).map(({ type, status: value, reason }) => [type, `${value} ${reason}`]),
  );
}

describe('the status of a resource', () => {
  test('in force is Ready', () => {
    expect(after([0, applied])).toEqual({
      observedGeneration: 1,
      conditions: [aCondition({ lastTransitionTime: CREATED })],
      connection: 'team-a/default',
      resourceName: 'ops',
    });
  });

  test('that waits is Reconciling, which is no failure', () => {
    expect(types(after([0, waiting]))).toEqual({
      Ready: 'False ConnectionNotReady',
      Reconciling: 'True ConnectionNotReady',
    });
  });

  test('that a person must act on is Stalled at once', () => {
    expect(types(after([0, stalled]))).toEqual({ Ready: 'False AlreadyExists', Stalled: 'True AlreadyExists' });
  });

  test('that observes is Ready, and tells what it would change', () => {
    const status = after([0, { type: 'observed', resourceName: 'ops', plannedChanges: ['add /x'] }]);
    expect(types(status)).toEqual({ Ready: 'True Observed' });
    expect(status.plannedChanges).toEqual(['add /x']);
    expect(status.conditions?.[0]?.message).toContain('1 changes would be made');
  });

  test('drops planned changes when there are none any more', () => {
    const planned: TellableOutcome = { type: 'observed', resourceName: 'ops', plannedChanges: ['add /x'] };
    expect(after([0, planned], [1, { ...planned, plannedChanges: [] }])).not.toHaveProperty('plannedChanges');
  });

  test('keeps the name in OpenSearch while it waits', () => {
    expect(after([0, applied], [1, waiting]).resourceName).toBe('ops');
  });

  test('repeats the request to reconcile that it has handled', () => {
    const resource = aRole({ reconcileRequestedAt: 'now' });
    const status = nextStatus(resource, applied, { nowMs: START_MS, stallAfterMs: STALL_AFTER_MS });
    expect(status.lastHandledReconcileAt).toBe('now');
  });

  test('holds no half character, which the API server would store as another text', () => {
    const message = `x${'😀'.repeat(20_000)}`;
    const status = after([0, { ...stalled, message }]);
    expect(status.conditions?.map((condition) => [condition.message.length, condition.message.isWellFormed()])).toEqual(
      [
        [32768, true],
        [32768, true],
      ],
    );
  });
});

describe('waiting', () => {
  test.each([
    ['is Reconciling before its time is over', STALL_AFTER_MS - 1, 'Reconciling'],
    ['is Stalled when it has lasted too long', STALL_AFTER_MS, 'Stalled'],
  ])('%s', (_, atMs, type) => {
    expect(types(after([0, waiting], [atMs, waiting]))).toHaveProperty(type);
  });

  test('lasts from its beginning, whatever it waits for in between', () => {
    const other: TellableOutcome = { type: 'waiting', reason: 'SecretNotFound', message: 'wait' };
    const status = after([0, waiting], [STALL_AFTER_MS / 2, other], [STALL_AFTER_MS, waiting]);
    expect(types(status)).toHaveProperty('Stalled');
  });

  test('stays Stalled as long as it lasts', () => {
    const status = after(
      [0, waiting],
      [STALL_AFTER_MS, waiting],
      [STALL_AFTER_MS + 1, waiting],
      [9 * STALL_AFTER_MS, waiting],
    );
    expect(types(status)).toEqual({ Ready: 'False ConnectionNotReady', Stalled: 'True ConnectionNotReady' });
  });

  test('begins anew when the spec is edited', () => {
    const status = after([0, waiting], [STALL_AFTER_MS, waiting], [STALL_AFTER_MS + 1, waiting, 2]);
    expect(types(status)).toHaveProperty('Reconciling');
  });

  test('of an edited object is measured from the edit', () => {
    const editedAtMs = STALL_AFTER_MS - 1000;
    const status = after([0, waiting], [editedAtMs, waiting, 2], [editedAtMs + STALL_AFTER_MS - 1, waiting, 2]);
    expect(types(status)).toHaveProperty('Reconciling');
  });

  test('begins anew after an error that a person has put right', () => {
    expect(types(after([0, stalled], [STALL_AFTER_MS * 2, waiting]))).toHaveProperty('Reconciling');
  });

  test('heals', () => {
    expect(types(after([0, waiting], [STALL_AFTER_MS, waiting], [STALL_AFTER_MS + 1, applied]))).toEqual({
      Ready: 'True Applied',
    });
  });
});

test('a warning of names goes when the spec names nothing any more, and stays while nobody knows', () => {
  const context = { nowMs: START_MS, stallAfterMs: STALL_AFTER_MS };
  const warned = nextStatus(aRole(), applied, { ...context, unresolved: ['x'] });
  const edited = aRole({ status: warned, generation: 2 });
  expect(types(nextStatus(edited, waiting, context))).toHaveProperty('ReferencesResolved', 'False NotFound');
  expect(types(nextStatus(edited, applied, { ...context, unresolved: 'names nothing' }))).not.toHaveProperty(
    'ReferencesResolved',
  );
});

describe('a paused object', () => {
  test('keeps its other conditions as they were', () => {
    expect(types(after([0, applied], [1, paused]))).toEqual({ Ready: 'True Applied', Paused: 'True Paused' });
  });

  test('that was never looked at says why nothing comes', () => {
    const status = after([0, paused]);
    expect(types(status)).toEqual({ Ready: 'False Paused', Paused: 'True Paused' });
    expect(status.observedGeneration).toBeUndefined();
  });

  test.each([
    ['that is in force', [[0, applied]], 1],
    ['that was never looked at', [], 1],
    ['that was edited', [[0, applied]], 2],
  ] as const)('%s is told so once', (_, before, generation) => {
    const once = after(...before, [1000, paused, generation]);
    expect(after(...before, [1000, paused, generation], [9000, paused, generation])).toEqual(once);
  });

  test.each([
    ['was in force', applied],
    ['waited', waiting],
    ['was stalled', stalled],
  ])('that %s is not ready with another spec', (_, before) => {
    expect(types(after([0, before], [1, paused], [2, paused, 2]))).toEqual({
      Ready: 'False Paused',
      Paused: 'True Paused',
    });
  });

  test('keeps its warnings when it is edited', () => {
    const warned = nextStatus(aRole(), applied, { nowMs: START_MS, stallAfterMs: STALL_AFTER_MS, unresolved: ['x'] });
    const context = { nowMs: START_MS, stallAfterMs: STALL_AFTER_MS };
    expect(types(nextStatus(aRole({ status: warned, generation: 2 }), paused, context))).toEqual({
      Ready: 'False Paused',
      ReferencesResolved: 'False NotFound',
      Paused: 'True Paused',
    });
  });

  test('does not claim that it has seen a newer spec', () => {
    expect(after([0, applied], [1, paused, 2]).observedGeneration).toBe(1);
  });

  test('is as before when it goes on', () => {
    expect(after([0, applied], [1000, paused], [2000, applied])).toEqual(after([0, applied]));
  });

  test('that was edited waits anew when it goes on', () => {
    const status = after([0, waiting], [1, paused, 2], [STALL_AFTER_MS * 2, waiting, 2]);
    expect(types(status)).toEqual({ Ready: 'False ConnectionNotReady', Reconciling: 'True ConnectionNotReady' });
  });
});

describe('conditions', () => {
  const observed: TellableOutcome = { type: 'observed', resourceName: 'ops', plannedChanges: [] };
  const outcomes = fc.constantFrom(applied, waiting, stalled, paused, observed);
  const histories = fc.array(fc.tuple(fc.nat({ max: STALL_AFTER_MS }), outcomes, fc.integer({ min: 1, max: 2 })), {
    minLength: 1,
    maxLength: 8,
  });

  test('are never Reconciling and Stalled at once, and Ready with neither', () => {
    fc.assert(
      fc.property(histories, (steps) => {
        const told = types(after(...inOrder(steps)));
        const reasons = ['Reconciling', 'Stalled'].filter((type) => type in told);
        const ready = told['Ready'] ?? '';
        // The condition Paused explains the third way not to be ready.
        expect(reasons).toHaveLength(ready.startsWith('False') && ready !== 'False Paused' ? 1 : 0);
      }),
    );
  });

  test('move their time only when their status does', () => {
    fc.assert(
      fc.property(histories, (steps) => {
        const history = inOrder(steps);
        const before = after(...history.slice(0, -1));
        const last = after(...history);
        for (const { type, status, lastTransitionTime, observedGeneration } of last.conditions ?? []) {
          const same = before.conditions?.find((condition) => condition.type === type && condition.status === status);
          if (type === 'Reconciling' && same?.observedGeneration !== observedGeneration) continue;
          if (same !== undefined) expect(lastTransitionTime).toBe(same.lastTransitionTime);
        }
      }),
    );
  });

  test('told again in the same moment are the same: nothing is to be written', () => {
    fc.assert(
      fc.property(histories, (steps) => {
        const history = inOrder(steps);
        const last = history.at(-1);
        fc.pre(last !== undefined);
        const once = after(...history);
        // Waiting may have become Stalled at the second look, and stays so from then on.
        const twice = after(...history, last);
        expect(isSameStatus(after(...history, last, last), twice)).toBe(true);
        if (last[1].type !== 'waiting') expect(isSameStatus(once, twice)).toBe(true);
      }),
    );
  });
});

describe('a status', () => {
  test.each([
    ['Ready', aCondition(), 1, true],
    ['not Ready', aCondition({ status: 'False' }), 1, false],
    ['Ready for an older spec', aCondition(), 2, false],
  ])('that is %s is known as such', (...[, condition, generation, expected]) => {
    expect(isReady({ generation, status: { observedGeneration: 1, conditions: [condition] } })).toBe(expected);
  });

  test.each([
    ['in another order of fields', { a: 1, b: { c: 1, d: 2 } }, { b: { d: 2, c: 1 }, a: 1 }, true],
    ['with another value', { a: 1 }, { a: 2 }, false],
    ['with a field less', { a: 1, b: 1 }, { a: 1 }, false],
    ['in another order of a list', { a: [1, 2] }, { a: [2, 1] }, false],
  ])('%s is the same or not', (...[, a, b, expected]) => {
    expect(isSameStatus(a, b)).toBe(expected);
  });
});

function inOrder(
  steps: readonly (readonly [number, TellableOutcome, number])[],
): readonly (readonly [number, TellableOutcome, number])[] {
  const times = steps.map(([atMs]) => atMs).sort((a, b) => a - b);
  const generations = steps.map(([, , generation]) => generation).sort((a, b) => a - b);
  return steps.map(([, outcome], index) => [times[index] ?? 0, outcome, generations[index] ?? 1]);
}
