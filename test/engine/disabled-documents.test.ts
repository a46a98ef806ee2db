import { afterEach, describe, expect, test } from '@jest/globals';
import { EndpointDisabledError } from '../../src/errors.ts';
import {
  CONFIGS,
  CONNECTIONS,
  MAPPINGS,
  ROLES,
  SimulatedOperator,
  TENANTS,
  USERS,
} from '../support/simulated-operator.ts';

const OPS = { name: 'ops' };
const DEFAULT = { name: 'default' };
const QUARTER_MS = 900_000;

let current: SimulatedOperator | undefined;

afterEach(async () => {
  await current?.stop();
});

/** A role and a tenant, where something about roles is disabled. */
async function anOperator(disabled: string): Promise<SimulatedOperator> {
  current = new SimulatedOperator();
  const operator = current;
  operator.cluster.disabled.add(disabled);
  operator.apply(ROLES, OPS, { description: 'x' });
  operator.apply(TENANTS, OPS, { description: 'x' });
  return operator.start();
}

function told(operator: SimulatedOperator): string {
  const condition = operator.status(CONNECTIONS, DEFAULT).conditions?.find(({ type }) => type === 'EndpointsPermitted');
  return condition === undefined ? 'nothing' : `${condition.status} ${condition.reason}: ${condition.message}`;
}

describe.each(['PATCH roles', 'GET roles'])('an endpoint that is disabled (%s)', (disabled) => {
  test('is told on the objects of its type alone, and on the connection, which stays ready', async () => {
    const operator = await anOperator(disabled);
    expect(operator.ready(ROLES, OPS)).toBe('False Forbidden');
    expect(operator.ready(TENANTS, OPS)).toBe('True Applied');
    expect(operator.ready(CONNECTIONS, DEFAULT)).toBe('True Connected');
    expect(told(operator)).toBe(`False EndpointDisabled: no ${disabled.replace(' ', ' of ')}`);
    expect(operator.events).toContain('EndpointDisabled');
  });

  test('is asked for now and then only, and heals by itself', async () => {
    const operator = await anOperator(disabled);
    await operator.pass(QUARTER_MS);
    expect(operator.cluster.patches.length).toBeLessThan(30);
    operator.cluster.disabled.clear();
    await operator.pass(QUARTER_MS / 2);
    expect(operator.ready(ROLES, OPS)).toBe('True Applied');
    expect(told(operator)).toBe('nothing');
  });

  test('claims nothing: what somebody else makes meanwhile is not taken for ours', async () => {
    const operator = await anOperator(disabled);
    operator.cluster.put('roles', 'ops', { description: 'of somebody else' });
    operator.cluster.disabled.clear();
    await operator.pass(QUARTER_MS);
    expect(operator.ready(ROLES, OPS)).toBe('False AlreadyExists');
    expect(operator.cluster.get('roles', 'ops')).toEqual({ description: 'of somebody else' });
  });
});

describe('a document that cannot be read any more', () => {
  test('leaves what is in force as it is told', async () => {
    current = new SimulatedOperator();
    const operator = current;
    operator.apply(ROLES, OPS, { description: 'x' });
    await operator.start();
    operator.cluster.disabled.add('GET roles');
    await operator.pass(QUARTER_MS);
    expect(operator.ready(ROLES, OPS)).toBe('True Applied');
    expect(told(operator)).toContain('GET of roles');
  });

  test('is not asked for again and again since one of those who wait for it is deleted', async () => {
    const operator = await anOperator('GET roles');
    operator.apply(ROLES, { name: 'another' }, { description: 'x' });
    await operator.pass(QUARTER_MS);
    operator.delete(ROLES, { name: 'another' });
    operator.cluster.reads = 0;
    await operator.pass(10_000);
    expect(operator.cluster.reads).toBeLessThan(5);
  });

  test('does not hold up what refers into it', async () => {
    const operator = await anOperator('GET roles');
    operator.cluster.put('roles', 'analysts', {});
    operator.apply(MAPPINGS, { name: 'analysts' }, { role: 'analysts', users: ['ann'] });
    await operator.pass();
    expect(operator.ready(MAPPINGS, { name: 'analysts' })).toBe('True Applied');
  });
});

describe('users that cannot be written any more', () => {
  async function withUser(): Promise<SimulatedOperator> {
    current = new SimulatedOperator();
    current.putSecret('ann', { password: 'a-good-password' });
    current.apply(USERS, { name: 'ann' }, { passwordFrom: { secretKeyRef: { name: 'ann' } } });
    return current.start();
  }

  test('are checked in vain, which takes nothing else down', async () => {
    const operator = await withUser();
    expect(operator.ready(USERS, { name: 'ann' })).toBe('True Applied');
    operator.cluster.disabled.add('PATCH internalusers');
    await operator.pass(QUARTER_MS);
    expect(operator.ready(CONNECTIONS, DEFAULT)).toBe('True Connected');
    expect(operator.ready(USERS, { name: 'ann' })).toBe('True Applied');
    expect(told(operator)).toContain('internalusers');
    operator.cluster.disabled.clear();
    await operator.pass(QUARTER_MS);
    expect(told(operator)).toBe('nothing');
  });

  test('are read no more often while nothing waits to be written', async () => {
    const operator = await withUser();
    await operator.pass(QUARTER_MS);
    const before = operator.cluster.reads;
    await operator.pass(QUARTER_MS);
    const usual = operator.cluster.reads - before;
    operator.cluster.disabled.add('PATCH internalusers');
    await operator.pass(QUARTER_MS);
    expect(operator.cluster.reads - before - usual).toBeLessThan(usual * 1.5);
  });
});

describe('a security configuration that cannot be read', () => {
  test('is told on its object alone, and heals by itself', async () => {
    current = new SimulatedOperator();
    const operator = current;
    const { configuration } = operator.cluster;
    configuration.onStep = (step) => {
      if (step === 'look') throw new EndpointDisabledError('no GET of CONFIG');
    };
    operator.apply(CONFIGS, OPS, { dynamic: { do_not_fail_on_forbidden: true } });
    operator.apply(TENANTS, OPS, { description: 'x' });
    await operator.start();
    expect(operator.ready(CONFIGS, OPS)).toBe('False Forbidden');
    expect([operator.ready(TENANTS, OPS), operator.ready(CONNECTIONS, DEFAULT)]).toEqual([
      'True Applied',
      'True Connected',
    ]);
    expect(told(operator)).toContain('no GET of CONFIG');
    configuration.onStep = () => undefined;
    await operator.pass(QUARTER_MS);
    expect([operator.ready(CONFIGS, OPS), told(operator)]).toEqual(['True Applied', 'nothing']);
  });
});

test('a security configuration that cannot be read is told once, whatever else there is to do', async () => {
  current = new SimulatedOperator();
  const operator = current;
  operator.cluster.configuration.onStep = (step) => {
    if (step === 'look') throw new EndpointDisabledError('no GET of CONFIG');
  };
  operator.putSecret('ann', { password: 'a-good-password' });
  operator.apply(USERS, { name: 'ann' }, { passwordFrom: { secretKeyRef: { name: 'ann' } } });
  operator.apply(CONFIGS, OPS, { dynamic: { do_not_fail_on_forbidden: true } });
  await operator.start();
  await operator.pass(QUARTER_MS);
  const writes = operator.kubernetesWrites;
  await operator.pass(QUARTER_MS);
  expect(told(operator)).toContain('no GET of CONFIG');
  expect(operator.kubernetesWrites).toBe(writes);
  operator.delete(CONFIGS, OPS);
  await operator.pass(QUARTER_MS);
});

describe('an endpoint that is disabled and that nobody needs any more', () => {
  test.each(['PATCH tenants', 'GET tenants'])('is not told (%s)', async (disabled) => {
    const operator = await anOperator(disabled);
    expect(told(operator)).toContain('tenants');
    operator.delete(TENANTS, OPS);
    await operator.pass(QUARTER_MS);
    expect([operator.exists(TENANTS, OPS), told(operator)]).toEqual([false, 'nothing']);
  });
});

test('a role that cannot be read is not told to be missing', async () => {
  const operator = await anOperator('GET roles');
  operator.cluster.put('roles', 'analysts', {});
  operator.apply(MAPPINGS, { name: 'analysts' }, { role: 'analysts', users: ['ann'] });
  await operator.pass();
  expect(operator.ready(MAPPINGS, { name: 'analysts' })).toBe('True Applied');
  const told = operator
    .status(MAPPINGS, { name: 'analysts' })
    .conditions?.find(({ type }) => type === 'ReferencesResolved');
  expect(told?.status).toBe('True');
});
