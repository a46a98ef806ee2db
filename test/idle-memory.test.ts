import { describe, expect, test } from '@jest/globals';
import { releaseIdleMemory } from '../src/idle-memory.ts';
import { FakeClock } from './support/fake-clock.ts';

const MIB = 1024 * 1024;

function aProcess() {
  const clock = new FakeClock();
  const end = new AbortController();
  const own = { cpu: 0, resident: 90 * MIB, live: 80 * MIB, collections: 0 };
  const done = releaseIdleMemory(
    {
      cpuMs: () => own.cpu,
      residentBytes: () => own.resident,
      collectGarbage: () => {
        own.collections += 1;
        own.resident = own.live;
      },
    },
    clock,
    end.signal,
  );
  return { clock, own, end, done };
}

describe('memory of an idle process', () => {
  test('is given back once after its start', async () => {
    const { clock, own } = aProcess();
    await clock.advance(60_000);
    expect([own.collections, own.resident]).toEqual([1, 80 * MIB]);
  });

  test('is given back again when work has left something behind', async () => {
    const { clock, own } = aProcess();
    await clock.advance(5000);
    own.resident += 7 * MIB;
    await clock.advance(60_000);
    expect(own.collections).toBe(1);
    own.resident += MIB;
    await clock.advance(5000);
    expect(own.collections).toBe(2);
  });

  test('is left alone while there is work', async () => {
    const { clock, own } = aProcess();
    for (let look = 0; look < 10; look += 1) {
      own.cpu += 251;
      await clock.advance(5000);
    }
    expect(own.collections).toBe(0);
    await clock.advance(5000);
    expect(own.collections).toBe(1);
  });

  test('is left alone when the process ends', async () => {
    const { clock, end, done, own } = aProcess();
    end.abort();
    await clock.advance(0);
    await done;
    expect(own.collections).toBe(0);
  });
});
