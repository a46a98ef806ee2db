import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { Lanes } from '../../src/status/lanes.ts';

function all(lanes: Lanes): readonly string[] {
  const keys: string[] = [];
  for (let key = lanes.next(); key !== undefined; key = lanes.next()) keys.push(key);
  return keys;
}

describe('lanes', () => {
  let freed: number;
  let lanes: Lanes;

  beforeEach(() => {
    jest.useFakeTimers();
    freed = 0;
    lanes = new Lanes(() => (freed += 1));
  });
  afterEach(() => void jest.useRealTimers());

  test('take turns, each in the order of arrival', () => {
    for (const key of ['a1', 'a2', 'a3', 'a4']) lanes.put('a', key);
    lanes.put('b', 'b1');
    lanes.put('b', 'b2');
    expect(all(lanes)).toEqual(['a1', 'b1', 'a2', 'b2', 'a3', 'a4']);
    expect(lanes.isEmpty).toBe(true);
  });

  test('that are held let others pass, and go on when they are freed', () => {
    lanes.hold('a');
    lanes.put('a', 'a1');
    lanes.put('b', 'b1');
    expect(all(lanes)).toEqual(['b1']);
    expect([lanes.isEmpty, freed]).toEqual([false, 0]);
    lanes.free('a');
    expect([all(lanes), freed]).toEqual([['a1'], 1]);
  });

  test('are held for fifteen seconds at most, however often that is asked for, until they were free', () => {
    lanes.put('a', 'a1');
    lanes.hold('a');
    jest.advanceTimersByTime(14_999);
    lanes.hold('a');
    expect([all(lanes), freed]).toEqual([[], 0]);
    jest.advanceTimersByTime(1);
    lanes.hold('a');
    expect([all(lanes), freed]).toEqual([['a1'], 1]);
    lanes.free('a');
    lanes.hold('a');
    lanes.put('a', 'a2');
    expect(all(lanes)).toEqual([]);
  });

  test('that are free can be freed', () => {
    lanes.free('a');
    expect(freed).toBe(0);
  });
});
