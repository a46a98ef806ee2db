import { describe, expect, test } from '@jest/globals';
import { RecentWrites } from '../../src/engine/recent-writes.ts';

const MINUTE = 60_000;
const BEGIN = 100 * MINUTE;

describe('recent writes', () => {
  test('say when a name was written last, and 0 where it never was', () => {
    const writes = new RecentWrites();
    writes.wrote('roles/a', BEGIN);
    writes.wrote('roles/a', BEGIN + 1);
    expect([writes.writtenMs('roles/a'), writes.writtenMs('roles/b')]).toEqual([BEGIN + 1, 0]);
  });

  test('are forgotten after five minutes, and none that was written since', () => {
    const writes = new RecentWrites();
    writes.wrote('roles/a', BEGIN);
    writes.wrote('roles/b', BEGIN);
    writes.wrote('roles/a', BEGIN + MINUTE);
    writes.wrote('roles/c', BEGIN + 6 * MINUTE);
    expect(['roles/a', 'roles/b', 'roles/c'].map((slot) => writes.writtenMs(slot))).toEqual([
      BEGIN + MINUTE,
      0,
      BEGIN + 6 * MINUTE,
    ]);
  });

  test('do not count what was removed since', () => {
    const writes = new RecentWrites();
    writes.wrote('roles/a', BEGIN);
    writes.removed('roles/a');
    expect(writes.writtenMs('roles/a')).toBe(0);
  });
});
