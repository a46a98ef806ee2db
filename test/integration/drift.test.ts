import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Scenario } from '../support/scenario.ts';
import { waitFor } from '../support/wait-for.ts';

describe('a role that is changed behind the back of the operator', () => {
  let scenario: Scenario;
  let name: string;

  beforeAll(async () => {
    scenario = await Scenario.start();
    name = `${scenario.namespace}-role`;
    await scenario.connect();
    scenario.startOperator();
    await scenario.create('OpenSearchRole', name, { description: 'declared', clusterPermissions: ['cluster_monitor'] });
    await scenario.untilReason('OpenSearchRole', name, 'Applied');
  });
  afterAll(() => scenario.stop());

  it('is put back after an edit, with an event', async () => {
    await scenario.change('roles', [
      { op: 'add', path: `/${name}`, value: { description: 'by hand', cluster_permissions: ['*'] } },
    ]);
    await waitFor(
      'the edit undone',
      async () => ((await scenario.entity('roles', name))?.['description'] === 'declared' ? true : undefined),
      30_000,
    );
    expect(await scenario.entity('roles', name)).toMatchObject({ cluster_permissions: ['cluster_monitor'] });
    await waitFor('the event', async () =>
      (await scenario.events(name)).some(({ reason }) => reason === 'DriftCorrected') ? true : undefined,
    );
  });

  it('is made again after a deletion', async () => {
    await scenario.change('roles', [{ op: 'remove', path: `/${name}` }]);
    await waitFor('the role made again', async () => scenario.entity('roles', name), 30_000);
  });

  it('is left alone when the change means the same', async () => {
    await scenario.change('roles', [
      {
        op: 'add',
        path: `/${name}`,
        value: {
          description: 'declared',
          cluster_permissions: ['cluster_monitor', 'cluster_monitor'],
          index_permissions: [],
        },
      },
    ]);
    scenario.searchProxy.forget();
    await waitFor('two reads', async () =>
      scenario.searchProxy.requests.filter(({ path }) => path.endsWith('/roles')).length >= 2 ? true : undefined,
    );
    expect(scenario.searchProxy.writes).toEqual([]);
  });

  it('is only told while the connection observes, and put back once it enforces again', async () => {
    await scenario.patch('OpenSearchConnection', 'default', { spec: { managementPolicy: 'Observe' } });
    await scenario.untilReason('OpenSearchConnection', 'default', 'Observed');
    await scenario.change('roles', [{ op: 'add', path: `/${name}`, value: { description: 'by hand' } }]);
    const told = await waitFor('the change to be told', async () => {
      const role = await scenario.get('OpenSearchRole', name);
      return role?.status.plannedChanges === undefined ? undefined : role;
    });
    expect(told.status.plannedChanges).toEqual(expect.arrayContaining([expect.stringContaining('/description')]));
    expect(await scenario.entity('roles', name)).toMatchObject({ description: 'by hand' });
    await scenario.patch('OpenSearchConnection', 'default', { spec: { managementPolicy: 'Enforce' } });
    await waitFor('the role put back', async () =>
      (await scenario.entity('roles', name))?.['description'] === 'declared' ? true : undefined,
    );
    expect((await scenario.untilReason('OpenSearchRole', name, 'Applied')).status.plannedChanges).toBeUndefined();
  });

  it('is read again at once when a person asks for it', async () => {
    await scenario.change('roles', [{ op: 'add', path: `/${name}`, value: { description: 'by hand' } }]);
    await scenario.patch('OpenSearchRole', name, {
      metadata: { annotations: { 'security.opensearch.org/reconcile-requested-at': 'now' } },
    });
    await waitFor('the answer to the request', async () => {
      const role = await scenario.get('OpenSearchRole', name);
      return role?.status.lastHandledReconcileAt === 'now' ? true : undefined;
    });
    expect(await scenario.entity('roles', name)).toMatchObject({ description: 'declared' });
  });

  it('is left alone while its object is paused', async () => {
    await scenario.patch('OpenSearchRole', name, {
      metadata: { annotations: { 'security.opensearch.org/paused': 'true' } },
    });
    await waitFor('the pause to be told', async () => {
      const role = await scenario.get('OpenSearchRole', name);
      return role?.status.conditions?.some(({ type, status }) => type === 'Paused' && status === 'True') === true
        ? true
        : undefined;
    });
    await scenario.change('roles', [{ op: 'add', path: `/${name}`, value: { description: 'by hand' } }]);
    scenario.searchProxy.forget();
    await waitFor('two reads', async () =>
      scenario.searchProxy.requests.filter(({ path }) => path.endsWith('/roles')).length >= 2 ? true : undefined,
    );
    expect(await scenario.entity('roles', name)).toMatchObject({ description: 'by hand' });
    await scenario.patch('OpenSearchRole', name, {
      metadata: { annotations: { 'security.opensearch.org/paused': null } },
    });
    await waitFor('the role put back', async () =>
      (await scenario.entity('roles', name))?.['description'] === 'declared' ? true : undefined,
    );
  });
});
