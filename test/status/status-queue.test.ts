import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { KubernetesError } from '../../src/errors.ts';
import { createLog } from '../../src/log.ts';
import type { ObjectWriter } from '../../src/status/object-writer.ts';
import { StatusQueue, type StatusTarget } from '../../src/status/status-queue.ts';
import { aRole } from '../support/builders.ts';

interface Write {
  readonly name: string;
  readonly status: object;
  /** Ends the write; an error is thrown, no version means that the object is gone. */
  readonly answer: (answer: string | undefined | Error) => Promise<void>;
}

/** A writer whose writes wait until they are answered. */
class FakeWriter {
  readonly writes: Write[] = [];
  open = 0;
  most = 0;

  get asWriter(): ObjectWriter {
    return this as unknown as ObjectWriter;
  }

  writeStatus(target: StatusTarget, status: object): Promise<string | undefined> {
    this.open += 1;
    this.most = Math.max(this.most, this.open);
    return new Promise((resolve, reject) => {
      const answer = async (given: string | undefined | Error): Promise<void> => {
        this.open -= 1;
        if (given instanceof Error) reject(given);
        else resolve(given);
        await jest.advanceTimersByTimeAsync(0);
      };
      this.writes.push({ name: target.name, status, answer });
    });
  }
}

const MINUTE_MS = 60_000;

function aTarget(overrides: Partial<StatusTarget> = {}): StatusTarget {
  const { kind, ...resource } = aRole();
  return { ...resource, plural: kind.plural, ...overrides };
}

function start(): { queue: StatusQueue; writer: FakeWriter } {
  const writer = new FakeWriter();
  return { writer, queue: new StatusQueue(writer.asWriter, createLog('silent')) };
}

describe('the status queue', () => {
  beforeEach(() => void jest.useFakeTimers());
  afterEach(() => void jest.useRealTimers());

  test('writes a status', () => {
    const { queue, writer } = start();
    queue.put(aTarget({ status: { a: 1 } }), { a: 2 });
    expect(writer.writes).toMatchObject([{ name: 'ops', status: { a: 2 } }]);
  });

  test('writes no status that is there already', () => {
    const { queue, writer } = start();
    queue.put(aTarget({ status: { a: 1, b: 2 } }), { b: 2, a: 1 });
    expect(writer.writes).toEqual([]);
  });

  test('writes of several for one object only the first, which is under way, and the last', async () => {
    const { queue, writer } = start();
    for (const a of [1, 2, 3, 4]) queue.put(aTarget(), { a });
    await writer.writes[0]?.answer('2');
    await writer.writes[1]?.answer('3');
    expect(writer.writes.map(({ status }) => status)).toEqual([{ a: 1 }, { a: 4 }]);
  });

  test('writes for many objects at most sixteen at once', async () => {
    const { queue, writer } = start();
    for (let index = 0; index < 30; index += 1) queue.put(aTarget({ name: `role-${index}` }), { a: 1 });
    for (let index = 0; index < 30; index += 1) await writer.writes[index]?.answer('2');
    expect(writer.writes).toHaveLength(30);
    expect(writer.most).toBe(16);
  });

  test('knows what it has written until the watch brings it', async () => {
    const { queue, writer } = start();
    const stale = aTarget({ resourceVersion: '1', status: {} });
    queue.put(stale, { a: 1 });
    expect(queue.current(stale)).toEqual({ a: 1 });
    await writer.writes[0]?.answer('5');
    expect(queue.current(stale)).toEqual({ a: 1 });
    queue.put(stale, { a: 1 });
    expect(writer.writes).toHaveLength(1);
  });

  test('believes the watch once that is as new as its own write', async () => {
    const { queue, writer } = start();
    queue.put(aTarget(), { a: 1 });
    await writer.writes[0]?.answer('5');
    expect(queue.current(aTarget({ resourceVersion: '6', status: { a: 'changed by hand' } }))).toEqual({
      a: 'changed by hand',
    });
  });

  test('takes an object that was created anew under the same name for another', () => {
    const { queue } = start();
    queue.put(aTarget({ uid: 'old' }), { a: 1 });
    expect(queue.current(aTarget({ uid: 'new', status: {} }))).toEqual({});
  });

  test('forgets an object that is gone', async () => {
    const { queue, writer } = start();
    queue.put(aTarget(), { a: 1 });
    await writer.writes[0]?.answer(undefined);
    expect(queue.current(aTarget({ status: {} }))).toEqual({});
  });

  test('forgets no other object of the same name when the one before turns out to be gone', async () => {
    const { queue, writer } = start();
    queue.put(aTarget({ uid: 'old' }), { a: 1 });
    queue.put(aTarget({ uid: 'new' }), { a: 2 });
    await writer.writes[0]?.answer(undefined);
    expect(queue.current(aTarget({ uid: 'new', status: {} }))).toEqual({ a: 2 });
  });

  test('writes nothing again for an object that was replaced while its write failed', async () => {
    const { queue, writer } = start();
    queue.put(aTarget({ uid: 'old' }), { a: 1 });
    queue.put(aTarget({ uid: 'new' }), { a: 2 });
    await writer.writes[0]?.answer(new KubernetesError('no', 500, ''));
    await writer.writes[1]?.answer('5');
    await jest.advanceTimersByTimeAsync(MINUTE_MS);
    expect(writer.writes).toHaveLength(2);
  });

  test.each([
    ['the API server is busy', 500],
    ['the API server throttles', 429],
    ['the object changed in the same moment', 409],
    ['there was no answer', 0],
    ['our rights are taken away and given back', 403],
    ['our token is not known for a moment', 401],
  ])('tries again when %s', async (_, status) => {
    const { queue, writer } = start();
    queue.put(aTarget(), { a: 1 });
    await writer.writes[0]?.answer(new KubernetesError('no', status, ''));
    await jest.advanceTimersByTimeAsync(MINUTE_MS);
    expect(writer.writes.map((write) => write.status)).toEqual([{ a: 1 }, { a: 1 }]);
  });

  test('does not try again what will never be taken', async () => {
    const { queue, writer } = start();
    queue.put(aTarget(), { a: 1 });
    await writer.writes[0]?.answer(new KubernetesError('invalid', 422, 'Invalid'));
    await jest.advanceTimersByTimeAsync(MINUTE_MS);
    expect(writer.writes).toHaveLength(1);
    expect(queue.current(aTarget({ status: {} }))).toEqual({});
  });

  test('loses no status to an API server that is away for long', async () => {
    const { queue, writer } = start();
    queue.put(aTarget(), { a: 1 });
    for (let failures = 0; failures < 30; failures += 1) {
      await writer.writes.at(-1)?.answer(new KubernetesError('no answer', 0, 'Unreachable'));
      await jest.advanceTimersByTimeAsync(MINUTE_MS);
    }
    expect(writer.writes).toHaveLength(31);
  });

  test('asks for what we may not write less and less often', async () => {
    const { queue, writer } = start();
    queue.put(aTarget(), { a: 1 });
    for (let minute = 0; minute < 60; minute += 1) {
      await writer.writes.at(-1)?.answer(new KubernetesError('no', 403, 'Forbidden'));
      await jest.advanceTimersByTimeAsync(MINUTE_MS);
    }
    expect(writer.writes.length).toBeGreaterThan(10);
    expect(writer.writes.length).toBeLessThan(30);
  });

  test('writes the latest status when it tries again', async () => {
    const { queue, writer } = start();
    queue.put(aTarget(), { a: 1 });
    await writer.writes[0]?.answer(new KubernetesError('no', 500, ''));
    queue.put(aTarget(), { a: 2 });
    await jest.advanceTimersByTimeAsync(MINUTE_MS);
    expect(writer.writes.map(({ status }) => status)).toEqual([{ a: 1 }, { a: 2 }]);
  });

  test('is idle when everything is written', async () => {
    const { queue, writer } = start();
    let isIdle = false;
    queue.put(aTarget(), { a: 1 });
    queue.put(aTarget(), { a: 2 });
    void queue.idle().then(() => (isIdle = true));
    await writer.writes[0]?.answer('2');
    expect(isIdle).toBe(false);
    await writer.writes[1]?.answer('3');
    expect(isIdle).toBe(true);
  });

  test('is idle when nothing was ever put', async () => {
    await expect(start().queue.idle()).resolves.toBeUndefined();
  });
});
