import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { WriteAnswer } from '../../src/commit/cluster.ts';
import { commitOperations, sendSplitting, type CommitResult } from '../../src/commit/commit-operations.ts';
import { ConflictError, NotInForceError, UnreachableError } from '../../src/errors.ts';
import type { Operation } from '../../src/plan/operation.ts';
import { aRemove, anAdd } from '../support/builders.ts';
import { FakeCluster } from '../support/fake-cluster.ts';

interface Commit {
  readonly result: CommitResult;
  readonly told: readonly Operation[];
}

async function commit(cluster: FakeCluster, operations: readonly Operation[]): Promise<Commit> {
  const told: Operation[] = [];
  const result = await commitOperations(operations, {
    send: (batch) => cluster.patchDocument('roles', batch),
    inverse: (batch) => batch.map(({ name }): Operation => ({ type: 'remove', name })),
    onAccepted: (accepted) => told.push(...accepted),
  });
  return { result, told };
}

function adds(count: number): readonly Operation[] {
  return Array.from({ length: count }, (_, index) => anAdd(`role-${index}`));
}

describe('a commit', () => {
  test('of healthy operations is one request', async () => {
    const cluster = new FakeCluster();
    const { result, told } = await commit(cluster, adds(1000));
    expect(result).toEqual({ accepted: adds(1000), refused: [], requests: 1 });
    expect(told).toEqual(adds(1000));
  });

  test('of nothing is no request', async () => {
    const cluster = new FakeCluster();
    expect((await commit(cluster, [])).result).toEqual({ accepted: [], refused: [], requests: 0 });
    expect(cluster.patches).toEqual([]);
  });

  test('of what is there already is accepted', async () => {
    const cluster = new FakeCluster();
    cluster.put('roles', 'role-0', { description: 'role-0' });
    expect((await commit(cluster, adds(1))).result.accepted).toEqual(adds(1));
    expect(cluster.writes).toBe(0);
  });

  test('tells the one that is refused in the words of the server and stores all others', async () => {
    const cluster = new FakeCluster();
    cluster.poison.set('role-700', 'Wrong datatype');
    const { result } = await commit(cluster, adds(1000));
    expect(result.refused).toEqual([{ operation: anAdd('role-700'), words: 'Wrong datatype' }]);
    expect(cluster.names('roles')).toHaveLength(999);
  });

  test('goes straight to the one that the server names', async () => {
    const cluster = new FakeCluster();
    cluster.put('roles', 'role-700', { reserved: true });
    const { result } = await commit(cluster, adds(1000));
    expect(result.refused).toEqual([{ operation: anAdd('role-700'), words: "Resource 'role-700' is reserved." }]);
    expect(result.requests).toBe(3);
  });

  test('splits when the server names something that is not in the batch', async () => {
    const answers: readonly WriteAnswer[] = [
      { type: 'refused', words: 'no', name: 'stranger' },
      { type: 'stored' },
      { type: 'refused', words: 'no', name: 'stranger' },
    ];
    const remaining = answers.values();
    const result = await commitOperations(adds(2), {
      send: () => Promise.resolve(remaining.next().value ?? { type: 'stored' }),
      inverse: () => [],
      onAccepted: () => undefined,
    });
    expect(result.refused.map(({ operation }) => operation.name)).toEqual(['role-1']);
  });

  test.each([1, 2, 5, 20])(
    'of which everything is refused ends after %d requests, if it may send no more',
    async (most) => {
      let sent = 0;
      const send = (): Promise<WriteAnswer> => {
        sent += 1;
        return Promise.resolve({ type: 'refused', words: 'no' });
      };
      const result = await sendSplitting(adds(100), { send, onAccepted: () => undefined, maxRequests: most });
      expect([result.requests, sent]).toEqual([most, most]);
      expect(result.accepted).toEqual([]);
      expect(result.refused.length).toBeLessThan(most);
    },
  );

  test('tells removals apart like anything else', async () => {
    const cluster = new FakeCluster();
    cluster.put('roles', 'a', {});
    cluster.put('roles', 'b', { reserved: true });
    const { result } = await commit(cluster, [aRemove('a'), aRemove('b')]);
    expect(result.accepted).toEqual([aRemove('a')]);
    expect(cluster.names('roles')).toEqual(['b']);
  });

  test('that breaks half way has told what is in force, and nothing else', async () => {
    const cluster = new FakeCluster();
    cluster.poison.set('role-0', 'no');
    const told: Operation[] = [];
    const broken = commitOperations(adds(4), {
      inverse: () => [],
      send: (batch) => {
        if (batch.some(({ name }) => name === 'role-3') && batch.length < 4) throw new ConflictError('409');
        return cluster.patchDocument('roles', batch);
      },
      onAccepted: (accepted) => told.push(...accepted),
    });
    await expect(broken).rejects.toThrow(ConflictError);
    expect(told.map(({ name }) => name)).toEqual(cluster.names('roles'));
    expect(told).toEqual([anAdd('role-1')]);
  });

  test('that was stored and not loaded is told to be so, whatever becomes of putting it back', async () => {
    const errors = [new NotInForceError('500'), new UnreachableError('away')];
    const broken = commitOperations(adds(1), {
      inverse: (operations) => operations.map(({ name }) => aRemove(name)),
      send: () => Promise.reject(errors.shift() ?? new Error('sent once too often')),
      onAccepted: () => undefined,
    });
    await expect(broken).rejects.toThrow(NotInForceError);
    expect(errors).toEqual([]);
  });

  test('finds every poisoned operation with few requests, and refuses no healthy one', async () => {
    const batches = fc.integer({ min: 1, max: 200 }).chain((count) =>
      fc.record({
        count: fc.constant(count),
        poisoned: fc.uniqueArray(fc.nat({ max: count - 1 }), { maxLength: 8 }),
        reserved: fc.uniqueArray(fc.nat({ max: count - 1 }), { maxLength: 3 }),
      }),
    );
    await fc.assert(
      fc.asyncProperty(batches, async ({ count, poisoned, reserved }) => {
        const cluster = new FakeCluster();
        for (const index of poisoned) cluster.poison.set(`role-${index}`, `role-${index} is bad`);
        for (const index of reserved) cluster.put('roles', `role-${index}`, { reserved: true });
        const { result, told } = await commit(cluster, adds(count));

        const bad = new Set([...poisoned, ...reserved].map((index) => `role-${index}`));
        const healthy = adds(count).filter(({ name }) => !bad.has(name));
        expect(result.accepted.map(({ name }) => name).sort()).toEqual(healthy.map(({ name }) => name).sort());
        expect(new Set(told)).toEqual(new Set(result.accepted));
        expect(new Set(result.refused.map(({ operation }) => operation.name))).toEqual(bad);
        expect(result.refused).toHaveLength(bad.size);
        expect(result.refused.every(({ operation, words }) => words.includes(operation.name))).toBe(true);
        expect(result.requests).toBe(cluster.patches.length);
        expect(result.requests).toBeLessThanOrEqual(2 * bad.size * Math.ceil(Math.log2(count)) + 2 * bad.size + 1);
      }),
    );
  });

  test('keeps the order of what is accepted when nothing is named', async () => {
    const cluster = new FakeCluster();
    for (const name of ['role-3', 'role-40', 'role-41']) cluster.poison.set(name, 'no');
    const { result } = await commit(cluster, adds(64));
    const healthy = adds(64).filter(({ name }) => !cluster.poison.has(name));
    expect(result.accepted).toEqual(healthy);
  });
});
