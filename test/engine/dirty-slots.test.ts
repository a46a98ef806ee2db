import { describe, expect, test } from '@jest/globals';
import { DirtySlots, type Ticket } from '../../src/engine/dirty-slots.ts';

function slots(dirty: DirtySlots): readonly string[] {
  return [...dirty.tickets()].map(({ slot }) => slot);
}

function ticketOf(dirty: DirtySlots, slot: string): Ticket {
  return [...dirty.tickets()].find((ticket) => ticket.slot === slot)!;
}

describe('dirty slots', () => {
  test('are edits first, each in the order of arrival', () => {
    const dirty = new DirtySlots();
    dirty.add('s1', 'sweep');
    dirty.add('e1', 'edit');
    dirty.add('s2', 'sweep');
    dirty.add('e2', 'edit');
    expect(slots(dirty)).toEqual(['e1', 'e2', 's1', 's2']);
  });

  test('are gone through in the order of their last writes, edits before sweeps', () => {
    const dirty = new DirtySlots();
    for (const slot of ['busy', 'never', 'quiet', 'new']) dirty.add(slot, 'edit');
    dirty.add('swept', 'sweep');
    const writtenMs = new Map([
      ['busy', 9000],
      ['quiet', 1000],
    ]);
    const tickets = dirty.tickets(undefined, (slot) => writtenMs.get(slot) ?? 0);
    expect([...tickets].map(({ slot, priority }) => `${slot} ${priority}`)).toEqual([
      'never edit',
      'new edit',
      'quiet edit',
      'busy edit',
      'swept sweep',
    ]);
  });

  test.each([
    { what: 'nobody changed since', change: () => undefined, isThere: true },
    { what: 'changed again', change: (dirty: DirtySlots) => dirty.add('edited', 'edit'), isThere: false },
    { what: 'was looked at', change: (dirty: DirtySlots) => dirty.done(ticketOf(dirty, 'edited')), isThere: false },
  ])('say whether there is something left from before, which $what', ({ change, isThere }) => {
    const dirty = new DirtySlots();
    dirty.add('edited', 'edit');
    const { newest } = dirty;
    dirty.add('later', 'sweep');
    change(dirty);
    expect(dirty.hasSince(newest)).toBe(isThere);
  });

  test('that were swept become edits when somebody edits them, and stay so', () => {
    const dirty = new DirtySlots();
    for (const slot of ['s1', 's2']) dirty.add(slot, 'sweep');
    dirty.add('s2', 'edit');
    dirty.add('s2', 'sweep');
    expect(slots(dirty)).toEqual(['s2', 's1']);
    expect(dirty.size).toBe(2);
  });

  test('stay until they are done', () => {
    const dirty = new DirtySlots();
    dirty.add('a', 'edit');
    const ticket = ticketOf(dirty, 'a');
    expect(slots(dirty)).toEqual(['a']);
    dirty.done(ticket);
    expect([slots(dirty), dirty.size]).toEqual([[], 0]);
  });

  test.each(['edit', 'sweep'] as const)('that change while they are looked at stay (%s)', (priority) => {
    const dirty = new DirtySlots();
    dirty.add('a', priority);
    const ticket = ticketOf(dirty, 'a');
    dirty.add('a', 'sweep');
    dirty.done(ticket);
    expect(slots(dirty)).toEqual(['a']);
  });

  test('that were swept and are edited while they are looked at stay', () => {
    const dirty = new DirtySlots();
    dirty.add('a', 'sweep');
    const ticket = ticketOf(dirty, 'a');
    dirty.add('a', 'edit');
    dirty.done(ticket);
    expect(slots(dirty)).toEqual(['a']);
  });

  test('may be done while they are gone through', () => {
    const dirty = new DirtySlots();
    for (const slot of ['a', 'b', 'c']) dirty.add(slot, 'edit');
    for (const ticket of dirty.tickets()) dirty.done(ticket);
    expect(dirty.size).toBe(0);
  });
});
