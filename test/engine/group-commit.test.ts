import { afterEach, describe, expect, test } from '@jest/globals';
import { ConflictError, KubernetesError, NotInForceError, UnreachableError } from '../../src/errors.ts';
import { ACTION_GROUPS, CONNECTIONS, ROLES, SimulatedOperator, TENANTS } from '../support/simulated-operator.ts';

const OPS = { name: 'ops' };
const DEFAULT = { name: 'default' };
const READ = { indexPermissions: [{ indexPatterns: ['logs-*'], allowedActions: ['read'] }] };

let current: SimulatedOperator | undefined;

afterEach(async () => {
  await current?.stop();
});

function anOperator(): SimulatedOperator {
  current = new SimulatedOperator();
  return current;
}

describe('group commit', () => {
  test('writes a fleet with one PATCH for each document, in the order of dependence', async () => {
    const operator = anOperator();
    for (let index = 0; index < 300; index += 1) operator.apply(ROLES, { name: `role-${index}` }, READ);
    for (let index = 0; index < 20; index += 1) operator.apply(TENANTS, { name: `tenant-${index}` });
    operator.apply(ACTION_GROUPS, { name: 'group' }, { allowedActions: ['x'] });
    await operator.start();
    expect(operator.cluster.patches.map(({ document, operations }) => [document, operations.length])).toEqual([
      ['actiongroups', 1],
      ['tenants', 20],
      ['roles', 300],
    ]);
  });

  test('removes in reverse order', async () => {
    const operator = anOperator();
    operator.apply(ROLES, OPS, READ);
    operator.apply(TENANTS, OPS);
    await operator.start();
    operator.cluster.patches.length = 0;
    operator.delete(TENANTS, OPS);
    operator.delete(ROLES, OPS);
    await operator.pass();
    expect(operator.cluster.patches.map(({ document }) => document)).toEqual(['roles', 'tenants']);
  });

  test('writes more than one batch holds in several', async () => {
    const operator = anOperator();
    for (let index = 0; index < 250; index += 1)
      operator.apply(ACTION_GROUPS, { name: `group-${index}` }, { allowedActions: ['x'] });
    await operator.start();
    await operator.pass(10_000);
    expect(operator.cluster.patches.map(({ operations }) => operations.length)).toEqual([100, 100, 50]);
  });

  test('reads each document once for a whole fleet', async () => {
    const operator = anOperator();
    for (let index = 0; index < 100; index += 1) operator.apply(ROLES, { name: `role-${index}` }, READ);
    await operator.start();
    // Roles, and the action groups that they name.
    expect(operator.cluster.reads).toBe(2);
  });

  test('serves an edit before the rest of a fleet', async () => {
    const operator = anOperator();
    for (let index = 0; index < 350; index += 1)
      operator.apply(ACTION_GROUPS, { name: `group-${index}` }, { allowedActions: ['x'] });
    operator.cluster.outage = new UnreachableError('away');
    await operator.start();
    operator.annotate(CONNECTIONS, DEFAULT, { 'security.opensearch.org/reconcile-requested-at': 'now' });
    await operator.pass(100);
    operator.apply(ACTION_GROUPS, { name: 'group-349' }, { allowedActions: ['edited'] });
    operator.cluster.outage = undefined;
    operator.cluster.patches.length = 0;
    await operator.pass(60_000);
    expect(operator.cluster.patches[0]?.operations.map(({ name }) => name)).toContain('group-349');
  });
});

describe('a poisoned object', () => {
  test('is told in the words of the server, and blocks nobody', async () => {
    const operator = anOperator();
    for (const name of ['a', 'b', 'c', 'poisoned']) operator.apply(ROLES, { name }, READ);
    operator.cluster.poison.set('poisoned', 'Wrong datatype');
    await operator.start();
    expect(operator.cluster.names('roles')).toEqual(['a', 'b', 'c']);
    expect(operator.ready(ROLES, { name: 'poisoned' })).toBe('False Rejected');
    expect(operator.message(ROLES, { name: 'poisoned' })).toBe('Wrong datatype');
  });

  test('is set aside until its spec changes', async () => {
    const operator = anOperator();
    operator.apply(ROLES, OPS, READ);
    operator.cluster.poison.set('ops', 'no');
    await operator.start();
    operator.putSecret('admin', { username: 'operator', password: 'changed' });
    await operator.pass(600_000);
    expect(operator.cluster.patches).toHaveLength(1);
    operator.cluster.poison.clear();
    operator.apply(ROLES, OPS, { ...READ, description: 'better' });
    await operator.pass();
    expect(operator.ready(ROLES, OPS)).toBe('True Applied');
  });

  test('does not become the owner of what it could not write: that stays when the object is deleted', async () => {
    const operator = anOperator();
    operator.cluster.put('roles', 'ops', { description: 'of somebody else' });
    operator.cluster.poison.set('ops', 'no');
    operator.apply(ROLES, OPS, { ...READ, adoptionPolicy: 'Always' });
    await operator.start();
    expect(operator.ready(ROLES, OPS)).toBe('False Rejected');
    operator.cluster.poison.clear();
    operator.delete(ROLES, OPS);
    await operator.pass();
    expect(operator.cluster.get('roles', 'ops')).toEqual({ description: 'of somebody else' });
    expect(operator.exists(ROLES, OPS)).toBe(false);
  });
});

describe('a broken write', () => {
  test.each([
    ['somebody else wrote in the same moment', new ConflictError('409')],
    ['the answer is lost', new UnreachableError('reset')],
    ['a node could not load it', new NotInForceError('Error Failed node')],
  ])('is healed by the next pass when %s', async (_, error) => {
    const operator = await anOperator().start();
    operator.cluster.nextPatchFails = error;
    operator.apply(ROLES, OPS, READ);
    await operator.pass(60_000);
    expect(operator.ready(ROLES, OPS)).toBe('True Applied');
    expect(operator.cluster.names('roles')).toEqual(['ops']);
  });

  test('does not take over what somebody else made in the same moment', async () => {
    const operator = await anOperator().start();
    operator.cluster.nextPatchFails = new ConflictError('409');
    operator.cluster.beforePatch = () => operator.cluster.put('roles', 'ops', { description: 'by hand' });
    operator.apply(ROLES, OPS, READ);
    await operator.pass(60_000);
    expect(operator.ready(ROLES, OPS)).toBe('False AlreadyExists');
    expect(operator.cluster.patches).toHaveLength(1);
  });

  test('that was carried out though its answer was lost is not sent again', async () => {
    const operator = await anOperator().start();
    operator.cluster.nextAnswerIsLost = new ConflictError('told so by a proxy');
    operator.apply(ROLES, OPS, READ);
    await operator.pass(60_000);
    expect(operator.ready(ROLES, OPS)).toBe('True Applied');
    expect(operator.cluster.patches).toHaveLength(1);
  });

  test.each([
    ['the ledger', (path: string) => path.endsWith('/configmaps')],
    ['a finalizer', (path: string) => path.endsWith('/ops')],
  ])('of %s is healed too, and nothing is written to OpenSearch until then', async (_, isMeant) => {
    const operator = await anOperator().start();
    operator.kubernetes.refuse = ({ method, path }) =>
      method !== 'GET' && isMeant(path) ? new KubernetesError('no', 500, '') : undefined;
    operator.apply(ROLES, OPS, READ);
    await operator.pass(5000);
    expect(operator.cluster.patches).toEqual([]);
    operator.kubernetes.refuse = () => undefined;
    await operator.pass(60_000);
    expect(operator.ready(ROLES, OPS)).toBe('True Applied');
  });
});
