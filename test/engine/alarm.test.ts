import { describe, expect, test } from '@jest/globals';
import { Alarm } from '../../src/engine/alarm.ts';
import { FakeClock, settle } from '../support/fake-clock.ts';

function start() {
  const clock = new FakeClock();
  const alarm = new Alarm(clock);
  const stop = new AbortController();
  let wakes = 0;
  const sleep = (ms: number): void =>
    void alarm.sleepUntil(clock.steady() + ms, stop.signal).then(() => {
      wakes += 1;
    });
  return { clock, alarm, stop, sleep, wakes: () => wakes };
}

describe('an alarm', () => {
  test('wakes at its time and not before', async () => {
    const { clock, sleep, wakes } = start();
    sleep(1000);
    await clock.advance(999);
    expect(wakes()).toBe(0);
    await clock.advance(1);
    expect(wakes()).toBe(1);
  });

  test('wakes when it is rung', async () => {
    const { alarm, sleep, wakes } = start();
    sleep(1000);
    alarm.ring();
    await settle();
    expect(wakes()).toBe(1);
  });

  test('that was rung before somebody sleeps lets nobody sleep, once', async () => {
    const { alarm, sleep, wakes } = start();
    alarm.ring();
    alarm.ring();
    sleep(1000);
    await settle();
    expect(wakes()).toBe(1);
    sleep(1000);
    await settle();
    expect(wakes()).toBe(1);
  });

  test('wakes at the end of everything', async () => {
    const { stop, sleep, wakes } = start();
    sleep(1000);
    stop.abort();
    await settle();
    expect(wakes()).toBe(1);
  });

  test.each([Infinity, 1e12])('never sleeps longer than a timer can hold (%i)', (ms) => {
    const { clock, sleep } = start();
    sleep(ms);
    expect(clock.sleepsMs[0]).toBeLessThan(2 ** 31);
  });
});
