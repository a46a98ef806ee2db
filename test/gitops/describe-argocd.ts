import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { realStack } from '../support/real-stack.ts';
import { ArgoCd } from './argocd.ts';
import { observe, type Observations, type Plan } from './observe.ts';

const KINDS = [
  'OpenSearchActionGroup',
  'OpenSearchConnection',
  'OpenSearchRole',
  'OpenSearchRoleMapping',
  'OpenSearchSecurityConfig',
  'OpenSearchTenant',
  'OpenSearchUser',
];

/** The real controller and repo server, with the scripts and the application of deploy/argocd. All plans go on at once. */
export function describeArgoCd(plans: readonly Plan[], timeoutMs: number): void {
  describe('Argo CD', () => {
    let argocd: ArgoCd | undefined;
    let results: readonly PromiseSettledResult<Observations>[] = [];

    beforeAll(async () => {
      const started = await ArgoCd.start((await realStack()).stack);
      argocd = started;
      results = await Promise.allSettled(plans.map((plan) => observe(started, plan)));
    }, timeoutMs);
    afterAll(() => argocd?.stop());

    describe.each(plans)('$mode, applied in this order: $order', (plan) => {
      let seen: Observations;

      beforeAll(() => {
        const result = results[plans.indexOf(plan)];
        if (result?.status !== 'fulfilled') throw result?.reason;
        seen = result.value;
      });

      it('takes what no operator has looked at for progressing', () => {
        expect([...new Set(seen.applied.map(({ kind }) => kind))].sort()).toEqual(KINDS);
        expect(new Set(seen.applied.map(({ health }) => health?.status))).toEqual(new Set(['Progressing']));
      });

      it('takes nothing for degraded on the way to healthy, whatever waits for what', () => {
        expect(seen.onTheWay.at(-1)).toBe('Healthy');
        expect(seen.onTheWay).not.toContain('Degraded');
      });

      it('takes each kind for healthy when it is in force', () => {
        expect(seen.inForce).toHaveLength(seen.applied.length);
        expect(new Set(seen.inForce.map(({ health }) => health?.status))).toEqual(new Set(['Healthy']));
      });

      it(`shows it as synced, and nobody writes, while nothing changes for ${plan.restMs / 1000} s`, () => {
        expect(seen.atRest).toEqual(['Synced Healthy']);
        expect(seen.movedAtRest).toEqual([]);
      });

      it('puts back what somebody edits in Kubernetes', () => {
        expect(seen.healed).toMatch(/^Dashboards of/);
      });

      it('takes a broken spec for degraded, and says which field is wrong', () => {
        expect(seen.degraded.health?.message).toMatch(/spec\.indexPermissions\[0\]\.dls is not valid JSON/);
      });

      it('takes a paused object for suspended, and still for synced', () => {
        expect(seen.suspended).toMatchObject({ health: { status: 'Suspended' }, sync: 'Synced' });
      });

      it('deletes the application with all it made, in Kubernetes and in OpenSearch', () => {
        expect(seen.left).toEqual([]);
      });
    });
  });
}
