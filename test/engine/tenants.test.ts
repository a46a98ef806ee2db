import { describe, expect, test } from '@jest/globals';
import { KubernetesError } from '../../src/errors.ts';
import { useOperators } from '../support/operators.ts';
import { type SimulatedOperator, TENANTS } from '../support/simulated-operator.ts';

/** Comes to the index of the tenant `team-alpha`. */
const FORGED = 'team-a-lpha^^!._^-_!-_-_';
const VICTIM = { name: 'team-alpha', namespace: 'team-b' };
const FORGER = { name: 'forger', namespace: 'platform' };
const TRUSTED = { name: 'team-alpha' };
const GRANT = { kinds: ['OpenSearchTenant'], names: ['team-*'] } as const;

const newOperator = useOperators();

/** The connection is in `team-a`, and grants the names of all teams to `team-b` and `platform`. */
function anOperator(namespaces: readonly string[] = ['team-b', 'platform']): SimulatedOperator {
  const operator = newOperator();
  allow(operator, namespaces);
  return operator;
}

function allow(operator: SimulatedOperator, names: readonly string[]): void {
  operator.connect({
    allowedNamespaces: { names: ['team-b', 'platform'] },
    grants: [{ namespaces: { names: [...names] }, kinds: [...GRANT.kinds], names: [...GRANT.names] }],
  });
}

function forge(operator: SimulatedOperator, place = FORGER): void {
  const connectionRef = place.namespace === 'team-a' ? {} : { connectionRef: { namespace: 'team-a' } };
  operator.apply(TENANTS, place, { name: FORGED, ...connectionRef });
}

function declareVictim(operator: SimulatedOperator): void {
  operator.apply(TENANTS, VICTIM, { connectionRef: { namespace: 'team-a' } });
}

describe('a tenant of another namespace', () => {
  test("is refused where its dashboards would be in the index of another object's tenant, until that is gone", async () => {
    const operator = anOperator();
    declareVictim(operator);
    await operator.start();
    forge(operator);
    await operator.pass();
    expect(operator.ready(TENANTS, FORGER)).toBe('False NameTaken');
    expect(operator.message(TENANTS, FORGER)).toContain(`"team-alpha" of team-b/team-alpha`);
    expect(operator.message(TENANTS, FORGER)).toContain('another spec.name in a new object and delete this one, or');
    expect(operator.cluster.names('tenants')).toEqual(['team-alpha']);
    operator.delete(TENANTS, VICTIM);
    await operator.pass(5000);
    expect(operator.ready(TENANTS, FORGER)).toBe('True Applied');
    expect(operator.cluster.names('tenants')).toEqual([FORGED]);
  });

  test('is refused where a tenant is there that nobody declares, until that is gone', async () => {
    const operator = anOperator();
    operator.cluster.put('tenants', 'team-alpha', { description: 'by hand' });
    forge(operator);
    await operator.start();
    expect(operator.ready(TENANTS, FORGER)).toBe('False NameTaken');
    operator.cluster.drop('tenants', 'team-alpha');
    await operator.pass(90_000);
    expect(operator.ready(TENANTS, FORGER)).toBe('True Applied');
  });

  test('is told, and not changed any more, once somebody makes the other one by hand', async () => {
    const operator = anOperator();
    forge(operator);
    await operator.start();
    expect(operator.ready(TENANTS, FORGER)).toBe('True Applied');
    operator.cluster.put('tenants', 'team-alpha', { description: 'by hand' });
    await operator.pass(90_000);
    expect(operator.ready(TENANTS, FORGER)).toBe('False NameTaken');
    operator.delete(TENANTS, FORGER);
    await operator.pass(5000);
    expect(operator.cluster.names('tenants')).toEqual(['team-alpha']);
  });

  test('of two that come together lets the older one have the index', async () => {
    const operator = anOperator();
    declareVictim(operator);
    await operator.pass(5000);
    forge(operator);
    await operator.start();
    expect([operator.ready(TENANTS, VICTIM), operator.ready(TENANTS, FORGER)]).toEqual([
      'True Applied',
      'False NameTaken',
    ]);
  });

  test('is kept from an index by nobody who may not have it himself', async () => {
    const operator = anOperator(['team-b']);
    forge(operator);
    await operator.pass(5000);
    declareVictim(operator);
    await operator.start();
    expect([operator.ready(TENANTS, VICTIM), operator.ready(TENANTS, FORGER)]).toEqual([
      'True Applied',
      'False NotPermitted',
    ]);
  });

  test('gets the index when the one before it is refused by OpenSearch', async () => {
    const operator = anOperator();
    operator.cluster.poison.set(FORGED, 'no');
    forge(operator);
    await operator.pass(5000);
    declareVictim(operator);
    await operator.start();
    await operator.pass(5000);
    expect([operator.ready(TENANTS, VICTIM), operator.ready(TENANTS, FORGER)]).toEqual([
      'True Applied',
      'False NameTaken',
    ]);
  });

  test('keeps nobody from the index that it may not have any more, and lets nobody in beside it who could be read by its roles', async () => {
    const operator = anOperator();
    forge(operator);
    await operator.start();
    allow(operator, ['team-b']);
    operator.apply(TENANTS, TRUSTED);
    await operator.pass(5000);
    expect([operator.ready(TENANTS, FORGER), operator.ready(TENANTS, TRUSTED)]).toEqual([
      'False NotPermitted',
      'False NameTaken',
    ]);
    operator.delete(TENANTS, FORGER);
    await operator.pass(5000);
    expect(operator.ready(TENANTS, TRUSTED)).toBe('True Applied');
  });

  test('that stays when its object goes still keeps the namespace of the connection from its index', async () => {
    const operator = anOperator();
    operator.apply(TENANTS, FORGER, {
      name: FORGED,
      deletionPolicy: 'Orphan',
      connectionRef: { namespace: 'team-a' },
    });
    await operator.start();
    operator.delete(TENANTS, FORGER);
    await operator.pass(5000);
    operator.apply(TENANTS, TRUSTED);
    await operator.pass(5000);
    expect(operator.ready(TENANTS, TRUSTED)).toBe('False NameTaken');
    operator.cluster.drop('tenants', FORGED);
    await operator.pass(90_000);
    expect(operator.ready(TENANTS, TRUSTED)).toBe('True Applied');
  });

  test('is let in once of any number that come to one index together, and each is decided at a cost of its own', async () => {
    const operator = anOperator();
    const blocks = ['$_', '%@'];
    const names = Array.from({ length: 256 }, (_, index) =>
      Array.from({ length: 8 }, (__, bit) => blocks[(index >> bit) & 1]).join(''),
    );
    for (const [index, name] of names.entries())
      operator.apply(
        TENANTS,
        { name: `t${index}`, namespace: 'team-b' },
        { name: `team-${name}`, connectionRef: { namespace: 'team-a' } },
      );
    await operator.start();
    await operator.pass(10_000);
    expect(operator.cluster.names('tenants')).toHaveLength(1);
    const told = names.map((_, index) => operator.ready(TENANTS, { name: `t${index}`, namespace: 'team-b' }));
    expect(told.filter((ready) => ready === 'False NameTaken')).toHaveLength(255);
  });

  test('goes behind one of the namespace of the connection that comes with it, though it is older', async () => {
    const operator = anOperator();
    forge(operator);
    await operator.pass(5000);
    operator.apply(TENANTS, TRUSTED);
    await operator.start();
    expect([operator.ready(TENANTS, TRUSTED), operator.ready(TENANTS, FORGER)]).toEqual([
      'True Applied',
      'False NameTaken',
    ]);
  });

  test('that is there already keeps others out of its index, those of the namespace of the connection, too', async () => {
    const operator = anOperator();
    forge(operator);
    await operator.start();
    operator.apply(TENANTS, TRUSTED);
    await operator.pass();
    expect([operator.ready(TENANTS, TRUSTED), operator.ready(TENANTS, FORGER)]).toEqual([
      'False NameTaken',
      'True Applied',
    ]);
    operator.delete(TENANTS, FORGER);
    await operator.pass(5000);
    expect(operator.ready(TENANTS, TRUSTED)).toBe('True Applied');
  });
});

test('tenants of other namespaces with one hash are both let in where neither begins like the other', async () => {
  const operator = anOperator();
  for (const name of ['team-an', 'team-c0'])
    operator.apply(TENANTS, { name, namespace: 'team-b' }, { connectionRef: { namespace: 'team-a' } });
  await operator.start();
  await operator.pass(5000);
  expect(operator.cluster.names('tenants')).toEqual(['team-an', 'team-c0']);
});

test('a tenant whose letters are only the beginning of those of another is refused beside it', async () => {
  const operator = anOperator();
  // Computed: it has the hash of `team-alpha`, and the letters `teama`.
  const shorter = 'team-a-&$&#?-?(';
  operator.apply(TENANTS, VICTIM, { connectionRef: { namespace: 'team-a' } });
  await operator.start();
  operator.apply(TENANTS, FORGER, { name: shorter, connectionRef: { namespace: 'team-a' } });
  await operator.pass(5000);
  expect(operator.ready(TENANTS, FORGER)).toBe('False NameTaken');
});

test('a tenant of the namespace of the connection is let in when what is beside it becomes its own, though that is not written', async () => {
  const operator = anOperator();
  operator.cluster.put('tenants', 'team-alpha', {});
  forge(operator, { name: 'forger', namespace: 'team-a' });
  await operator.start();
  expect(operator.ready(TENANTS, { name: 'forger' })).toBe('False NameTaken');
  operator.apply(TENANTS, TRUSTED);
  await operator.pass(5000);
  expect([operator.ready(TENANTS, TRUSTED), operator.ready(TENANTS, { name: 'forger' })]).toEqual([
    'True Applied',
    'True Applied',
  ]);
});

test('tenants of the namespace of the connection may share an index, as it likes', async () => {
  const operator = anOperator();
  operator.cluster.put('tenants', 'team-alpha', { description: '' });
  operator.apply(TENANTS, TRUSTED);
  forge(operator, { name: 'forger', namespace: 'team-a' });
  await operator.start();
  expect(operator.cluster.names('tenants')).toEqual([FORGED, 'team-alpha'].sort());
  expect(operator.ready(TENANTS, { name: 'forger' })).toBe('True Applied');
});

test('tenants with one hash that stay when their objects go are let go of once, and not again and again', async () => {
  const operator = anOperator();
  const names = ['team-an', 'team-c0'];
  for (const name of names)
    operator.apply(
      TENANTS,
      { name, namespace: 'team-b' },
      {
        deletionPolicy: 'Orphan',
        connectionRef: { namespace: 'team-a' },
      },
    );
  await operator.start();
  await operator.pass(5000);
  operator.kubernetes.refuse = ({ method, path }) =>
    method === 'PATCH' && path.includes('/opensearchtenants/') && !path.endsWith('/status')
      ? new KubernetesError('refused', 403, 'Forbidden')
      : undefined;
  const before = operator.kubernetes.requests.length;
  for (const name of names) operator.delete(TENANTS, { name, namespace: 'team-b' });
  await operator.pass(60_000);
  expect(operator.kubernetes.requests.length - before).toBeLessThan(100);
});
