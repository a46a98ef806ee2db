import { beforeEach, describe, expect, test } from '@jest/globals';
import { Schedule } from '../../src/engine/schedule.ts';
import { FakeClock } from '../support/fake-clock.ts';

describe('a change that comes after another commit', () => {
  let clock: FakeClock;
  let schedule: Schedule;

  beforeEach(() => {
    clock = new FakeClock();
    schedule = new Schedule({ clock, random: () => 0.5 });
  });

  /** How long the next change waits. */
  function waitMs(): number {
    clock.skip(100);
    const arrivedMs = schedule.arrived();
    return schedule.nextTurnMs({ isDirty: true, openMs: Infinity, postponedMs: Infinity }) - arrivedMs;
  }

  function commit(hasRest = false): void {
    clock.skip(100);
    schedule.committed({ startedMs: clock.steady(), hasRest });
  }

  test('waits until no more come', () => {
    commit();
    expect(waitMs()).toBe(100);
  });

  test('waits for a second from the one before that', () => {
    commit();
    commit();
    expect(waitMs()).toBe(800);
  });

  test('does not wait for that while a fleet is written in batches', () => {
    commit();
    commit(true);
    expect(waitMs()).toBe(100);
  });

  test('does not wait for that when the cluster was away just before', () => {
    schedule.closed(undefined);
    schedule.opened();
    schedule.worked();
    commit();
    expect(waitMs()).toBe(100);
  });
});
