import { describe, expect, test } from '@jest/globals';
import { Gathering } from '../../src/engine/gathering.ts';
import { FakeClock } from '../support/fake-clock.ts';

function aGathering() {
  const clock = new FakeClock();
  const told: string[] = [];
  return { clock, told, gathering: new Gathering<string>(clock, (item) => told.push(item)) };
}

describe('what is gathered', () => {
  test('is told at once when nothing else is awaited', () => {
    const { told, gathering } = aGathering();
    gathering.add('alone');
    expect(told).toEqual(['alone']);
  });

  test('waits for others that are awaited, and for all of them at most eight seconds', async () => {
    const { clock, told, gathering } = aGathering();
    gathering.expect({});
    gathering.add('first');
    gathering.add('second');
    await clock.advance(7999);
    expect(told).toEqual([]);
    await clock.advance(1);
    expect(told).toEqual(['first', 'second']);
  });

  test('waits twice as long each time that others are still awaited, and half a minute at most', async () => {
    const { clock, told, gathering } = aGathering();
    gathering.expect({});
    for (const seconds of [8, 16, 30, 30]) {
      told.length = 0;
      gathering.add('one');
      await clock.advance(seconds * 1000 - 1);
      expect(told).toEqual([]);
      await clock.advance(1);
      expect(told).toEqual(['one']);
    }
  });

  test('is told when nothing more is awaited, and what comes later waits no longer than at first', async () => {
    const { clock, told, gathering } = aGathering();
    const [job, laterJob] = [{}, {}];
    gathering.expect(job);
    gathering.add('one');
    await clock.advance(8000);
    gathering.add('two');
    gathering.dismiss(job);
    expect(told).toEqual(['one', 'two']);
    await clock.advance(16_000);
    gathering.expect(laterJob);
    gathering.add('three');
    await clock.advance(8000);
    expect(told).toEqual(['one', 'two', 'three']);
  });
});
