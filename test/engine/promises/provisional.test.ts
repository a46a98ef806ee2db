import { describe, expect, test } from '@jest/globals';
import { KubernetesError, UnreachableError } from '../../../src/errors.ts';
import { standBy, useOperators } from '../../support/operators.ts';
import { CONNECTIONS, ROLES, type SimulatedOperator } from '../../support/simulated-operator.ts';

const OPS = { name: 'ops' };
const READ = { indexPermissions: [{ indexPatterns: ['logs-*'], allowedActions: ['read'] }] };

const anOperator = useOperators();

/** No object gets its finalizer. */
function refuseFinalizers(operator: SimulatedOperator): void {
  operator.kubernetes.refuse = ({ method, path }) =>
    method === 'PATCH' && path.endsWith('/ops') ? new KubernetesError('no', 500, '') : undefined;
}

/** A role that is in force and told so, while its object is still without its finalizer. */
async function provisional(spec: object = READ): Promise<SimulatedOperator> {
  const operator = await anOperator().start();
  refuseFinalizers(operator);
  operator.apply(ROLES, OPS, spec);
  await operator.pass();
  return operator;
}

function record(operator: SimulatedOperator): string {
  return JSON.stringify(operator.kubernetes.all('configmaps'));
}

describe('of a few objects', () => {
  test('each has its finalizer before it is written', async () => {
    const operator = anOperator();
    operator.finalizersFirst = 1;
    await operator.start();
    refuseFinalizers(operator);
    operator.apply(ROLES, OPS, READ);
    await operator.pass(5000);
    expect(operator.cluster.patches).toEqual([]);
    operator.kubernetes.refuse = () => undefined;
    await operator.pass(60_000);
    expect(operator.ready(ROLES, OPS)).toBe('True Applied');
    expect(record(operator)).not.toContain('provisional');
  });

  test('none has it before all are written when they are one too many', async () => {
    const operator = anOperator();
    operator.finalizersFirst = 1;
    refuseFinalizers(operator);
    operator.apply(ROLES, OPS, READ);
    operator.apply(ROLES, { name: 'other' }, READ);
    await operator.start();
    expect(operator.cluster.names('roles')).toEqual(['ops', 'other']);
  });
});

describe('an object that is in force before it has its finalizer', () => {
  test('is on record as a provisional owner, and as an owner once it has it', async () => {
    const operator = await provisional();
    expect(operator.ready(ROLES, OPS)).toBe('True Applied');
    expect(record(operator)).toContain('provisional');
    operator.kubernetes.refuse = () => undefined;
    await operator.pass(60_000);
    expect(operator.kubernetes.get(ROLES, 'team-a', 'ops')?.metadata.finalizers).toHaveLength(1);
    expect(record(operator)).not.toContain('provisional');
  });

  test('takes its role along when it goes', async () => {
    const operator = await provisional();
    operator.delete(ROLES, OPS);
    await operator.pass();
    expect(operator.cluster.names('roles')).toEqual([]);
    expect(record(operator)).not.toContain('ops');
  });

  test('takes its role along when it goes, once the cluster is back', async () => {
    const operator = await provisional();
    operator.cluster.outage = new UnreachableError('away');
    operator.delete(ROLES, OPS);
    await operator.pass(30_000);
    expect(operator.cluster.names('roles')).toEqual(['ops']);
    operator.cluster.outage = undefined;
    await operator.pass(60_000);
    expect(operator.cluster.names('roles')).toEqual([]);
  });

  test('takes its role along when its connection goes with it', async () => {
    const operator = await provisional();
    operator.delete(CONNECTIONS, { name: 'default' });
    operator.delete(ROLES, OPS);
    await operator.pass(60_000);
    expect(operator.cluster.names('roles')).toEqual([]);
    expect(operator.exists(CONNECTIONS, { name: 'default' })).toBe(false);
  });

  test('takes its role along when its connection goes a moment before it', async () => {
    const operator = await provisional();
    operator.delete(CONNECTIONS, { name: 'default' });
    await operator.pass(3000);
    expect(operator.exists(CONNECTIONS, { name: 'default' })).toBe(true);
    operator.delete(ROLES, OPS);
    await operator.pass(60_000);
    expect(operator.cluster.names('roles')).toEqual([]);
    expect(operator.exists(CONNECTIONS, { name: 'default' })).toBe(false);
  });

  test('takes its role along when both the operator and it are killed', async () => {
    const operator = await provisional();
    await operator.stop();
    operator.delete(ROLES, OPS);
    operator.kubernetes.refuse = () => undefined;
    await operator.start();
    expect(operator.cluster.names('roles')).toEqual([]);
    expect(record(operator)).not.toContain('ops');
  });

  test('takes a role along that has another name than itself', async () => {
    const operator = await provisional({ ...READ, name: 'of another name' });
    await operator.stop();
    operator.delete(ROLES, OPS);
    await operator.start();
    expect(operator.cluster.names('roles')).toEqual([]);
  });

  test('gets its finalizer from the next operator', async () => {
    const operator = await provisional();
    await operator.stop();
    operator.kubernetes.refuse = () => undefined;
    await operator.start();
    expect(operator.kubernetes.get(ROLES, 'team-a', 'ops')?.metadata.finalizers).toHaveLength(1);
    expect(record(operator)).not.toContain('provisional');
    expect(operator.cluster.patches).toHaveLength(1);
  });

  test('keeps its role when it was deleted and made anew while the operator was away', async () => {
    const operator = await provisional();
    await operator.stop();
    operator.delete(ROLES, OPS);
    operator.apply(ROLES, OPS, { ...READ, description: 'anew' });
    operator.kubernetes.refuse = () => undefined;
    await operator.start();
    expect(operator.ready(ROLES, OPS)).toBe('True Applied');
    expect(operator.cluster.get('roles', 'ops')).toMatchObject({ description: 'anew' });
  });

  test('is a provisional owner again when it is made anew from a copy without a finalizer, and takes its role along', async () => {
    const operator = await anOperator().start();
    operator.apply(ROLES, OPS, READ);
    await operator.pass();
    expect(record(operator)).not.toContain('provisional');
    await operator.stop();
    operator.kubernetes.edit(ROLES, 'team-a', { metadata: { name: 'ops', finalizers: [] } });
    refuseFinalizers(operator);
    await operator.start();
    expect([operator.ready(ROLES, OPS), record(operator).includes('provisional')]).toEqual(['True Applied', true]);
    await operator.stop();
    operator.delete(ROLES, OPS);
    await operator.start();
    expect(operator.cluster.names('roles')).toEqual([]);
  });

  test('that was made anew is an owner like before once it has its finalizer', async () => {
    const operator = await anOperator().start();
    operator.apply(ROLES, OPS, READ);
    await operator.pass();
    operator.kubernetes.edit(ROLES, 'team-a', { metadata: { name: 'ops', finalizers: [] } });
    await operator.restart();
    await operator.pass(60_000);
    expect(operator.kubernetes.get(ROLES, 'team-a', 'ops')?.metadata.finalizers).toHaveLength(1);
    expect(record(operator)).not.toContain('provisional');
  });

  test('keeps its role when the next operator has not seen it yet', async () => {
    const operator = await provisional();
    await operator.stop();
    operator.delete(ROLES, OPS);
    const lead = await standBy(operator);
    operator.kubernetes.unseen(() => operator.apply(ROLES, OPS, READ));
    operator.kubernetes.refuse = () => undefined;
    lead();
    await operator.pass(60_000);
    expect(operator.cluster.patches.flatMap(({ operations }) => operations)).toMatchObject([{ type: 'add' }]);
    expect(operator.ready(ROLES, OPS)).toBe('True Applied');
  });

  test('is looked for where it was only, whatever else may not be listed', async () => {
    const operator = await provisional();
    await operator.stop();
    operator.delete(ROLES, OPS);
    const lead = await standBy(operator, ['team-a', 'team-b']);
    operator.kubernetes.refuse = ({ path }) =>
      path.includes('/team-b/') ? new KubernetesError('no', 403, 'Forbidden') : undefined;
    lead();
    await operator.pass(5000);
    expect(operator.cluster.names('roles')).toEqual([]);
  });

  test.each([
    ['waited for where it may not be listed', true, []],
    ['not waited for where nobody is provisional', false, ['other']],
  ])('is %s', async (_, isProvisional, written) => {
    const operator = await anOperator().start();
    if (isProvisional) refuseFinalizers(operator);
    operator.apply(ROLES, OPS, READ);
    await operator.pass();
    await operator.stop();
    operator.kubernetes.edit(ROLES, 'team-a', { metadata: { name: 'ops', finalizers: [] } });
    operator.delete(ROLES, OPS);
    const lead = await standBy(operator);
    operator.apply(ROLES, { name: 'other' }, READ);
    await operator.pass();
    operator.kubernetes.refuse = ({ path, method, query }) =>
      method === 'GET' && path.endsWith(ROLES) && query?.['watch'] === undefined
        ? new KubernetesError('no', 403, 'Forbidden')
        : undefined;
    lead();
    await operator.pass(5000);
    expect(operator.cluster.names('roles').filter((name) => name !== 'ops')).toEqual(written);
  });

  test('is looked for again when the API server did not say whether it is there', async () => {
    const operator = await provisional();
    await operator.stop();
    operator.delete(ROLES, OPS);
    const lead = await standBy(operator);
    operator.kubernetes.refuse = ({ path, method, query }) =>
      method === 'GET' && path.endsWith(ROLES) && query?.['watch'] === undefined
        ? new KubernetesError('no', 503, '')
        : undefined;
    lead();
    await operator.pass(120_000);
    expect(operator.cluster.names('roles')).toEqual(['ops']);
    operator.kubernetes.refuse = () => undefined;
    await operator.pass(120_000);
    expect(operator.cluster.names('roles')).toEqual([]);
  });

  test('keeps its role when it is deleted and made anew while the operator works', async () => {
    const operator = await provisional();
    operator.delete(ROLES, OPS);
    operator.apply(ROLES, OPS, { ...READ, description: 'anew' });
    operator.kubernetes.refuse = () => undefined;
    await operator.pass(60_000);
    expect(operator.ready(ROLES, OPS)).toBe('True Applied');
    expect(operator.cluster.get('roles', 'ops')).toMatchObject({ description: 'anew' });
  });

  test.each(['while the operator works', 'while the operator is away'])(
    'takes its role along when it is deleted and made anew with another name %s',
    async (when) => {
      const operator = await provisional({ ...READ, name: 'old' });
      if (when.endsWith('away')) await operator.stop();
      operator.delete(ROLES, OPS);
      operator.apply(ROLES, OPS, { ...READ, name: 'new' });
      operator.kubernetes.refuse = () => undefined;
      if (when.endsWith('away')) await operator.start();
      await operator.pass(60_000);
      expect([operator.cluster.names('roles'), operator.ready(ROLES, OPS)]).toEqual([['new'], 'True Applied']);
      expect(record(operator)).not.toContain('old');
      operator.delete(ROLES, OPS);
      await operator.pass(60_000);
      expect(operator.cluster.names('roles')).toEqual([]);
    },
  );

  test('takes its role along when it is deleted and made anew with another name while nothing is watched', async () => {
    const operator = await provisional({ ...READ, name: 'old' });
    operator.kubernetes.refuse = () => new KubernetesError('away', 503, '');
    operator.kubernetes.breakWatches(new UnreachableError('away'));
    await operator.pass();
    operator.delete(ROLES, OPS);
    operator.apply(ROLES, OPS, { ...READ, name: 'new' });
    operator.kubernetes.compact();
    operator.kubernetes.refuse = () => undefined;
    await operator.pass(60_000);
    expect([operator.cluster.names('roles'), operator.ready(ROLES, OPS)]).toEqual([['new'], 'True Applied']);
  });

  test('is told what becomes of itself, and not of what it left under another name', async () => {
    const operator = await provisional({ ...READ, name: 'old' });
    await operator.stop();
    operator.delete(ROLES, OPS);
    operator.apply(ROLES, OPS, { ...READ, name: 'new' });
    operator.kubernetes.refuse = () => undefined;
    operator.cluster.beforePatch = () => void operator.cluster.poison.set('old', 'it stays');
    await operator.start();
    await operator.pass(60_000);
    expect([operator.ready(ROLES, OPS), operator.cluster.names('roles')]).toEqual(['True Applied', ['new', 'old']]);
    const toNobody = operator.kubernetes.requests.filter(({ body }) => JSON.stringify([body]).includes('"uid":""'));
    expect(toNobody).toEqual([]);
  });

  test('is not looked for in a namespace that the operator does not serve', async () => {
    const operator = await provisional();
    await operator.stop();
    operator.delete(ROLES, OPS);
    await operator.start(['platform']);
    operator.connect({ allowedNamespaces: { names: ['team-a'] } }, { name: 'default', namespace: 'platform' });
    await operator.pass(60_000);
    expect(operator.cluster.names('roles')).toEqual(['ops']);
  });

  test('leaves its role when it is meant to, since then it waits for its finalizer', async () => {
    const operator = await provisional({ ...READ, deletionPolicy: 'Orphan' });
    expect(operator.cluster.names('roles')).toEqual([]);
    operator.kubernetes.refuse = () => undefined;
    await operator.pass(60_000);
    await operator.stop();
    operator.delete(ROLES, OPS);
    await operator.start();
    expect([operator.cluster.names('roles'), operator.exists(ROLES, OPS)]).toEqual([['ops'], false]);
  });
});
