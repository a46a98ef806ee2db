import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Scenario } from '../support/scenario.ts';
import { waitFor } from '../support/wait-for.ts';

const ODD_NAMES = [
  'a/b',
  'a~b',
  '~/',
  '50%',
  'a.b',
  'two words',
  'größe-名前',
  'q"uote',
  'back\\slash',
  'star*',
  'comma,colon:',
  '?query#hash',
  '__proto__',
];

describe('names that Kubernetes does not allow', () => {
  let scenario: Scenario;

  beforeAll(async () => {
    scenario = await Scenario.start();
    await scenario.connect();
    scenario.startOperator();
  });
  afterAll(() => scenario.stop());

  it('reach OpenSearch as they are written, and are deleted from there', async () => {
    const names = ODD_NAMES.map((odd) => (odd === '__proto__' ? odd : `${scenario.namespace}-${odd}`));
    for (const [index, name] of names.entries())
      await scenario.create('OpenSearchTenant', `odd-${index}`, { name, description: `odd ${index}` });
    await scenario.untilAllReady(['OpenSearchTenant']);
    for (const [index, name] of names.entries())
      expect(await scenario.entity('tenants', name)).toMatchObject({ description: `odd ${index}` });
    for (const index of names.keys()) await scenario.delete('OpenSearchTenant', `odd-${index}`);
    for (const index of names.keys()) await scenario.untilGone('OpenSearchTenant', `odd-${index}`);
    const left = await scenario.search.ok<Record<string, unknown>>('GET', '/_plugins/_security/api/tenants');
    expect(names.filter((name) => Object.hasOwn(left, name))).toEqual([]);
  });

  it.each(['a~0b', 'a~1b'])(
    'are refused with a message by the API server when OpenSearch cannot address them: %s',
    async (odd) => {
      const path = `/apis/security.opensearch.org/v1alpha1/namespaces/${scenario.namespace}/opensearchtenants`;
      const body = {
        apiVersion: 'security.opensearch.org/v1alpha1',
        kind: 'OpenSearchTenant',
        metadata: { name: 'refused' },
        spec: { name: odd },
      };
      const answer = await scenario.kube.call('POST', path, body);
      expect(answer.status).toBe(422);
      expect(JSON.stringify(answer.body)).toMatch(/~0.*~1/);
    },
  );

  it('move with an object that is made again under another name', async () => {
    const [first, second] = [`${scenario.namespace}-first`, `${scenario.namespace}-second`];
    await scenario.create('OpenSearchTenant', 'again', { name: first });
    await scenario.untilReason('OpenSearchTenant', 'again', 'Applied');
    await scenario.delete('OpenSearchTenant', 'again');
    await scenario.untilGone('OpenSearchTenant', 'again');
    await scenario.create('OpenSearchTenant', 'again', { name: second });
    await scenario.untilReason('OpenSearchTenant', 'again', 'Applied');
    await waitFor('the first name to be free', async () =>
      (await scenario.entity('tenants', first)) === undefined ? true : undefined,
    );
    expect(await scenario.entity('tenants', second)).toBeDefined();
  });
});
