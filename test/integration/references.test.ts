import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { conditionOf, readyOf, Scenario, type KindName } from '../support/scenario.ts';
import { waitFor } from '../support/wait-for.ts';

describe('an object that names what OpenSearch does not have', () => {
  let scenario: Scenario;

  beforeAll(async () => {
    scenario = await Scenario.start();
    await scenario.startConnected();
  });
  afterAll(() => scenario.stop());

  /** What `ReferencesResolved` says, once the object is in force and it says this; the object stays Ready. */
  async function untilResolved(kind: KindName, name: string, status: 'True' | 'False'): Promise<string> {
    await scenario.untilReason(kind, name, 'Applied');
    return waitFor(`${kind} ${name} with ReferencesResolved ${status}`, async () => {
      const object = await scenario.get(kind, name);
      if (object === undefined) return undefined;
      expect(readyOf(object)?.status).toBe('True');
      const condition = conditionOf(object, 'ReferencesResolved');
      return condition?.status === status ? condition.message : undefined;
    });
  }

  function aRole(name: string, allowedActions: readonly string[]): Promise<unknown> {
    return scenario.create('OpenSearchRole', name, { indexPermissions: [{ indexPatterns: ['a-*'], allowedActions }] });
  }

  it('is told what is missing and what was probably meant, is in force all the same, and hears when it is there', async () => {
    const [group, near] = [`${scenario.namespace}-readers`, `${scenario.namespace}-reader`];
    const spec = { type: 'index', allowedActions: ['read'] };
    await scenario.create('OpenSearchActionGroup', near, spec);
    await scenario.untilReason('OpenSearchActionGroup', near, 'Applied');
    const role = `${scenario.namespace}-role`;
    await aRole(role, [group, 'read']);
    const told = await untilResolved('OpenSearchRole', role, 'False');
    expect(told).toBe(`action group "${group}" does not exist; did you mean "${near}"?`);
    expect(await scenario.entity('roles', role)).toBeDefined();
    await scenario.create('OpenSearchActionGroup', group, spec);
    await untilResolved('OpenSearchRole', role, 'True');
  });

  it('is told the nearest action, and hears when it is mended', async () => {
    const role = `${scenario.namespace}-action`;
    await aRole(role, ['indices:data/read/serach', 'indices:data/write/index']);
    const told = await untilResolved('OpenSearchRole', role, 'False');
    expect(told).toBe('no action matches "indices:data/read/serach"; did you mean "indices:data/read/search"?');
    const indexPermissions = [{ indexPatterns: ['a-*'], allowedActions: ['indices:data/read/search'] }];
    await scenario.patch('OpenSearchRole', role, { spec: { indexPermissions } });
    await untilResolved('OpenSearchRole', role, 'True');
  });

  it('is told when an action group goes that it names', async () => {
    const [group, role] = [`${scenario.namespace}-going`, `${scenario.namespace}-left`];
    await scenario.create('OpenSearchActionGroup', group, { allowedActions: ['read'] });
    await aRole(role, [group]);
    await untilResolved('OpenSearchRole', role, 'True');
    await scenario.delete('OpenSearchActionGroup', group);
    expect(await untilResolved('OpenSearchRole', role, 'False')).toContain(`"${group}" does not exist`);
  });

  it('that names only what the server brings is told resolved', async () => {
    const role = `${scenario.namespace}-static`;
    await aRole(role, ['read', 'crud', 'indices:admin/*']);
    await untilResolved('OpenSearchRole', role, 'True');
  });
});
