import { expect, test } from '@jest/globals';
import type { OpenSearchClient } from '../../../src/clients/opensearch.ts';
import { upgradeApi } from '../../../src/commit/config/upgrade-api.ts';
import { NotInForceError } from '../../../src/errors.ts';

test.each([
  ['performed', 200, { status: 'OK', upgrades: { roles: { add: ['new_role'] } } }],
  [
    'failed',
    400,
    { status: 'BAD_REQUEST', message: 'Error applying configuration, see the log file to troubleshoot.' },
  ],
  ['refused', 400, { status: 'BAD_REQUEST', message: "Unable to upgrade, no differences found in 'roles' config" }],
])('an upgrade is told as %s by the answer %i', async (type, status, body) => {
  const client = { request: () => Promise.resolve({ status, body }) };
  const api = upgradeApi(client as unknown as OpenSearchClient, 'Plugins');
  expect(await api.perform(undefined)).toEqual({
    type,
    ...(status === 400 ? { words: (body as { message: string }).message } : {}),
  });
});

test('a flush after it that one node cannot do leaves it open, to be done again', async () => {
  const body = { status: 'INTERNAL_SERVER_ERROR', message: 'Cannot flush cache due to Failed node [abc]' };
  const client = { request: () => Promise.resolve({ status: 500, body, headers: {} }) };
  const api = upgradeApi(client as unknown as OpenSearchClient, 'Plugins');
  await expect(api.load()).rejects.toThrow(NotInForceError);
});
