import { describe, expect, test } from '@jest/globals';
import { loadInstallationKey } from '../../src/commit/installation-key.ts';
import { KubernetesError, SettingsError } from '../../src/errors.ts';
import { FakeKubernetes } from '../support/fake-kubernetes.ts';

const NAMESPACE = 'opensearch-security';
const NAME = 'opensearch-security-operator-key';

function load(kubernetes: FakeKubernetes, fill = 1): Promise<Uint8Array> {
  return loadInstallationKey(kubernetes.client, NAMESPACE, (count) => new Uint8Array(count).fill(fill));
}

function methods(kubernetes: FakeKubernetes): readonly string[] {
  return kubernetes.requests.map(({ method }) => method);
}

describe('the key of the installation', () => {
  test('is made when there is none, of 32 random bytes, in a Secret that says whose it is', async () => {
    const kubernetes = new FakeKubernetes();
    expect(await load(kubernetes)).toEqual(Buffer.alloc(32, 1));
    expect(kubernetes.get('secrets', NAMESPACE, NAME)).toMatchObject({
      metadata: { labels: { 'app.kubernetes.io/managed-by': 'opensearch-security-operator' } },
      immutable: true,
      data: { key: Buffer.alloc(32, 1).toString('base64') },
    });
  });

  test('is the same after a restart, for one GET', async () => {
    const kubernetes = new FakeKubernetes();
    await load(kubernetes);
    kubernetes.requests.length = 0;
    expect(await load(kubernetes, 2)).toEqual(Buffer.alloc(32, 1));
    expect(methods(kubernetes)).toEqual(['GET']);
  });

  test('is the same for two that start in the same moment', async () => {
    const kubernetes = new FakeKubernetes();
    const [one, other] = await Promise.all([load(kubernetes, 1), load(kubernetes, 2)]);
    expect(one).toEqual(other);
    expect(methods(kubernetes)).toEqual(['GET', 'GET', 'POST', 'POST', 'GET']);
  });

  test.each<[string, Record<string, string>]>([
    ['nothing', {}],
    ['too little', { key: Buffer.alloc(31).toString('base64') }],
    ['what is not base64', { key: '!!!' }],
  ])('is refused when the Secret holds %s, and the message says what to do', async (_name, data) => {
    const kubernetes = new FakeKubernetes();
    kubernetes.create('secrets', NAMESPACE, { metadata: { name: NAME }, data });
    const failure = load(kubernetes);
    await expect(failure).rejects.toBeInstanceOf(SettingsError);
    await expect(failure).rejects.toThrow(`the Secret ${NAMESPACE}/${NAME} holds no key of 32 bytes`);
  });

  test('is not made anew when the Secret cannot be read', async () => {
    const kubernetes = new FakeKubernetes();
    kubernetes.refuse = () => new KubernetesError('forbidden', 403, 'Forbidden');
    await expect(load(kubernetes)).rejects.toMatchObject({ status: 403 });
    expect(methods(kubernetes)).toEqual(['GET']);
  });

  test('is told when it may not be made', async () => {
    const kubernetes = new FakeKubernetes();
    kubernetes.refuse = ({ method }) => (method === 'POST' ? new KubernetesError('no', 403, 'Forbidden') : undefined);
    await expect(load(kubernetes)).rejects.toMatchObject({ status: 403 });
  });
});
