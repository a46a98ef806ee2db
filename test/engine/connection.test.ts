import { describe, expect, test } from '@jest/globals';
import { AuthenticationError, ForbiddenError, KubernetesError, UnreachableError } from '../../src/errors.ts';
import type { OpenSearchConnectionStatus } from '../../src/generated/opensearch-connection.ts';
import { useOperators } from '../support/operators.ts';
import { CONNECTIONS, ROLES, type SimulatedOperator, TENANTS } from '../support/simulated-operator.ts';

const OPS = { name: 'ops' };
const DEFAULT = { name: 'default' };
const READ = { indexPermissions: [{ indexPatterns: ['logs-*'], allowedActions: ['read'] }] };

const anOperator = useOperators();

describe('a connection', () => {
  test('that is missing is waited for, and everything goes on by itself once it is there', async () => {
    const operator = anOperator();
    operator.delete(CONNECTIONS, DEFAULT);
    operator.apply(ROLES, OPS, READ);
    await operator.start();
    expect(operator.ready(ROLES, OPS)).toBe('False ConnectionNotFound');
    operator.connect();
    await operator.pass(5000);
    expect(operator.ready(ROLES, OPS)).toBe('True Applied');
  });

  test('whose Secret is missing says so, and goes on by itself once it is there', async () => {
    const operator = anOperator();
    operator.connect({ auth: { basic: { secretRef: { name: 'later' } } } });
    operator.apply(ROLES, OPS, READ);
    await operator.start();
    expect(operator.ready(CONNECTIONS, DEFAULT)).toBe('False SecretNotFound');
    expect(operator.ready(ROLES, OPS)).toBe('False ConnectionNotReady');
    operator.putSecret('later', { username: 'u', password: 'p' });
    await operator.pass();
    expect([operator.ready(CONNECTIONS, DEFAULT), operator.ready(ROLES, OPS)]).toEqual([
      'True Connected',
      'True Applied',
    ]);
  });

  test('that goes takes along what was read for it', async () => {
    const operator = await anOperator().start();
    const { watchers } = operator.kubernetes;
    const there = { name: 'there', namespace: 'team-b' };
    operator.connect({ tls: { caRef: { kind: 'ConfigMap', name: 'ca' } } }, there);
    await operator.pass();
    expect(operator.kubernetes.watchers).toBe(watchers + 2);
    operator.delete(CONNECTIONS, there);
    await operator.pass();
    expect(operator.kubernetes.watchers).toBe(watchers);
  });

  test.each([
    ['wrong credentials', new AuthenticationError('no'), 'False AuthenticationFailed'],
    ['missing permissions', new ForbiddenError('no'), 'False Forbidden'],
    ['an outage', new UnreachableError('no'), 'False Unreachable'],
  ])('tells %s, once', async (_, outage, expected) => {
    const operator = anOperator();
    operator.cluster.outage = outage;
    operator.apply(ROLES, OPS, READ);
    await operator.start();
    expect(operator.ready(CONNECTIONS, DEFAULT)).toBe(expected);
    const writes = operator.kubernetesWrites;
    await operator.pass(500_000);
    expect(operator.kubernetesWrites).toBe(writes);
  });

  test('that fails does not take back what is in force, and costs no write for each object', async () => {
    const operator = anOperator();
    for (let index = 0; index < 50; index += 1) operator.apply(ROLES, { name: `role-${index}` }, READ);
    await operator.start();
    const writes = operator.kubernetesWrites;
    operator.cluster.outage = new UnreachableError('away');
    await operator.pass(120_000);
    expect(operator.ready(ROLES, { name: 'role-7' })).toBe('True Applied');
    expect(operator.ready(CONNECTIONS, DEFAULT)).toBe('False Unreachable');
    expect(operator.kubernetesWrites - writes).toBeLessThanOrEqual(2);
  });

  test('that fails after its Secret was changed does not take back what is in force either', async () => {
    const operator = anOperator();
    operator.apply(ROLES, OPS, READ);
    await operator.start();
    operator.cluster.outage = new AuthenticationError('no');
    operator.putSecret('admin', { username: 'operator', password: 'wrong' });
    await operator.pass(60_000);
    expect(operator.ready(CONNECTIONS, DEFAULT)).toBe('False AuthenticationFailed');
    expect(operator.ready(ROLES, OPS)).toBe('True Applied');
  });

  test('is asked less and less often while it fails', async () => {
    const operator = anOperator();
    operator.cluster.outage = new UnreachableError('away');
    await operator.start();
    await operator.pass(600_000);
    expect(operator.opened.length).toBeGreaterThan(15);
    expect(operator.opened.length).toBeLessThan(60);
  });

  test('is asked less and less often while it lets the operator in and then permits nothing', async () => {
    const operator = anOperator();
    operator.cluster.outageOfReads = new ForbiddenError('no role');
    operator.apply(ROLES, OPS, READ);
    await operator.start();
    await operator.pass(600_000);
    expect(operator.ready(CONNECTIONS, DEFAULT)).toBe('False Forbidden');
    expect(operator.opened.length).toBeGreaterThan(15);
    expect(operator.opened.length).toBeLessThan(60);
  });

  test('makes its objects Stalled when it fails for too long, and they heal with it', async () => {
    const operator = anOperator();
    operator.cluster.outage = new UnreachableError('away');
    operator.apply(ROLES, OPS, READ);
    await operator.start();
    const types = (): readonly string[] | undefined => operator.status(ROLES, OPS).conditions?.map(({ type }) => type);
    expect(types()).toEqual(['Ready', 'Reconciling']);
    await operator.pass(660_000);
    expect(types()).toEqual(['Ready', 'Stalled']);
    operator.cluster.outage = undefined;
    await operator.pass(60_000);
    expect(types()).toEqual(['Ready', 'ReferencesResolved']);
  });

  test.each([
    [500, 60_000],
    [422, 0],
  ])(
    'says so where its Secret is answered with %d, if that is so for %d ms, and can be deleted with all that it has',
    async (status, patienceMs) => {
      const operator = anOperator();
      operator.kubernetes.refuse = ({ method, path }) =>
        method === 'GET' && path.endsWith('/secrets/admin')
          ? new KubernetesError('cannot be decrypted', status, 'InternalError')
          : undefined;
      operator.apply(ROLES, OPS, READ);
      await operator.start();
      await operator.pass(patienceMs);
      expect(operator.ready(CONNECTIONS, DEFAULT)).not.toBe('False SecretNotFound');
      await operator.pass(10_000);
      expect(operator.ready(CONNECTIONS, DEFAULT)).toBe('False SecretNotFound');
      expect(operator.message(CONNECTIONS, DEFAULT)).toContain('cannot be decrypted');
      expect(operator.ready(ROLES, OPS)).toBe('False ConnectionNotReady');
      operator.kubernetes.refuse = () => undefined;
      await operator.pass(60_000);
      expect(operator.ready(ROLES, OPS)).toBe('True Applied');
    },
  );

  test('says nothing new of its Secret while the API server does not answer after a restart', async () => {
    const operator = anOperator();
    operator.apply(ROLES, OPS, READ);
    await operator.start();
    await operator.stop();
    operator.kubernetes.refuse = ({ method, path }) =>
      method === 'GET' && path.endsWith('/secrets/admin') ? new KubernetesError('reset', 0, 'Unreachable') : undefined;
    const writes = operator.kubernetesWrites;
    operator.apply(ROLES, OPS, { ...READ, description: 'edited' });
    await operator.start();
    await operator.pass(120_000);
    expect([operator.ready(CONNECTIONS, DEFAULT), operator.kubernetesWrites]).toEqual(['True Connected', writes]);
    operator.kubernetes.refuse = () => undefined;
    await operator.pass(30_000);
    expect(operator.cluster.get('roles', 'ops')).toMatchObject({ description: 'edited' });
    expect(operator.events).not.toContain('SecretNotFound');
  });

  test('goes on with what it knows of its Secret while the API server has a bad day', async () => {
    const operator = anOperator();
    operator.apply(ROLES, OPS, READ);
    await operator.start();
    operator.kubernetes.refuse = ({ method, path }) =>
      method === 'GET' && path.endsWith('/secrets/admin')
        ? new KubernetesError('cannot be decrypted', 500, 'InternalError')
        : undefined;
    operator.putSecret('admin', { username: 'operator', password: 'changed' });
    await operator.pass(120_000);
    expect(operator.ready(CONNECTIONS, DEFAULT)).toBe('True Connected');
  });

  test('does not count what differs as in sync while it only observes', async () => {
    const operator = anOperator();
    operator.connect({ managementPolicy: 'Observe' });
    operator.cluster.put('roles', 'same', {});
    operator.apply(ROLES, { name: 'same' });
    const clusterPermissions = Array.from({ length: 150 }, (_, index) => `cluster:monitor/x${index}`);
    operator.apply(ROLES, OPS, { clusterPermissions });
    operator.cluster.put('roles', 'ops', { cluster_permissions: clusterPermissions.map((each) => `${each}/y`) });
    await operator.start();
    await operator.pass(60_000);
    const { resources } = operator.status(CONNECTIONS, DEFAULT) as OpenSearchConnectionStatus;
    expect(resources).toEqual([{ type: 'roles', declared: 2, inSync: 1 }]);
    expect(operator.status(ROLES, OPS).plannedChanges).toHaveLength(100);
    expect(operator.message(ROLES, OPS)).toContain('150 changes would be made');
  });

  test('uses a changed Secret at once', async () => {
    const operator = await anOperator().start();
    operator.putSecret('admin', { username: 'operator', password: 'changed' });
    await operator.pass();
    expect(operator.opened.at(-1)?.auth).toMatchObject({ password: 'changed' });
  });

  test.each([
    ['its Secret', (operator: SimulatedOperator) => operator.delete('secrets', { name: 'admin' })],
    ['itself', (operator: SimulatedOperator) => operator.delete(CONNECTIONS, DEFAULT)],
  ])('that failed and then loses %s is looked at now and then only', async (_, lose) => {
    const operator = anOperator();
    operator.cluster.outage = new UnreachableError('away');
    operator.apply(ROLES, OPS, READ);
    await operator.start();
    lose(operator);
    await operator.pass(60_000);
    const opened = operator.opened.length;
    await operator.pass(60_000);
    expect(operator.opened).toHaveLength(opened);
    expect(operator.ready(ROLES, OPS)).toMatch(/^False Connection/);
  });

  test('to another namespace serves nobody there without consent', async () => {
    const operator = anOperator();
    operator.apply(ROLES, { name: 'ops', namespace: 'team-b' }, { ...READ, connectionRef: { namespace: 'team-a' } });
    await operator.start();
    expect(operator.ready(ROLES, { name: 'ops', namespace: 'team-b' })).toBe('False NotPermitted');
    expect(operator.cluster.patches).toEqual([]);
  });

  test.each<[string, (operator: SimulatedOperator) => void]>([
    [
      'the Secret of another connection',
      (operator) => {
        operator.putSecret('other', { username: 'u', password: 'new' });
      },
    ],
    [
      'a label of its own Secret',
      (operator) => {
        operator.kubernetes.edit('secrets', 'team-a', { metadata: { name: 'admin', labels: { tier: 'prod' } } });
      },
    ],
    [
      'a namespace that has nothing to do with it',
      (operator) => {
        operator.kubernetes.create('namespaces', '', { metadata: { name: 'new', namespace: '', labels: { a: 'b' } } });
      },
    ],
  ])('is left in peace when %s changes', async (_, change) => {
    const operator = anOperator();
    operator.putSecret('other', { username: 'u', password: 'p' });
    operator.connect({ auth: { basic: { secretRef: { name: 'other' } } } }, { name: 'other' });
    operator.apply(ROLES, OPS, READ);
    await operator.start();
    const { reads } = operator.cluster;
    change(operator);
    await operator.pass();
    expect(operator.cluster.reads).toBe(reads);
  });

  test('chooses namespaces by label: a label that comes or goes gives or takes consent', async () => {
    const operator = anOperator();
    const namespaces = { selector: { matchLabels: { tier: 'prod' } } };
    const grant = { namespaces, kinds: ['OpenSearchTenant' as const], names: ['*'] };
    operator.connect({ allowedNamespaces: namespaces, grants: [grant] });
    const place = { name: 'reports', namespace: 'team-b' };
    operator.apply(TENANTS, place, { connectionRef: { namespace: 'team-a' } });
    await operator.start();
    expect(operator.ready(TENANTS, place)).toBe('False NotPermitted');
    operator.kubernetes.edit('namespaces', '', { metadata: { name: 'team-b', labels: { tier: 'prod' } } });
    await operator.pass();
    expect(operator.ready(TENANTS, place)).toBe('True Applied');
    operator.kubernetes.edit('namespaces', '', { metadata: { name: 'team-b', labels: { tier: 'dev' } } });
    await operator.pass();
    expect(operator.ready(TENANTS, place)).toBe('False NotPermitted');
  });

  test('that is gone with all of its objects costs nothing any more, and begins anew when it comes back', async () => {
    const operator = anOperator();
    await operator.start();
    const asleep = operator.clock.sleepsMs.length;
    operator.delete(CONNECTIONS, DEFAULT);
    await operator.pass();
    expect(operator.clock.sleepsMs).toHaveLength(asleep - 1);
    operator.connect();
    operator.apply(ROLES, OPS, READ);
    await operator.pass();
    expect(operator.ready(ROLES, OPS)).toBe('True Applied');
  });

  test('that is deleted lets its objects be cleaned up, and goes last', async () => {
    const operator = anOperator();
    operator.apply(ROLES, OPS, READ);
    await operator.start();
    operator.delete(CONNECTIONS, DEFAULT);
    await operator.pass(1000);
    expect(operator.exists(CONNECTIONS, DEFAULT)).toBe(true);
    operator.delete(ROLES, OPS);
    await operator.pass(20_000);
    expect([
      operator.cluster.names('roles'),
      operator.exists(ROLES, OPS),
      operator.exists(CONNECTIONS, DEFAULT),
    ]).toEqual([[], false, false]);
  });

  test('that is deleted together with more objects than fit in one batch leaves none of them behind', async () => {
    const operator = anOperator();
    const names = Array.from({ length: 1100 }, (_, index) => ({ name: `tenant-${index}` }));
    for (const name of names) operator.apply(TENANTS, name);
    await operator.start();
    operator.delete(CONNECTIONS, DEFAULT);
    for (const name of names) operator.delete(TENANTS, name);
    await operator.pass(20_000);
    expect(operator.cluster.names('tenants')).toEqual([]);
    expect(operator.exists(CONNECTIONS, DEFAULT)).toBe(false);
  });

  test('that is deleted waits for no object that is deleted with it and has nothing in OpenSearch', async () => {
    const operator = anOperator();
    operator.apply(ROLES, OPS, READ);
    await operator.start();
    operator.cluster.drop('roles', 'ops');
    operator.delete(CONNECTIONS, DEFAULT);
    operator.delete(ROLES, OPS);
    await operator.pass(5000);
    expect([operator.exists(ROLES, OPS), operator.exists(CONNECTIONS, DEFAULT)]).toEqual([false, false]);
  });

  const heir = { name: 'heir' };

  /** With a role in force whose name another object waits for. */
  async function withHeir(spec: object): Promise<SimulatedOperator> {
    const operator = anOperator();
    operator.apply(ROLES, OPS, READ);
    await operator.start();
    operator.apply(ROLES, heir, { ...spec, name: 'ops' });
    await operator.pass(5000);
    return operator;
  }

  test('that is deleted does not hold an object whose name a younger one waits for, and leaves nothing of it', async () => {
    const operator = await withHeir({ ...READ, description: 'of the heir' });
    operator.delete(CONNECTIONS, DEFAULT);
    operator.delete(ROLES, OPS);
    await operator.pass(5000);
    expect(operator.exists(ROLES, OPS)).toBe(false);
    expect(operator.cluster.names('roles')).toEqual([]);
    await operator.pass(20_000);
    expect(operator.ready(ROLES, heir)).toBe('False ConnectionNotFound');
  });

  test('without its Secret leaves nothing of an object that is deleted to the one that waits for its name, until that can be written', async () => {
    const operator = await withHeir({ ...READ, description: 'of the heir' });
    operator.delete('secrets', { name: 'admin' });
    await operator.pass();
    operator.delete(ROLES, OPS);
    await operator.pass(20_000);
    expect([operator.exists(ROLES, OPS), operator.cluster.names('roles')]).toEqual([false, []]);
    operator.putSecret('admin', { username: 'operator', password: 'secret-password' });
    await operator.pass(20_000);
    expect(operator.ready(ROLES, heir)).toBe('True Applied');
    expect(operator.cluster.get('roles', 'ops')).toMatchObject({ description: 'of the heir' });
  });

  test.each([
    ['keeps what is deleted for the heir that declares the same', READ, ['ops']],
    ['keeps nothing for somebody who declares the same and is not the heir', { description: 'older' }, []],
  ])('without its Secret %s', async (_, spec, left) => {
    const operator = await withHeir(spec);
    operator.apply(ROLES, { name: 'younger' }, { ...READ, name: 'ops' });
    await operator.pass();
    operator.delete('secrets', { name: 'admin' });
    await operator.pass();
    operator.delete(ROLES, OPS);
    await operator.pass(20_000);
    expect([operator.exists(ROLES, OPS), operator.cluster.names('roles')]).toEqual([false, left]);
    operator.putSecret('admin', { username: 'operator', password: 'secret-password' });
    await operator.pass(20_000);
    expect(operator.ready(ROLES, heir)).toBe('True Applied');
  });

  test('that is deleted leaves nothing behind of what is deleted while a commit is under way', async () => {
    const operator = anOperator();
    const late = { name: 'late' };
    for (const name of [OPS, late]) operator.apply(ROLES, name, READ);
    await operator.start();
    operator.cluster.beforePatch = () => {
      if (operator.exists(ROLES, late)) operator.delete(ROLES, late);
    };
    operator.delete(CONNECTIONS, DEFAULT);
    operator.delete(ROLES, OPS);
    await operator.pass(20_000);
    expect(operator.cluster.names('roles')).toEqual([]);
    expect(operator.events).not.toContain('LeftBehind');
  });

  test('that is deleted does not ask for everything again and again while an object cannot be let go', async () => {
    const operator = anOperator();
    operator.apply(ROLES, OPS, READ);
    await operator.start();
    operator.kubernetes.refuse = ({ method, path }) =>
      method === 'PATCH' && path.endsWith('/opensearchroles/ops')
        ? new KubernetesError('no', 403, 'Forbidden')
        : undefined;
    operator.delete(CONNECTIONS, DEFAULT);
    operator.delete(ROLES, OPS);
    await operator.pass(5000);
    const { reads } = operator.cluster;
    await operator.pass(120_000);
    // Roles and the action groups that they may name, once a minute.
    expect(operator.cluster.reads - reads).toBeLessThanOrEqual(6);
    expect(operator.exists(ROLES, OPS)).toBe(true);
    operator.kubernetes.refuse = () => undefined;
    await operator.pass(240_000);
    expect([operator.exists(ROLES, OPS), operator.exists(CONNECTIONS, DEFAULT)]).toEqual([false, false]);
  });

  test('that is gone for good does not hold objects that are deleted: they go and say what they leave', async () => {
    const operator = anOperator();
    operator.apply(ROLES, OPS, READ);
    await operator.start();
    operator.kubernetes.edit(CONNECTIONS, 'team-a', { metadata: { name: 'default', finalizers: [] } });
    operator.delete(CONNECTIONS, DEFAULT);
    await operator.pass();
    operator.delete(ROLES, OPS);
    await operator.pass(20_000);
    expect(operator.exists(ROLES, OPS)).toBe(false);
    expect(operator.events).toContain('LeftBehind');
  });

  test('that is away does not hold a namespace that is deleted for longer than its grace', async () => {
    const operator = anOperator();
    operator.kubernetes.edit('namespaces', '', { metadata: { name: 'team-a', finalizers: ['kubernetes'] } });
    operator.apply(ROLES, OPS, READ);
    await operator.start();
    operator.cluster.outage = new UnreachableError('away');
    operator.kubernetes.delete('namespaces', '', 'team-a');
    operator.delete(ROLES, OPS);
    operator.delete(CONNECTIONS, DEFAULT);
    await operator.pass(240_000);
    await operator.pass(240_000);
    expect([operator.exists(ROLES, OPS), operator.exists(CONNECTIONS, DEFAULT)]).toEqual([false, false]);
    expect(operator.events).toContain('LeftBehind');
  });
});
