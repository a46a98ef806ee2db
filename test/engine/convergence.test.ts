import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { canonical } from '../../src/desired/canonical.ts';
import { ConflictError, KubernetesError, UnreachableError } from '../../src/errors.ts';
import type { Entity } from '../../src/kinds/kind.ts';
import { tenant } from '../../src/kinds/tenant.ts';
import { SimulatedOperator, TENANTS } from '../support/simulated-operator.ts';

/**
 * Objects `a` to `d`; `c` and `d` both claim the name `shared`. Every object may take over what it finds, so that the
 * end does not depend on who was first, except for what two claim.
 */
const OBJECTS = ['a', 'b', 'c', 'd'];
const NAMES = ['a', 'b', 'shared'];

type Step = (operator: SimulatedOperator) => Promise<void> | void;

const objects = fc.constantFrom(...OBJECTS);
const names = fc.constantFrom(...NAMES);
const words = fc.constantFrom('one', 'two', 'three');

/** Named, so that a counterexample reads like a story. */
interface NamedStep {
  readonly what: string;
  readonly step: Step;
}

const steps: fc.Arbitrary<NamedStep> = fc.oneof(
  fc.tuple(objects, words).map(([name, description]) => ({
    what: `apply ${name} ${description}`,
    step: (operator: SimulatedOperator) => operator.apply(TENANTS, { name }, specOf(name, description)),
  })),
  objects.map((name) => ({
    what: `delete ${name}`,
    step: (operator: SimulatedOperator) => {
      if (operator.exists(TENANTS, { name })) operator.delete(TENANTS, { name });
    },
  })),
  objects.map((name) => ({
    what: `delete ${name} while the operator is away`,
    step: async (operator: SimulatedOperator) => {
      await operator.stop();
      if (operator.exists(TENANTS, { name })) operator.delete(TENANTS, { name });
      await operator.start();
    },
  })),
  fc.tuple(names, words).map(([name, description]) => ({
    what: `somebody else writes ${name} ${description}`,
    step: (operator: SimulatedOperator) => operator.cluster.put('tenants', name, { description }),
  })),
  names.map((name) => ({
    what: `somebody else removes ${name}`,
    step: (operator: SimulatedOperator) => operator.cluster.drop('tenants', name),
  })),
  fc
    .nat({ max: 90_000 })
    .map((ms) => ({ what: `${ms} ms pass`, step: (operator: SimulatedOperator) => operator.pass(ms) })),
  fc.constantFrom(
    { what: 'the operator restarts', step: (operator: SimulatedOperator) => operator.restart() },
    {
      what: 'a write meets another one',
      step: (operator: SimulatedOperator) => void (operator.cluster.nextPatchFails = new ConflictError('409')),
    },
    {
      what: 'the answer to a write is lost',
      step: (operator: SimulatedOperator) => void (operator.cluster.nextAnswerIsLost = new UnreachableError('reset')),
    },
    {
      what: 'the cluster is away for a while',
      step: async (operator: SimulatedOperator) => {
        operator.cluster.outage = new UnreachableError('away');
        await operator.pass(20_000);
        operator.cluster.outage = undefined;
      },
    },
    {
      what: 'no object gets its finalizer from now on',
      step: (operator: SimulatedOperator) => {
        operator.kubernetes.refuse = ({ method, path }) =>
          method === 'PATCH' && path.includes(`/${TENANTS}/`) && !path.endsWith('/status')
            ? new KubernetesError('no', 500, '')
            : undefined;
      },
    },
    { what: 'objects get their finalizers again', step: acceptAll },
    {
      what: 'all watches break',
      step: (operator: SimulatedOperator) => operator.kubernetes.breakWatches(new KubernetesError('reset', 0, '')),
    },
    {
      what: 'the API server forgets what happened',
      step: (operator: SimulatedOperator) => {
        operator.kubernetes.endWatches();
        operator.kubernetes.compact();
      },
    },
  ),
);

function acceptAll(operator: SimulatedOperator): void {
  operator.kubernetes.refuse = () => undefined;
}

function specOf(name: string, description: string): object {
  const shared = name === 'c' || name === 'd' ? { name: 'shared' } : {};
  return { ...shared, description, adoptionPolicy: 'Always' };
}

/** What the objects that are there declare for each name, in the spelling of the server. */
function declared(operator: SimulatedOperator, name: string): readonly string[] {
  return operator.kubernetes
    .all(TENANTS)
    .map((object) => ({ name: object.metadata.name, ...(object['spec'] as { name?: string; description: string }) }))
    .filter((object) => object.name === name)
    .map(({ description }) => spell({ description }));
}

function spell(entity: unknown): string {
  return canonical(tenant, entity as Entity);
}

function live(operator: SimulatedOperator, name: string): string | undefined {
  const entity = operator.cluster.get('tenants', name);
  return entity === undefined ? undefined : spell(entity);
}

test('Promise 1: whatever happens, OpenSearch becomes what is declared, and then nothing is written any more', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(steps, { maxLength: 14 }), async (history) => {
      const operator = await new SimulatedOperator().start();
      try {
        for (const { step } of history) await step(operator);
        acceptAll(operator);
        await operator.pass(300_000);

        for (const name of NAMES) {
          const wanted = declared(operator, name);
          if (wanted.length > 0) expect(wanted).toContain(live(operator, name));
        }
        const told = operator.kubernetes
          .all(TENANTS)
          .map(({ metadata: { name } }) => operator.ready(TENANTS, { name }));
        expect(told.filter((reason) => reason !== 'True Applied' && reason !== 'False NameTaken')).toEqual([]);
        expect(operator.kubernetes.all(TENANTS).filter(({ metadata }) => metadata.deletionTimestamp)).toEqual([]);

        const writes = [operator.cluster.patches.length, operator.kubernetesWrites];
        await operator.pass(300_000);
        await operator.restart();
        expect([operator.cluster.patches.length, operator.kubernetesWrites]).toEqual(writes);
      } finally {
        await operator.stop();
      }
    }),
    { numRuns: 150 },
  );
}, 60_000);

test('what nobody declares any more and nobody else has written is gone', async () => {
  const ownSteps = steps.filter(({ what }) => !what.startsWith('somebody'));
  await fc.assert(
    fc.asyncProperty(fc.array(ownSteps, { maxLength: 20 }), async (history) => {
      const operator = await new SimulatedOperator().start();
      try {
        for (const { step } of history) await step(operator);
        acceptAll(operator);
        await operator.pass(300_000);
        for (const object of operator.kubernetes.all(TENANTS)) operator.delete(TENANTS, object.metadata);
        await operator.pass(300_000);
        expect(operator.cluster.names('tenants')).toEqual([]);
        expect(operator.kubernetes.all(TENANTS)).toEqual([]);
      } finally {
        await operator.stop();
      }
    }),
    { numRuns: 300 },
  );
}, 60_000);
