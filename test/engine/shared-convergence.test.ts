import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { ConflictError, UnreachableError } from '../../src/errors.ts';
import { MAPPINGS, ROLES, SimulatedOperator } from '../support/simulated-operator.ts';

const objects = fc.constantFrom('a', 'b', 'c');
const ours = fc.uniqueArray(fc.constantFrom('u1', 'u2', 'u3'), { minLength: 1 });
const theirs = fc.uniqueArray(fc.constantFrom('x1', 'x2'));
const modes = fc.constantFrom('Exclusive', 'Merge');

interface Step {
  readonly what: string;
  readonly step: (operator: SimulatedOperator) => Promise<void> | void;
}

/** Named, so that a counterexample reads like a story. */
const steps: fc.Arbitrary<Step> = fc.oneof(
  { weight: 4, arbitrary: fc.tuple(objects, ours, modes).map(toApply) },
  objects.map((name) => ({
    what: `delete ${name}`,
    step: (operator: SimulatedOperator) => {
      if (operator.exists(MAPPINGS, { name })) operator.delete(MAPPINGS, { name });
    },
  })),
  theirs.map((users) => ({
    what: `somebody else adds ${users.join()}`,
    step: (operator: SimulatedOperator) => {
      const present = usersOf(operator);
      operator.cluster.put('rolesmapping', 'ops', { users: [...new Set([...present, ...users])] });
    },
  })),
  fc
    .nat({ max: 90_000 })
    .map((ms) => ({ what: `${ms} ms pass`, step: (operator: SimulatedOperator) => operator.pass(ms) })),
  fc.constantFrom<Step>(
    { what: 'the operator restarts', step: (operator) => operator.restart() },
    {
      what: 'a write meets another one',
      step: (operator) => void (operator.cluster.nextPatchFails = new ConflictError('409')),
    },
    {
      what: 'the answer to a write is lost',
      step: (operator) => void (operator.cluster.nextAnswerIsLost = new UnreachableError('reset')),
    },
  ),
);

function toApply([name, users, mode]: [string, readonly string[], string]): Step {
  const spec = { role: 'ops', users, mode, adoptionPolicy: 'Always' };
  return {
    what: `apply ${name} ${mode} ${users.join()}`,
    step: (operator) => operator.apply(MAPPINGS, { name }, spec),
  };
}

function usersOf(operator: SimulatedOperator): readonly string[] {
  return (operator.cluster.get('rolesmapping', 'ops')?.['users'] ?? []) as readonly string[];
}

interface Declared {
  readonly users: readonly string[];
  readonly mode: string;
}

function declared(operator: SimulatedOperator): readonly Declared[] {
  return operator.kubernetes.all(MAPPINGS).map((object) => object['spec'] as Declared);
}

async function after(history: readonly Step[], check: (operator: SimulatedOperator) => Promise<void>): Promise<void> {
  const operator = new SimulatedOperator();
  operator.apply(ROLES, { name: 'ops' }, { description: 'x' });
  await operator.start();
  try {
    for (const { step } of history) await step(operator);
    await operator.pass(300_000);
    await check(operator);
  } finally {
    await operator.stop();
  }
}

test('whatever happens, a shared mapping holds what its objects declare, and nothing is written any more', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(steps, { maxLength: 12 }), (history) =>
      after(history, async (operator) => {
        const all = declared(operator);
        const union = [...new Set(all.flatMap(({ users }) => users))].sort();
        const live = [...usersOf(operator)].sort();
        expect(live).toEqual(expect.arrayContaining(union));
        if (all.some(({ mode }) => mode === 'Exclusive')) expect(live).toEqual(union);
        expect(live.filter((user) => user.startsWith('u') && !union.includes(user))).toEqual([]);

        const writes = [operator.cluster.patches.length, operator.kubernetesWrites];
        await operator.pass(300_000);
        await operator.restart();
        expect([operator.cluster.patches.length, operator.kubernetesWrites]).toEqual(writes);
      }),
    ),
    { numRuns: 150 },
  );
}, 60_000);

test('while an object lives, what it grants is never taken away by what happens to the others', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(steps, { maxLength: 12 }), (history) =>
      after(
        [
          toApply(['keeper', ['u9'], 'Merge']),
          { what: 'a while', step: (operator) => operator.pass(5000) },
          ...history,
        ],
        (operator) => {
          const granted = operator.cluster.patches
            .filter(({ document }) => document === 'rolesmapping')
            .flatMap(({ operations }) => operations)
            .map((operation) => (operation.type === 'add' ? operation.value : ''));
          expect(granted.filter((value) => !value.includes('u9'))).toEqual([]);
          expect(usersOf(operator)).toContain('u9');
          return Promise.resolve();
        },
      ),
    ),
    { numRuns: 100 },
  );
}, 60_000);

test('what nobody declares any more is gone, and what others put there stays', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(steps, { maxLength: 12 }), (history) =>
      after(history, async (operator) => {
        for (const { metadata } of operator.kubernetes.all(MAPPINGS)) operator.delete(MAPPINGS, metadata);
        await operator.pass(300_000);
        expect(usersOf(operator).filter((user) => user.startsWith('u'))).toEqual([]);
        expect(operator.kubernetes.all(MAPPINGS)).toEqual([]);
      }),
    ),
    { numRuns: 100 },
  );
}, 60_000);
