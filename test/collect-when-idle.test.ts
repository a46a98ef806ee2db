import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { collectWhenIdle } from '../src/collect-when-idle.ts';
import { FakeClock } from './support/fake-clock.ts';

const SECOND = 1000;

describe('the memory that a burst of work took', () => {
  let clock: FakeClock;
  let over: AbortController;
  let ended: Promise<void>;
  let cpuMs: number;
  let heapMiB: number;
  let collections: number;

  beforeEach(() => {
    [clock, over, cpuMs, heapMiB, collections] = [new FakeClock(), new AbortController(), 0, 50, 0];
    const collect = (): void => {
      collections += 1;
      cpuMs += 300;
    };
    ended = collectWhenIdle({ clock, cpuMs: () => cpuMs, heapMiB: () => heapMiB, collect }, over.signal);
  });
  afterEach(async () => {
    over.abort();
    await clock.advance(0);
    await ended;
  });

  /** Time in which a part of a core is used. */
  async function pass(seconds: number, share: number): Promise<void> {
    for (let passed = 0; passed < seconds; passed += 1) {
      cpuMs += share * SECOND;
      await clock.advance(SECOND);
    }
  }

  it('is given back once, when the work is over', async () => {
    await pass(60, 0.5);
    expect(collections).toBe(0);
    await pass(60, 0.005);
    expect(collections).toBe(1);
  });

  it('is given back after each burst', async () => {
    for (const burst of [1, 2, 3]) {
      await pass(10, 0.5);
      await pass(20, 0);
      expect(collections).toBe(burst);
    }
  });

  it('is given back after a start that took hardly any time', async () => {
    await pass(1, 0.3);
    await pass(10, 0);
    expect(collections).toBe(1);
  });

  it('is kept after later work that took little for what is in use', async () => {
    await pass(20, 0);
    expect(collections).toBe(1);
    await pass(1, 0.8);
    await pass(60, 0);
    expect(collections).toBe(1);
    heapMiB = 30;
    await pass(60, 0);
    expect(collections).toBe(2);
  });

  it('is kept where so much is in use that everybody would have to wait', async () => {
    heapMiB = 300;
    await pass(60, 0.5);
    await pass(60, 0);
    expect(collections).toBe(0);
  });

  it('is looked for once in some minutes at rest', async () => {
    await pass(3600, 0.005);
    expect(collections).toBeGreaterThan(0);
    expect(collections).toBeLessThanOrEqual(3600 / 150);
  });

  it('is not looked for once the process is to end', async () => {
    await pass(10, 0.5);
    over.abort();
    await ended;
    await pass(60, 0);
    expect(collections).toBe(0);
  });
});
