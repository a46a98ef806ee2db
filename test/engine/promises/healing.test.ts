import { describe, expect, test } from '@jest/globals';
import { ConflictError, KubernetesError, NotInForceError, UnreachableError } from '../../../src/errors.ts';
import { useOperators, withRoleInForce } from '../../support/operators.ts';
import { ROLES, type SimulatedOperator, TENANTS } from '../../support/simulated-operator.ts';

const OPS = { name: 'ops' };
const OTHER = { name: 'other' };
const READ = { indexPermissions: [{ indexPatterns: ['logs-*'], allowedActions: ['read'] }] };

const anOperator = useOperators();

/** What a write of a status, which comes after a test, says. */
function statusIn(body: unknown): { readonly observedGeneration?: number } {
  const [, { value = {} } = {}] = body as readonly { readonly value?: object }[];
  return value;
}

const inForce = (): Promise<SimulatedOperator> => withRoleInForce(anOperator());

describe('Promise 1: any crash, lost watch or lost answer is healed by the next pass; nothing is lost, nothing is doubled', () => {
  test.each([
    ['somebody else wrote in the same moment', new ConflictError('409')],
    ['the answer is lost', new UnreachableError('reset')],
    ['a node could not load it', new NotInForceError('Error Failed node')],
  ])('a write is healed by the next pass when %s', async (_, error) => {
    const operator = await anOperator().start();
    operator.cluster.nextPatchFails = error;
    operator.apply(ROLES, OPS, READ);
    await operator.pass(60_000);
    expect(operator.ready(ROLES, OPS)).toBe('True Applied');
    expect(operator.cluster.names('roles')).toEqual(['ops']);
  });

  test.each([
    {
      what: 'an edit is written',
      begin: (operator: SimulatedOperator) => operator.apply(ROLES, OPS, { description: 'first' }),
      goOn: (operator: SimulatedOperator) => operator.apply(ROLES, OPS, { description: 'last' }),
    },
    {
      what: 'drift is mended',
      begin: (operator: SimulatedOperator) => operator.apply(ROLES, OPS, { description: 'last' }),
      goOn: (operator: SimulatedOperator) => operator.cluster.put('roles', 'ops', { description: 'by hand' }),
    },
    {
      what: 'a cluster that comes back is seen',
      begin: (operator: SimulatedOperator) => {
        operator.cluster.outage = new UnreachableError('away');
        operator.apply(ROLES, OPS, { description: 'last' });
      },
      goOn: (operator: SimulatedOperator) => (operator.cluster.outage = undefined),
    },
  ])('when the time of day is put back, $what all the same', async ({ begin, goOn }) => {
    const operator = await inForce();
    begin(operator);
    await operator.pass(10_000);
    operator.clock.putBack(86_400_000);
    goOn(operator);
    await operator.pass(600_000);
    expect(operator.cluster.get('roles', 'ops')?.['description']).toBe('last');
  });

  test('a write does not take over what somebody else made in the same moment', async () => {
    const operator = await anOperator().start();
    operator.cluster.nextPatchFails = new ConflictError('409');
    operator.cluster.beforePatch = () => operator.cluster.put('roles', 'ops', { description: 'by hand' });
    operator.apply(ROLES, OPS, READ);
    await operator.pass(60_000);
    expect(operator.ready(ROLES, OPS)).toBe('False AlreadyExists');
    expect(operator.cluster.patches).toHaveLength(1);
  });

  test('an object that is edited while it is written is told about the spec that was written, and then about the new one', async () => {
    const operator = await inForce();
    const edit = async (): Promise<void> => {
      operator.cluster.beforePatch = () => undefined;
      operator.apply(ROLES, OPS, { description: 'third' });
      // Until the edit has arrived; nobody waits for time to pass meanwhile.
      for (let tick = 0; tick < 1000; tick += 1) await Promise.resolve();
    };
    operator.cluster.beforePatch = edit;
    const told: string[] = [];
    operator.kubernetes.lose = ({ path, body }) => {
      const inForce = JSON.stringify(operator.cluster.get('roles', 'ops')?.['description']);
      if (path.endsWith('/status'))
        told.push(`generation ${statusIn(body).observedGeneration} while ${inForce} is in force`);
      return undefined;
    };
    operator.apply(ROLES, OPS, { description: 'second' });
    await operator.pass();
    expect(told).toEqual(['generation 2 while "second" is in force', 'generation 3 while "third" is in force']);
  });

  test('a write that was carried out though its answer was lost is not sent again', async () => {
    const operator = await anOperator().start();
    operator.cluster.nextAnswerIsLost = new ConflictError('told so by a proxy');
    operator.apply(ROLES, OPS, READ);
    await operator.pass(60_000);
    expect(operator.ready(ROLES, OPS)).toBe('True Applied');
    expect(operator.cluster.patches).toHaveLength(1);
  });

  test.each([
    ['the ledger', READ, (path: string) => path.endsWith('/configmaps')],
    ['a finalizer that cannot wait', { ...READ, deletionPolicy: 'Orphan' }, (path: string) => path.endsWith('/ops')],
  ])('a write of %s is healed too, and nothing is written to OpenSearch until then', async (_, spec, isMeant) => {
    const operator = await anOperator().start();
    operator.kubernetes.refuse = ({ method, path }) =>
      method !== 'GET' && isMeant(path) ? new KubernetesError('no', 500, '') : undefined;
    operator.apply(ROLES, OPS, spec);
    await operator.pass(5000);
    expect(operator.cluster.patches).toEqual([]);
    operator.kubernetes.refuse = () => undefined;
    await operator.pass(60_000);
    expect(operator.ready(ROLES, OPS)).toBe('True Applied');
  });

  describe('a name that could not be put on record', () => {
    /** A role of that name is declared, and then made by hand. */
    async function unrecorded(): Promise<SimulatedOperator> {
      const operator = await anOperator().start();
      operator.kubernetes.refuse = ({ method, path }) =>
        method === 'POST' && path.endsWith('/configmaps') ? new KubernetesError('quota exceeded', 403, '') : undefined;
      operator.apply(ROLES, OPS, READ);
      await operator.pass(5000);
      operator.cluster.put('roles', 'ops', { description: 'by hand' });
      return operator;
    }

    test('is not overwritten once it can be', async () => {
      const operator = await unrecorded();
      operator.kubernetes.refuse = () => undefined;
      await operator.pass(10_000);
      expect(operator.ready(ROLES, OPS)).toBe('False AlreadyExists');
      expect(operator.cluster.get('roles', 'ops')).toEqual({ description: 'by hand' });
    });

    test('is not removed with the object though what was made meanwhile is equal', async () => {
      const operator = anOperator();
      operator.finalizersFirst = 10;
      await operator.start();
      operator.apply(ROLES, OTHER, READ);
      await operator.pass();
      const equal = operator.cluster.get('roles', 'other') ?? {};
      operator.kubernetes.refuse = ({ method, path }) =>
        method === 'PUT' && path.includes('/configmaps/') ? new KubernetesError('quota exceeded', 403, '') : undefined;
      operator.apply(ROLES, OPS, READ);
      await operator.pass(5000);
      operator.cluster.put('roles', 'ops', equal);
      await operator.pass(30_000);
      operator.delete(ROLES, OPS);
      await operator.pass(30_000);
      expect(operator.exists(ROLES, OPS)).toBe(false);
      expect(operator.cluster.get('roles', 'ops')).toEqual(equal);
    });

    test('is not removed with the object that asked for it', async () => {
      const operator = await unrecorded();
      operator.delete(ROLES, OPS);
      await operator.pass(10_000);
      expect(operator.exists(ROLES, OPS)).toBe(false);
      expect(operator.cluster.get('roles', 'ops')).toEqual({ description: 'by hand' });
    });
  });

  test('a batch that loses every race against another writer gets smaller until it wins one', async () => {
    const operator = anOperator();
    const patch = operator.cluster.patchDocument.bind(operator.cluster);
    operator.cluster.patchDocument = (document, operations) =>
      operations.length > 10 ? Promise.reject(new ConflictError('409')) : patch(document, operations);
    for (let index = 0; index < 100; index += 1) operator.apply(TENANTS, { name: `tenant-${index}` });
    await operator.start();
    await operator.pass(60_000);
    expect(operator.cluster.names('tenants')).toHaveLength(100);
  });

  test('what changes while the watches are broken is seen once they are back', async () => {
    const operator = await inForce();
    operator.kubernetes.breakWatches(new UnreachableError('reset'));
    operator.apply(ROLES, OTHER, READ);
    operator.delete(ROLES, OPS);
    await operator.pass(60_000);
    expect(operator.cluster.names('roles')).toEqual(['other']);
    expect([operator.exists(ROLES, OPS), operator.ready(ROLES, OTHER)]).toEqual([false, 'True Applied']);
  });

  test('what changes while the operator is away, between a write and its status, is caught up with', async () => {
    const operator = await inForce();
    operator.kubernetes.refuse = ({ path }) =>
      path.endsWith('/status') ? new KubernetesError('no', 500, '') : undefined;
    operator.apply(ROLES, OPS, { description: 'new' });
    await operator.pass();
    const patches = operator.cluster.patches.length;
    operator.kubernetes.refuse = () => undefined;
    await operator.restart();
    expect(operator.cluster.patches).toHaveLength(patches);
    expect(operator.status(ROLES, OPS).observedGeneration).toBe(2);
  });
});

describe('Promise 11: a node that was away or frozen during a write does not go on with stale rules: nodes are watched, and the cache is flushed', () => {
  test('one that was away and comes back has its cache flushed, and once more when it surely listens', async () => {
    const operator = await inForce();
    operator.cluster.nodes = ['node-1', 'node-2'];
    await operator.pass(90_000);
    const flushes = operator.cluster.flushes;
    operator.cluster.nodes = ['node-1'];
    await operator.pass(90_000);
    operator.cluster.nodes = ['node-1', 'node-2'];
    await operator.pass(90_000);
    expect(operator.cluster.flushes).toBe(flushes + 2);
  });

  test('one that hung during a write leads to a flush after it', async () => {
    const operator = await inForce();
    operator.cluster.beforePatch = () => {
      operator.clock.skip(32_000);
    };
    operator.apply(ROLES, OPS, { description: 'new' });
    await operator.pass();
    expect(operator.cluster.flushes).toBe(1);
  });
});

describe('Promise 12: stored but not in force is read again and undone, never sent again blindly', () => {
  test('what cannot be loaded by a node is put back, told in the words of the server, and holds up nothing else', async () => {
    const operator = await anOperator().start();
    operator.cluster.unloadable.add('ops');
    operator.apply(ROLES, OPS, { description: 'x' });
    operator.apply(ROLES, OTHER, { description: 'x' });
    await operator.pass();
    expect([operator.ready(ROLES, OPS), operator.ready(ROLES, OTHER)]).toEqual(['False Rejected', 'True Applied']);
    expect(operator.message(ROLES, OPS)).toContain('Error Failed node');
    expect(operator.cluster.names('roles')).toEqual(['other']);
  });

  test('what cannot be loaded by a node is put back to what it was before', async () => {
    const operator = await inForce();
    operator.cluster.unloadable.add('ops');
    operator.apply(ROLES, OPS, { description: 'new' });
    await operator.pass();
    expect(operator.ready(ROLES, OPS)).toBe('False Rejected');
    expect(operator.cluster.get('roles', 'ops')).toEqual({ description: 'x' });
  });

  test('what cannot be loaded by a node is not told to be in force while nothing can be written, and the caches are flushed afterwards', async () => {
    const operator = await inForce();
    operator.cluster.outageOfWrites = new NotInForceError('Error Failed node [x]');
    operator.apply(ROLES, OPS, { description: 'new' });
    await operator.pass(5000);
    expect(operator.ready(ROLES, OPS)).toBe('False ConnectionNotReady');
    operator.cluster.outageOfWrites = undefined;
    await operator.pass(60_000);
    expect(operator.ready(ROLES, OPS)).toBe('True Applied');
    expect(operator.cluster.get('roles', 'ops')).toEqual({ description: 'new' });
    expect(operator.cluster.flushes).toBeGreaterThan(0);
  });

  test('what no node loads is sent twice at most, and never again while nothing changes', async () => {
    const operator = await inForce();
    operator.cluster.unloadable.add('ops');
    operator.cluster.patches.length = 0;
    operator.apply(ROLES, OPS, { description: 'new' });
    await operator.pass(600_000);
    const sent = operator.cluster.patches.flatMap(({ operations }) => operations);
    expect(sent.filter((operation) => operation.type === 'add' && operation.value.includes('new'))).toHaveLength(2);
  });
});
