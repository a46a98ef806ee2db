import { expect, test } from '@jest/globals';
import { ConfigBackups } from '../../../src/commit/config/config-backups.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { FakeKubernetes } from '../../support/fake-kubernetes.ts';

const JOURNAL = 'security.opensearch.org/journal';

async function withBackup(): Promise<{ kubernetes: FakeKubernetes; backups: ConfigBackups; secret: string }> {
  const kubernetes = new FakeKubernetes();
  const backups = new ConfigBackups({ kubernetes: kubernetes.client, namespace: 'platform', clock: new FakeClock() });
  const journal = {
    connection: 'team-a/default',
    clusterUuid: '',
    apiPrefix: 'Plugins',
    units: [],
    subjects: {},
  } as const;
  const { secretName } = await backups.open({ dynamic: { multi_rolespan_enabled: true } }, journal, []);
  return { kubernetes, backups, secret: secretName };
}

const encode = (text: string): string => Buffer.from(text).toString('base64');

test('a backup is read as it was written', async () => {
  const { backups } = await withBackup();
  const [backup] = await backups.load('team-a/default');
  expect(backup).toMatchObject({
    journal: { state: 'Open' },
    documents: { dynamic: { multi_rolespan_enabled: true } },
  });
});

test.each([
  ['is no JSON', { data: { securityconfig: encode('hunter2 {') } }, 'data.securityconfig'],
  ['was cut', { data: { securityconfig: encode('{"dynamic":{"key":"hunter2') } }, 'data.securityconfig'],
  ['is no object', { data: { securityconfig: encode('"hunter2"') } }, 'data.securityconfig'],
  ['has a journal that is no JSON', { metadata: { annotations: { [JOURNAL]: 'hunter2' } } }, JOURNAL],
])('one that %s names its Secret and what to do, and nothing that is in it', async (_, change, where) => {
  const { kubernetes, backups, secret } = await withBackup();
  const path = `/api/v1/namespaces/platform/secrets/${secret}`;
  await kubernetes.request({ method: 'PATCH', path, body: change });
  const error = await backups.load('team-a/default').catch((thrown: unknown) => thrown);
  expect(String(error)).toContain(`Secret platform/${secret}`);
  expect(String(error)).toContain(where);
  expect(String(error)).toMatch(/put back what was there, or delete the Secret/);
  expect(String(error)).not.toMatch(/hunter2|Unexpected|JSON/);
  expect((error as Error).cause).toBeUndefined();
});
