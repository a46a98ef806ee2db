import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { decideSlot } from '../../src/plan/decide-slot.ts';
import type { Decision, SlotView } from '../../src/plan/slot.ts';
import { aClaim, aRole, aSlot, CREATED, desiredOf, LATER } from '../support/builders.ts';

describe('a decision', () => {
  test('does not depend on the order of the claims', () => {
    fc.assert(
      fc.property(slots, fc.infiniteStream(fc.nat()), (slot, random) => {
        const shuffled = [...slot.claims].map((claim) => ({ claim, at: random.next().value as number }));
        const claims = shuffled.sort((a, b) => a.at - b.at).map(({ claim }) => claim);
        expect(spell(decideSlot({ ...slot, claims }))).toEqual(spell(decideSlot(slot)));
      }),
      { numRuns: 2000 },
    );
  });

  test('tells every claimant that is there to be told exactly one thing', () => {
    fc.assert(
      fc.property(slots, (slot) => {
        const told = slot.claims.filter(
          ({ resource }) => resource.deletionTimestamp === undefined || resource.finalizers.length > 0,
        );
        expect([...decideSlot(slot).outcomes.keys()].sort()).toEqual(told.map(({ key }) => key).sort());
      }),
    );
  });

  test('writes nothing to what is protected, and nothing when only observing', () => {
    forSome(
      (slot) => (slot.isObserving || slot.live?.protection !== undefined ? slot : undefined),
      (slot) => expect(decideSlot(slot)).not.toHaveProperty('operation'),
    );
  });

  test('never writes what is there already, and removes nothing that is not', () => {
    forSome(
      (slot) => decideSlot(slot).operation,
      (operation, slot) =>
        expect(operation.type === 'add' ? operation.value : undefined).not.toBe(slot.live?.canonical),
    );
  });

  test('made again after it was carried out writes nothing more', () => {
    forSome(
      (slot) => {
        const { operation, owner } = decideSlot(slot);
        if (operation?.type !== 'add') return undefined;
        return { ...slot, live: { canonical: operation.value }, owner: owner ?? slot.owner };
      },
      (after) => expect(decideSlot(after)).not.toHaveProperty('operation'),
    );
  });
});

/** Checks what only some of many slots lead to, and that there are enough of them. */
function forSome<T>(pick: (slot: SlotView) => T | undefined, check: (picked: T, slot: SlotView) => void): void {
  let checked = 0;
  const property = fc.property(slots, (slot) => {
    const picked = pick(slot);
    if (picked === undefined) return;
    checked += 1;
    check(picked, slot);
  });
  fc.assert(property, { numRuns: 5000 });
  expect(checked).toBeGreaterThan(10);
}

const claims = fc
  .record({
    creationTimestamp: fc.constantFrom(CREATED, LATER),
    isLeaving: fc.boolean(),
    finalizers: fc.constantFrom([], ['security.opensearch.org/finalizer']),
    paused: fc.boolean(),
    spec: fc.record(
      {
        description: fc.constantFrom('one', 'two'),
        clusterPermissions: fc.constantFrom([], ['']),
        adoptionPolicy: fc.constantFrom('IfIdentical', 'Always', 'Never'),
        deletionPolicy: fc.constantFrom('Delete', 'Orphan'),
        managementPolicy: fc.constantFrom('Enforce', 'Observe'),
      },
      { requiredKeys: [] },
    ),
  })
  .map(({ isLeaving, ...fields }) => ({ ...fields, ...(isLeaving ? { deletionTimestamp: LATER } : {}) }));

const slots: fc.Arbitrary<SlotView> = fc
  .record({
    claims: fc.array(claims, { maxLength: 4 }),
    live: fc.option(
      fc.record(
        {
          canonical: fc
            .constantFrom('one', 'two', 'three')
            .map((description) => desiredOf(aRole({ spec: { description } }))),
          protection: fc.constantFrom('reserved', 'static', 'hidden'),
        },
        { requiredKeys: ['canonical'] },
      ),
      { nil: undefined },
    ),
    owner: fc.constantFrom(
      undefined,
      'OpenSearchRole/team-0/ops',
      'OpenSearchRole/team-1/ops',
      'OpenSearchRole/team-9/ops',
    ),
    refusal: fc.constantFrom(
      undefined,
      { value: undefined, words: 'no' },
      { value: desiredOf(aRole({ spec: { description: 'one' } })), words: 'no' },
    ),
    isObserving: fc.boolean(),
  })
  .map((slot) =>
    aSlot({
      ...slot,
      claims: slot.claims.map((claim, index) => aClaim(aRole({ ...claim, namespace: `team-${index}` }))),
    }),
  );

function spell(decision: Decision): unknown {
  return { ...decision, outcomes: Object.fromEntries(decision.outcomes) };
}
