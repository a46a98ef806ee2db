import { expect, test } from '@jest/globals';
import { slotKeyOf } from '../../src/engine/claim-index.ts';
import { createSessionState, lookAgain } from '../../src/engine/session-state.ts';
import { waiting } from '../../src/plan/outcome.ts';
import { aRole } from '../support/builders.ts';

const METER = { added: () => 0, done: () => undefined, retried: () => undefined };

test('those who wait too long within the same half minute share the look that tells so, which is not before', () => {
  const state = createSessionState('team-a/default', METER);
  const waitUntil = (name: string, atMs: number): void =>
    lookAgain({ state, teller: { stallsAtMs: () => atMs } }, slotKeyOf('roles', name), {
      resource: aRole({ name }),
      outcome: waiting('ReferenceNotFound', 'not there'),
    });
  waitUntil('a', 601_000);
  waitUntil('b', 612_345.6);
  waitUntil('c', 630_000);
  waitUntil('d', 630_001);
  expect(state.postponed.take(629_999)).toEqual([]);
  expect(state.postponed.take(630_000)).toEqual(['a', 'b', 'c'].map((name) => slotKeyOf('roles', name)));
  expect(state.postponed.nextMs).toBe(660_000);
});
