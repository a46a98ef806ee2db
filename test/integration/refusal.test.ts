import { execFileSync } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { conditionOf, readyOf, Scenario, type KindName } from '../support/scenario.ts';
import { waitFor } from '../support/wait-for.ts';

describe('an object that cannot be applied', () => {
  let scenario: Scenario;

  beforeAll(async () => {
    scenario = await Scenario.start();
    await scenario.startConnected();
  });
  afterAll(() => scenario.stop());

  const indexPermission = { indexPatterns: ['a-*'], allowedActions: ['read'] };

  it.each<{ what: string; kind: KindName; spec: (prefix: string) => object; reason: string; message: RegExp }>([
    {
      what: 'claims a reserved role',
      kind: 'OpenSearchRole',
      spec: () => ({ name: 'kibana_user' }),
      reason: 'Reserved',
      message: /kibana_user.*(reserved|static).*spec\.name/,
    },
    {
      what: 'claims a static tenant',
      kind: 'OpenSearchTenant',
      spec: () => ({ name: 'global_tenant' }),
      reason: 'Reserved',
      message: /global_tenant.*static/,
    },
    {
      what: 'claims a static action group',
      kind: 'OpenSearchActionGroup',
      spec: () => ({ name: 'read', allowedActions: ['x:y'] }),
      reason: 'Reserved',
      message: /read.*static/,
    },
    {
      what: 'has a document-level query that is not JSON',
      kind: 'OpenSearchRole',
      spec: () => ({ indexPermissions: [{ ...indexPermission, dls: '{bad' }] }),
      reason: 'InvalidSpec',
      message: /spec\.indexPermissions\[0\]\.dls is not valid JSON/,
    },
    {
      what: 'masks a field with an unknown algorithm',
      kind: 'OpenSearchRole',
      spec: () => ({ indexPermissions: [{ ...indexPermission, maskedFields: ['field::BAD'] }] }),
      reason: 'Rejected',
      message: /BAD/,
    },
    {
      what: 'is an action group with the name of a role',
      kind: 'OpenSearchActionGroup',
      spec: () => ({ name: 'all_access', allowedActions: ['x:y'] }),
      reason: 'Rejected',
      message: /existing role/,
    },
  ])('$what is stalled, says why, and blocks nothing else', async ({ kind, spec, reason, message, what }) => {
    const name = what.toLowerCase().replaceAll(' ', '-');
    const writes = scenario.searchProxy.writes.length;
    await scenario.create(kind, name, spec(scenario.namespace));
    const stalled = await scenario.untilReason(kind, name, reason);
    expect(readyOf(stalled)?.message).toMatch(message);
    expect(conditionOf(stalled, 'Stalled')).toMatchObject({ status: 'True', reason });
    expect(conditionOf(stalled, 'Reconciling')).toBeUndefined();
    await scenario.create('OpenSearchTenant', `${scenario.namespace}-${name}`, {});
    await scenario.untilReason('OpenSearchTenant', `${scenario.namespace}-${name}`, 'Applied');
    expect(scenario.searchProxy.writes.length).toBeGreaterThan(writes);
    await scenario.delete(kind, name);
    await scenario.untilGone(kind, name);
  });

  it('claims a role made by hand: it is left alone until the policy takes it over', async () => {
    const name = `${scenario.namespace}-by-hand`;
    await scenario.change('roles', [{ op: 'add', path: `/${name}`, value: { description: 'by hand' } }]);
    await scenario.create('OpenSearchRole', name, { description: 'declared' });
    const refused = await scenario.untilReason('OpenSearchRole', name, 'AlreadyExists');
    expect(readyOf(refused)?.message).toMatch(/differ in description.*adoptionPolicy to Always/);
    expect(await scenario.entity('roles', name)).toMatchObject({ description: 'by hand' });
    await scenario.patch('OpenSearchRole', name, { spec: { adoptionPolicy: 'Always' } });
    await scenario.untilReason('OpenSearchRole', name, 'Applied');
    expect(await scenario.entity('roles', name)).toMatchObject({ description: 'declared' });
  });

  it('refused one made by hand is left there when the object is deleted', async () => {
    const name = `${scenario.namespace}-not-ours`;
    await scenario.change('tenants', [{ op: 'add', path: `/${name}`, value: { description: 'by hand' } }]);
    await scenario.create('OpenSearchTenant', name, { description: 'declared' });
    await scenario.untilReason('OpenSearchTenant', name, 'AlreadyExists');
    await scenario.delete('OpenSearchTenant', name);
    await scenario.untilGone('OpenSearchTenant', name);
    expect(await scenario.entity('tenants', name)).toMatchObject({ description: 'by hand' });
  });

  it('claims an identical resource: it takes it over without a write', async () => {
    const name = `${scenario.namespace}-same`;
    await scenario.change('tenants', [{ op: 'add', path: `/${name}`, value: { description: 'same' } }]);
    await scenario.create('OpenSearchTenant', name, { description: 'same' });
    await scenario.untilReason('OpenSearchTenant', name, 'Applied');
    await scenario.delete('OpenSearchTenant', name);
    await scenario.untilGone('OpenSearchTenant', name);
    expect(await scenario.entity('tenants', name)).toBeUndefined();
  });

  it('has the name of an older one: it says who has it, and takes over without a gap', async () => {
    const name = `${scenario.namespace}-shared`;
    await scenario.create('OpenSearchRole', 'older', { name, description: 'older' });
    await scenario.untilReason('OpenSearchRole', 'older', 'Applied');
    await scenario.create('OpenSearchRole', 'younger', { name, description: 'younger' });
    const taken = await scenario.untilReason('OpenSearchRole', 'younger', 'NameTaken');
    expect(readyOf(taken)?.message).toContain(`${scenario.namespace}/older`);
    scenario.searchProxy.forget();
    await scenario.delete('OpenSearchRole', 'older');
    await scenario.untilReason('OpenSearchRole', 'younger', 'Applied');
    expect(await scenario.entity('roles', name)).toMatchObject({ description: 'younger' });
    expect(scenario.searchProxy.writes.filter(({ body }) => body.includes('remove'))).toEqual([]);
  });

  it('has an unknown key: kubectl names the key and stores nothing', async () => {
    const { kubectl, kubeconfig } = scenario.real.stack;
    const manifest = {
      apiVersion: 'security.opensearch.org/v1alpha1',
      kind: 'OpenSearchRole',
      metadata: { name: 'typo' },
      spec: { indexPermission: [] },
    };
    const apply = (): Buffer =>
      execFileSync(kubectl, ['--kubeconfig', kubeconfig, '-n', scenario.namespace, 'apply', '-f', '-'], {
        input: JSON.stringify(manifest),
        stdio: 'pipe',
      });
    expect(apply).toThrow(/unknown field "spec\.indexPermission"/);
    expect(await scenario.get('OpenSearchRole', 'typo')).toBeUndefined();
  });

  it('heals by itself when the reserved obstacle was only a role made by hand that is deleted', async () => {
    const name = `${scenario.namespace}-obstacle`;
    await scenario.change('roles', [{ op: 'add', path: `/${name}`, value: { description: 'in the way' } }]);
    await scenario.create('OpenSearchRole', name, { description: 'declared' });
    await scenario.untilReason('OpenSearchRole', name, 'AlreadyExists');
    await scenario.change('roles', [{ op: 'remove', path: `/${name}` }]);
    await scenario.untilReason('OpenSearchRole', name, 'Applied');
    await waitFor('the role', async () => scenario.entity('roles', name));
  });
});
