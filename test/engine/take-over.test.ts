import { describe, expect, test } from '@jest/globals';
import type { KubernetesRequest } from '../../src/clients/kubernetes.ts';
import { KubernetesError } from '../../src/errors.ts';
import { standBy, useOperators } from '../support/operators.ts';
import { CONNECTIONS, MAPPINGS, ROLES, type SimulatedOperator } from '../support/simulated-operator.ts';

const OPS = { name: 'ops' };
const [FIRST, SECOND] = [{ name: 'first' }, { name: 'second' }];

const anOperator = useOperators();

/** A replica that has seen all that another one put in force, and is about to lead. @returns makes it lead */
async function replica(operator: SimulatedOperator, others: 'with others' | 'alone'): Promise<() => void> {
  await operator.start();
  await operator.stop();
  const lead = await standBy(operator, [], others === 'with others');
  operator.cluster.patches.length = 0;
  return lead;
}

async function withRole(others: 'with others' | 'alone' = 'with others'): Promise<[SimulatedOperator, () => void]> {
  const operator = anOperator();
  operator.apply(ROLES, OPS, { description: 'old' });
  const lead = await replica(operator, others);
  expect(operator.kubernetes.get(ROLES, 'team-a', 'ops')?.metadata.finalizers).toHaveLength(1);
  return [operator, lead];
}

/** What the leader of before does when an object is deleted, all of which a watch that is behind has not heard of. */
function letGo(operator: SimulatedOperator): void {
  const { kubernetes, cluster } = operator;
  cluster.drop('roles', 'ops');
  kubernetes.unseen(() => {
    operator.delete(ROLES, OPS);
    kubernetes.edit(ROLES, 'team-a', { metadata: { name: 'ops', finalizers: [] } });
  });
  for (const { metadata } of ledgers(operator))
    kubernetes.replace('configmaps', 'team-a', { metadata: { name: metadata.name }, data: { owners: '{}' } });
}

function ledgers({ kubernetes }: SimulatedOperator): ReturnType<SimulatedOperator['kubernetes']['all']> {
  return kubernetes.all('configmaps').filter(({ metadata }) => metadata.name.includes('-owners-'));
}

function operations({ cluster }: SimulatedOperator): readonly unknown[] {
  return cluster.patches.flatMap((patch) => patch.operations);
}

const isList = ({ method, query }: KubernetesRequest): boolean =>
  method === 'GET' && query?.['limit'] !== undefined && query['watch'] === undefined;

describe('a replica that takes over while its watch is behind', () => {
  test('brings nothing back that was deleted and let go meanwhile', async () => {
    const [operator, lead] = await withRole();
    letGo(operator);
    lead();
    await operator.pass(60_000);
    expect([operations(operator), operator.cluster.names('roles')]).toEqual([[], []]);
  });

  test('does not put back what was declared before', async () => {
    const [operator, lead] = await withRole();
    operator.kubernetes.unseen(() => operator.apply(ROLES, OPS, { description: 'new' }));
    operator.cluster.put('roles', 'ops', { description: 'new' });
    lead();
    await operator.pass(60_000);
    expect([operations(operator), operator.cluster.get('roles', 'ops')]).toEqual([[], { description: 'new' }]);
  });

  test('uses the connection as it is by now', async () => {
    const [operator, lead] = await withRole();
    operator.kubernetes.unseen(() => operator.connect({ managementPolicy: 'Observe' }));
    operator.cluster.put('roles', 'ops', { description: 'by hand' });
    lead();
    await operator.pass(60_000);
    expect(operator.cluster.get('roles', 'ops')).toEqual({ description: 'by hand' });
  });

  test('takes back what it has brought back all the same, as soon as its watch tells that it was deleted', async () => {
    const [operator, lead] = await withRole('alone');
    letGo(operator);
    lead();
    await operator.pass();
    expect(operator.cluster.names('roles')).toEqual(['ops']);
    operator.kubernetes.endWatches();
    await operator.pass(60_000);
    expect(operator.cluster.names('roles')).toEqual([]);
    expect(JSON.stringify(ledgers(operator))).not.toContain('ops');
  });

  test('leaves in a shared mapping what an object has put there that it has not seen yet', async () => {
    const operator = anOperator();
    operator.apply(ROLES, OPS);
    for (const { name } of [FIRST, SECOND])
      operator.apply(MAPPINGS, { name }, { role: 'ops', mode: 'Merge', backendRoles: [name] });
    await operator.start();
    await operator.stop();
    const second = operator.kubernetes.get(MAPPINGS, 'team-a', 'second');
    operator.kubernetes.edit(MAPPINGS, 'team-a', { metadata: { name: 'second', finalizers: [] } });
    operator.delete(MAPPINGS, SECOND);
    const lead = await standBy(operator);
    operator.kubernetes.unseen(() => operator.kubernetes.create(MAPPINGS, 'team-a', second ?? { metadata: SECOND }));
    operator.apply(MAPPINGS, FIRST, { role: 'ops', mode: 'Merge', backendRoles: ['first', 'another'] });
    lead();
    await operator.pass(60_000);
    const added = JSON.stringify(operator.cluster.patches.slice(-1));
    expect(operator.cluster.get('rolesmapping', 'ops')).toMatchObject({
      backend_roles: ['another', 'first', 'second'],
    });
    expect(added).toContain('second');
  });

  test('begins when everything could be listed, and not before', async () => {
    const [operator, lead] = await withRole();
    operator.cluster.drop('roles', 'ops');
    operator.kubernetes.refuse = (request) =>
      isList(request) && request.path.endsWith(CONNECTIONS) ? new KubernetesError('busy', 503, '') : undefined;
    lead();
    await operator.pass(150_000);
    expect(operator.cluster.names('roles')).toEqual([]);
    operator.kubernetes.refuse = () => undefined;
    await operator.pass(60_000);
    expect(operator.cluster.names('roles')).toEqual(['ops']);
  });

  test('is told to lead when it begins, and not before', async () => {
    const [operator, lead] = await withRole();
    operator.kubernetes.refuse = (request) =>
      isList(request) && request.path.endsWith(CONNECTIONS) ? new KubernetesError('busy', 503, '') : undefined;
    lead();
    await operator.pass(150_000);
    expect(operator.isToldToLead).toBe(false);
    operator.kubernetes.refuse = () => undefined;
    await operator.pass(60_000);
    expect(operator.isToldToLead).toBe(true);
  });

  test('waits for no list that it may not have any more', async () => {
    const [operator, lead] = await withRole();
    operator.cluster.drop('roles', 'ops');
    operator.kubernetes.refuse = (request) =>
      isList(request) && request.path.endsWith(MAPPINGS) ? new KubernetesError('no', 403, 'Forbidden') : undefined;
    lead();
    await operator.pass(5000);
    expect(operator.cluster.names('roles')).toEqual(['ops']);
  });

  test('ends in order though it is told to before it has seen everything', async () => {
    const [operator, lead] = await withRole();
    operator.kubernetes.refuse = (request) => (isList(request) ? new KubernetesError('busy', 503, '') : undefined);
    lead();
    await operator.pass(1000);
    await operator.stop();
    expect(operations(operator)).toEqual([]);
  });
});

test('a process that is alone lists nothing twice', async () => {
  const operator = await anOperator().start();
  const lists = operator.kubernetes.requests.filter(isList).map(({ path }) => path);
  expect(lists.length).toBe(new Set(lists).size);
});
