import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { anotherAuthority } from '../support/another-authority.ts';
import type { Fault, Recorded } from '../support/recording-proxy.ts';
import { rightsMode } from '../support/rights.ts';
import { readyOf, Scenario, type KindName } from '../support/scenario.ts';

const CONFLICT = JSON.stringify({ kind: 'Status', message: 'it has been modified', reason: 'Conflict', code: 409 });

describe('an operator with the rights of the chart', () => {
  let scenario: Scenario;

  beforeEach(async () => {
    scenario = await Scenario.start();
  });
  afterEach(() => scenario.stop());

  it('puts its finalizer on an object of any kind that somebody edits in that moment', async () => {
    const name = scenario.namespace;
    const objects: readonly (readonly [KindName, object])[] = [
      ['OpenSearchActionGroup', { allowedActions: ['indices:data/read/get'] }],
      ['OpenSearchTenant', {}],
      ['OpenSearchRole', {}],
      ['OpenSearchUser', { generatePassword: { secretName: name } }],
      ['OpenSearchRoleMapping', { role: name, users: [name] }],
      ['OpenSearchSecurityConfig', { nodesDn: { [name]: ['CN=node,O=other'] } }],
    ];
    const refused = refuseFirstFinalizers();
    await scenario.connectAsAdmin();
    scenario.startOperator();
    for (const [kind, spec] of objects) await scenario.create(kind, name, spec);
    await scenario.untilAllReady(objects.map(([kind]) => kind));
    const all = [['OpenSearchConnection', 'default'], ...objects.map(([kind]) => [kind, name])] as [KindName, string][];
    for (const [kind, object] of all)
      expect((await scenario.get(kind, object))?.metadata.finalizers).toEqual(['security.opensearch.org/finalizer']);
    expect(refused.size).toBe(all.length);
    await scenario.delete('OpenSearchSecurityConfig', name);
    await scenario.untilGone('OpenSearchSecurityConfig', name);
  });

  /** @returns the paths of the objects whose first finalizer was refused */
  function refuseFirstFinalizers(): ReadonlySet<string> {
    const refused = new Set<string>();
    scenario.kubeProxy.fault = ({ method, path, body }: Recorded): Fault | undefined => {
      if (method !== 'PATCH' || !body.includes('"finalizers"') || refused.has(path)) return undefined;
      refused.add(path);
      return { type: 'answer', status: 409, body: CONFLICT };
    };
    return refused;
  }

  it('trusts the authority in a ConfigMap, and follows it when it changes', async () => {
    const [path, metadata] = [`/api/v1/namespaces/${scenario.namespace}/configmaps`, { name: 'authority' }];
    await scenario.kube.ok('POST', path, { metadata, data: { 'ca.crt': await anotherAuthority() } });
    scenario.startOperator();
    await scenario.connect({ tls: { caRef: { kind: 'ConfigMap', name: 'authority', key: 'ca.crt' } } });
    await scenario.untilReason('OpenSearchConnection', 'default', 'TLSVerificationFailed');
    await scenario.kube.ok('PUT', `${path}/authority`, { metadata, data: { 'ca.crt': scenario.real.caPem } });
    await scenario.untilReason('OpenSearchConnection', 'default', 'Connected');
  });

  if (rightsMode() === 'cluster')
    it('says of a connection in a namespace that nobody opened to it what it may not, and goes on once that is done', async () => {
      const other = await Scenario.start();
      try {
        scenario.startOperator();
        await other.connect();
        const closed = await other.untilReason('OpenSearchConnection', 'default', 'SecretNotFound');
        expect(readyOf(closed)?.message).toContain('cannot be read');
        expect(readyOf(closed)?.message).toContain(`cannot get resource "secrets"`);
        await scenario.rights.extendTo(other.namespace);
        await other.untilReason('OpenSearchConnection', 'default', 'Connected');
      } finally {
        await other.stop();
      }
    });
});
