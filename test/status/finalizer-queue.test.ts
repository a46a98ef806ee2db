import { describe, expect, test } from '@jest/globals';
import { KubernetesError } from '../../src/errors.ts';
import { FinalizerQueue } from '../../src/status/finalizer-queue.ts';
import { aRole } from '../support/builders.ts';
import { FakeClock } from '../support/fake-clock.ts';

type Target = NonNullable<ReturnType<Parameters<FinalizerQueue['set']>[1]>>;

function aTarget(uid: string, finalizers: readonly string[] = []): Target {
  return { ...aRole(), plural: 'opensearchroles', uid, name: uid, finalizers };
}

/** A queue beside statuses that are being written until `writeStatuses` is called. */
function start(): {
  readonly clock: FakeClock;
  readonly queue: FinalizerQueue;
  readonly written: Target[];
  readonly writer: { addFinalizer: (target: Target) => Promise<boolean> };
  readonly told: unknown[];
  readonly set: (target: Target) => boolean;
  readonly writeStatuses: () => void;
} {
  const clock = new FakeClock();
  const written: Target[] = [];
  const told: unknown[] = [];
  const writer = {
    addFinalizer: (target: Target): Promise<boolean> => {
      written.push(target);
      return Promise.resolve(true);
    },
  };
  let writeStatuses = (): void => undefined;
  const idle = new Promise<void>((resolve) => (writeStatuses = resolve));
  const queue = new FinalizerQueue({ writer, statuses: { idle: () => idle } }, { clock, random: () => 0.5 });
  const listener = {
    onDone: (isSet: boolean): void => void told.push(isSet),
    onRefused: (error: unknown): void => void told.push(error),
  };
  return {
    clock,
    queue,
    written,
    writer,
    told,
    writeStatuses,
    set: (target) => queue.set(target.uid, () => target, listener),
  };
}

describe('the finalizer queue', () => {
  test('lets statuses go first', async () => {
    const { clock, written, told, set, writeStatuses } = start();
    set(aTarget('1'));
    await clock.advance(1000);
    expect(written).toEqual([]);
    writeStatuses();
    await clock.advance(0);
    expect([written.length, told]).toEqual([1, [true]]);
  });

  test('does not wait for ever for statuses that never cease', async () => {
    const { clock, written, set } = start();
    set(aTarget('1'));
    await clock.advance(20_000);
    expect(written).toHaveLength(1);
  });

  test('writes an object that is asked for twice once, as it is by then', async () => {
    const { clock, queue, written, writeStatuses } = start();
    let target: Target | undefined = aTarget('1');
    const listener = { onDone: () => undefined, onRefused: () => undefined };
    const ask = (): boolean => queue.set('1', () => target, listener);
    expect([ask(), ask()]).toEqual([true, false]);
    target = aTarget('1', ['another']);
    writeStatuses();
    await clock.advance(0);
    expect(written.map(({ finalizers }) => finalizers)).toEqual([['another']]);
  });

  test('does not write an object that is gone by then, and says so', async () => {
    const { clock, queue, written, told, writeStatuses } = start();
    queue.set('1', () => undefined, { onDone: (isSet) => void told.push(isSet), onRefused: () => undefined });
    writeStatuses();
    await clock.advance(0);
    expect([written, told]).toEqual([[], [false]]);
  });

  test('tries on after trouble, and tells a refusal once', async () => {
    const { clock, writer, told, set, writeStatuses } = start();
    writeStatuses();
    const errors = [500, 403, 403].map((status) => new KubernetesError('no', status, ''));
    const add = writer.addFinalizer;
    writer.addFinalizer = (target) => {
      const error = errors.shift();
      return error === undefined ? add(target) : Promise.reject(error);
    };
    set(aTarget('1'));
    await clock.advance(10_000);
    expect(told).toEqual([new KubernetesError('no', 403, ''), true]);
  });

  test('writes what waits when it is closed, and begins nothing any more', async () => {
    const { clock, queue, written, set, writeStatuses } = start();
    writeStatuses();
    set(aTarget('1'));
    const closed = queue.close();
    await clock.advance(0);
    await closed;
    set(aTarget('2'));
    await clock.advance(10_000);
    expect(written.map(({ uid }) => uid)).toEqual(['1']);
  });

  test('does not keep the process for long when it is closed', async () => {
    const { clock, queue, writer, set, writeStatuses } = start();
    writeStatuses();
    writer.addFinalizer = () => new Promise(() => undefined);
    set(aTarget('1'));
    const closed = queue.close();
    await clock.advance(5000);
    await expect(closed).resolves.toBeUndefined();
  });
});
