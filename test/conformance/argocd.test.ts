import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ArgoCd } from '../gitops/argocd.ts';
import { observe, type Observations, type Plan } from '../gitops/observe.ts';
import { realStack } from '../support/real-stack.ts';

const REST_MS = 30_000;

/** Of a configuration that all tests share, nothing is declared here; the long test declares what the example does. */
const files: Plan['files'] = ({ namespace }) =>
  new Map([
    [
      'security-config.yaml',
      `apiVersion: security.opensearch.org/v1alpha1
kind: OpenSearchSecurityConfig
metadata: { name: sso, namespace: ${namespace} }
spec: { dynamic: {} }
`,
    ],
  ]);

const PLANS: readonly Plan[] = [
  { mode: 'client-side', order: 'one wave', restMs: REST_MS, files },
  { mode: 'server-side apply', order: 'reversed', restMs: REST_MS, files },
  { mode: 'server-side diff', order: 'random', restMs: REST_MS, files },
];

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
describe('Argo CD', () => {
  let argocd: ArgoCd;
  let results: readonly PromiseSettledResult<Observations>[];

  beforeAll(async () => {
    argocd = await ArgoCd.start((await realStack()).stack);
    results = await Promise.allSettled(PLANS.map((plan) => observe(argocd, plan)));
  }, 300_000);
  afterAll(() => argocd.stop());

  describe.each(PLANS)('$mode, applied in this order: $order', (plan) => {
    let seen: Observations;

    beforeAll(() => {
      const result = results[PLANS.indexOf(plan)];
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

    it('takes each kind for healthy when it is in force, and says its message', () => {
      expect(new Set(seen.inForce.map(({ health }) => health?.status))).toEqual(new Set(['Healthy']));
    });

    it('shows it as synced, and nobody writes, while nothing changes', () => {
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
