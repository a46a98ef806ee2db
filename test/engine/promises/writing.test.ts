import { describe, expect, test } from '@jest/globals';
import { UnreachableError } from '../../../src/errors.ts';
import { useOperators } from '../../support/operators.ts';
import {
  ACTION_GROUPS,
  CONNECTIONS,
  MAPPINGS,
  ROLES,
  type SimulatedOperator,
  TENANTS,
  USERS,
} from '../../support/simulated-operator.ts';

const OPS = { name: 'ops' };
const DEFAULT = { name: 'default' };
const READ = { indexPermissions: [{ indexPatterns: ['logs-*'], allowedActions: ['read'] }] };
/** A hash is there at once; a password is hashed beside everything else. */
const HASH = `$2y$12$${'a'.repeat(53)}`;
const HASH_REF = { secretKeyRef: { name: 'hash' } };

const anOperator = useOperators();

/** One object of each kind, which name each other. */
function applyOneOfEach(operator: SimulatedOperator): void {
  operator.putSecret('hash', { hash: HASH });
  operator.apply(MAPPINGS, OPS, { role: 'ops', users: ['ops'] });
  operator.apply(USERS, OPS, { passwordHashFrom: HASH_REF, securityRoles: ['ops'] });
  operator.apply(ROLES, OPS, READ);
  operator.apply(TENANTS, OPS);
  operator.apply(ACTION_GROUPS, { name: 'group' }, { allowedActions: ['read'] });
}

function applyGroups(operator: SimulatedOperator, count: number): void {
  for (let index = 0; index < count; index += 1)
    operator.apply(ACTION_GROUPS, { name: `group-${index}` }, { allowedActions: ['x'] });
}

function sizes(operator: SimulatedOperator): readonly number[] {
  return operator.cluster.patches.map(({ operations }) => operations.length);
}

function countGroupBatches({ cluster }: SimulatedOperator): number {
  return cluster.patches.filter(({ document }) => document === 'actiongroups').length;
}

/** Makes each PATCH take a while. @returns how many were under way at once, at most */
function slowDown(operator: SimulatedOperator, ms: number | ((operations: number) => number)): { most: number } {
  const { cluster, clock } = operator;
  const patch = cluster.patchDocument.bind(cluster);
  const seen = { most: 0 };
  let underWay = 0;
  cluster.patchDocument = async (...change) => {
    underWay += 1;
    seen.most = Math.max(seen.most, underWay);
    await clock.sleep(typeof ms === 'number' ? ms : ms(change[1].length), new AbortController().signal);
    underWay -= 1;
    return patch(...change);
  };
  return seen;
}

describe('Promise 2: one writer per connection; changes gather while a commit is in flight, an idle engine commits at once, an edit is served before a resync storm', () => {
  test('what changes while a commit is in flight is taken by the next one, all of it, and never by one beside it', async () => {
    const operator = await anOperator().start();
    const seen = slowDown(operator, 5000);
    operator.apply(TENANTS, OPS);
    await operator.pass(1000);
    for (let index = 0; index < 50; index += 1) {
      operator.apply(TENANTS, { name: `tenant-${index}` });
      await operator.pass(20);
    }
    await operator.pass(30_000);
    expect(sizes(operator)).toEqual([1, 50]);
    expect(seen.most).toBe(1);
  });

  test('a single change is committed at once when nothing else is going on', async () => {
    const operator = await anOperator().start();
    operator.apply(TENANTS, OPS);
    await operator.pass(0);
    expect(sizes(operator)).toEqual([1]);
  });

  test('the rest of a fleet does not wait for a pause between batches', async () => {
    const operator = anOperator();
    applyGroups(operator, 2000);
    slowDown(operator, 100);
    await operator.start();
    for (let edit = 0; edit < 5; edit += 1) {
      operator.apply(TENANTS, { name: 'edited' }, { description: `edit ${edit}` });
      await operator.pass(250);
    }
    expect(countGroupBatches(operator)).toBe(20);
  });

  test('an edit is served before the rest of a fleet', async () => {
    const operator = anOperator();
    applyGroups(operator, 350);
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

  test.each([
    { what: 'quick ones begin a second apart', everyMs: 50, tookMs: 20, least: 9, most: 12 },
    {
      what: 'quick ones begin twice a second where changes pause in between',
      everyMs: 200,
      tookMs: 20,
      least: 18,
      most: 22,
    },
    { what: 'one of half a second is followed by the next at once', everyMs: 50, tookMs: 500, least: 16, most: 20 },
  ])('of commits while changes keep coming $what', async ({ everyMs, tookMs, least, most }) => {
    const operator = anOperator();
    operator.apply(TENANTS, { name: 'edited' });
    await operator.start();
    slowDown(operator, tookMs);
    operator.cluster.patches.length = 0;
    for (let ms = 0; ms < 10_000; ms += everyMs) {
      operator.apply(TENANTS, { name: 'edited' }, { description: `edit at ${ms}` });
      await operator.pass(everyMs);
    }
    expect(operator.cluster.patches.length).toBeGreaterThanOrEqual(least);
    expect(operator.cluster.patches.length).toBeLessThanOrEqual(most);
    // An operator ends only after the PATCH that is under way.
    await operator.pass(2000);
  });

  describe('while changes keep coming', () => {
    async function withSlowCluster(): Promise<SimulatedOperator> {
      const operator = anOperator();
      operator.apply(TENANTS, { name: 'edited' });
      await operator.start();
      slowDown(operator, 500);
      operator.cluster.patches.length = 0;
      return operator;
    }

    test('the next commit does not wait for the look at the nodes after the one before', async () => {
      const operator = await withSlowCluster();
      let looks = 0;
      operator.cluster.fetchNodes = async () => {
        looks += 1;
        await operator.clock.sleep(400, new AbortController().signal);
        return operator.cluster.nodes;
      };
      for (let edit = 0; edit < 200; edit += 1) {
        operator.apply(TENANTS, { name: 'edited' }, { description: `edit ${edit}` });
        await operator.pass(50);
      }
      expect(operator.cluster.patches.length).toBeGreaterThanOrEqual(16);
      await operator.pass(2000);
      expect(looks).toBe(operator.cluster.patches.length);
    });

    test('a look that failed is made again, be there another commit or not', async () => {
      const operator = await withSlowCluster();
      const { cluster } = operator;
      const fetchNodes = cluster.fetchNodes.bind(cluster);
      cluster.fetchNodes = async () => {
        cluster.fetchNodes = fetchNodes;
        await operator.clock.sleep(400, new AbortController().signal);
        throw new UnreachableError('reset');
      };
      cluster.nodes = [...cluster.nodes, 'another'];
      operator.apply(TENANTS, { name: 'edited' }, { description: 'edited' });
      await operator.pass(100);
      // Somebody waits for the next turn, in which nothing is to be written.
      operator.annotate(TENANTS, { name: 'edited' }, { 'security.opensearch.org/reconcile-requested-at': 'now' });
      await operator.pass(5000);
      expect([cluster.patches.length, cluster.flushes]).toEqual([1, 1]);
    });
  });

  test('an edit is served before groups that are changed again and again, within four seconds', async () => {
    const operator = anOperator();
    applyGroups(operator, 150);
    await operator.start();
    await operator.pass(30_000);
    slowDown(operator, (operations) => operations * 40);
    const changeAll = async (times: number): Promise<void> => {
      for (let time = 0; time < times; time += 1) {
        for (let index = 0; index < 149; index += 1) {
          operator.apply(ACTION_GROUPS, { name: `group-${index}` }, { allowedActions: [`${operator.clock.now()}`] });
        }
        await operator.pass(500);
      }
    };
    const written = (): ReadonlySet<string> =>
      new Set(operator.cluster.patches.flatMap(({ operations }) => operations.map(({ name }) => name)));
    await changeAll(40);
    operator.cluster.patches.length = 0;
    operator.apply(ACTION_GROUPS, { name: 'group-149' }, { allowedActions: ['read'] });
    await changeAll(8);
    expect(written()).toContain('group-149');
    // None of the others is forgotten.
    await operator.pass(30_000);
    expect(written().size).toBe(150);
  });

  test('a look for drift lets edits go first, for one interval and no longer', async () => {
    const operator = anOperator();
    operator.apply(TENANTS, { name: 'lost' });
    await operator.start();
    slowDown(operator, 2000);
    const editFor = async (seconds: number): Promise<void> => {
      for (let edit = 0; edit < seconds * 4; edit += 1) {
        operator.apply(TENANTS, { name: `edited-${edit % 20}` }, { description: `${operator.clock.now()}` });
        await operator.pass(250);
      }
    };
    // The first edits make the tenants, for which the document is read.
    await editFor(10);
    operator.cluster.drop('tenants', 'lost');
    await editFor(90);
    expect(operator.cluster.names('tenants')).not.toContain('lost');
    await editFor(30);
    expect(operator.cluster.names('tenants')).toContain('lost');
    // An operator ends only after the PATCH that is under way.
    await operator.pass(10_000);
  });
});

describe('Promise 3: no write without a difference, no status write without a change: a synced fleet costs 0 writes', () => {
  test('a synced fleet of all kinds costs no write anywhere, through drift intervals and a restart', async () => {
    const operator = anOperator();
    applyOneOfEach(operator);
    await operator.start();
    await operator.pass(30_000);
    const writes = [operator.cluster.writes, operator.kubernetesWrites];
    await operator.pass(3_600_000);
    await operator.restart();
    expect([operator.cluster.writes, operator.kubernetesWrites]).toEqual(writes);
  });

  test('a role costs one write, and nothing more ever after', async () => {
    const operator = await anOperator().start();
    operator.apply(ROLES, OPS, READ);
    await operator.pass(30_000);
    const writes = operator.kubernetesWrites;
    await operator.pass(3_600_000);
    expect([operator.cluster.patches.length, operator.kubernetesWrites]).toEqual([1, writes]);
  });

  test('a role is not touched again after a restart when all is well', async () => {
    const operator = await anOperator().start();
    operator.apply(ROLES, OPS, READ);
    await operator.pass();
    const writes = operator.kubernetesWrites;
    await operator.restart();
    expect([operator.cluster.patches.length, operator.kubernetesWrites]).toEqual([1, writes]);
  });

  test('a fleet is read with one GET for each document', async () => {
    const operator = anOperator();
    for (let index = 0; index < 100; index += 1) operator.apply(ROLES, { name: `role-${index}` }, READ);
    await operator.start();
    // Roles, and the action groups that they name.
    expect(operator.cluster.reads).toBe(2);
  });
});

describe('Promise 5: order: action groups, tenants, roles, users, role mappings; deletions in reverse', () => {
  test('what is applied together is written in the order of dependence, and removed in reverse', async () => {
    const operator = anOperator();
    applyOneOfEach(operator);
    await operator.start();
    const order = ['actiongroups', 'tenants', 'roles', 'internalusers', 'rolesmapping'];
    expect(operator.cluster.patches.map(({ document }) => document)).toEqual(order);
    operator.cluster.patches.length = 0;
    for (const collection of [ROLES, TENANTS, USERS, MAPPINGS]) operator.delete(collection, OPS);
    operator.delete(ACTION_GROUPS, { name: 'group' });
    await operator.pass();
    expect(operator.cluster.patches.map(({ document }) => document)).toEqual(order.toReversed());
  });
});

describe('a backlog', () => {
  test('is committed before its statuses are written, and nobody else waits for that', async () => {
    const operator = anOperator();
    slowDown(operator, 1500);
    operator.connect({}, { name: 'other' });
    for (let index = 0; index < 2500; index += 1) operator.apply(TENANTS, { name: `t-${index}` });
    operator.apply(TENANTS, { name: 'elsewhere' }, { connectionRef: { name: 'other' } });
    await operator.start();
    expect(operator.cluster.patches.length).toBeLessThan(4);
    expect(operator.ready(TENANTS, { name: 't-0' })).toBe('nothing');
    expect(operator.ready(TENANTS, { name: 'elsewhere' })).toBe('True Applied');
    await operator.pass(5000);
    expect(operator.cluster.patches).toHaveLength(4);
    expect(operator.ready(TENANTS, { name: 't-0' })).toBe('True Applied');
  });
});

describe('Promise 10: batches are bounded: 1,000 operations for roles and tenants, 100 for others, 10 MB a PATCH; only changed entries are sent', () => {
  test.each([
    [TENANTS, {}, 1000],
    [ROLES, READ, 1000],
    [ACTION_GROUPS, { allowedActions: ['x'] }, 100],
    [USERS, { passwordHashFrom: HASH_REF }, 100],
    [MAPPINGS, { users: ['x'] }, 100],
  ] as const)('more %s than one batch holds are written in several', async (collection, spec, most) => {
    const operator = anOperator();
    operator.putSecret('hash', { hash: HASH });
    for (let index = 0; index < 2 * most + 1; index += 1) {
      const name = `object-${index}`;
      if (collection === MAPPINGS) operator.cluster.put('roles', name, { description: 'x' });
      operator.apply(collection, { name }, collection === MAPPINGS ? { ...spec, role: name } : spec);
    }
    await operator.start();
    await operator.pass(10_000);
    expect([operator.cluster.writes, Math.max(...sizes(operator))]).toEqual([3, most]);
  });

  test('one PATCH holds no more than 10 MB', async () => {
    const operator = anOperator();
    const description = 'x'.repeat(1024 * 1024);
    for (let index = 0; index < 15; index += 1) operator.apply(TENANTS, { name: `tenant-${index}` }, { description });
    await operator.start();
    await operator.pass(10_000);
    expect(sizes(operator)).toEqual([9, 6]);
  });

  test('what was not answered is sent again in smaller batches: it may have been more than the server can do in time', async () => {
    const operator = anOperator();
    applyGroups(operator, 150);
    slowDown(operator, (operations) => (operations === 100 ? 25_000 : 0));
    operator.cluster.nextPatchFails = new UnreachableError('no answer in time');
    await operator.start();
    await operator.pass(60_000);
    expect(sizes(operator)).toEqual([100, 50, 50, 50]);
  });

  test.each([
    ['the connection broke', 0, new UnreachableError('reset')],
    ['it was never sent', 25_000, new UnreachableError('UND_ERR_CONNECT_TIMEOUT', { wasSent: false })],
  ])('what was not answered since %s is sent again as it was', async (_, ms, error) => {
    const operator = anOperator();
    applyGroups(operator, 100);
    slowDown(operator, () => ms);
    operator.cluster.nextPatchFails = error;
    await operator.start();
    await operator.pass(60_000);
    expect(sizes(operator)).toEqual([100, 100]);
  });

  test('of a fleet only the entry that changed is sent', async () => {
    const operator = anOperator();
    applyGroups(operator, 50);
    await operator.start();
    operator.cluster.patches.length = 0;
    operator.apply(ACTION_GROUPS, { name: 'group-7' }, { allowedActions: ['y'] });
    await operator.pass();
    expect(sizes(operator)).toEqual([1]);
  });
});
