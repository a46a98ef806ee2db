import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { purgeStack } from '../stack/stack.ts';
import { startOwnOpenSearch } from '../support/own-servers.ts';
import { readyOf, Scenario } from '../support/scenario.ts';

const KIND = 'OpenSearchSecurityConfig';
const PATH = '/_plugins/_security/api/securityconfig';
const VERSION = process.env['OPENSEARCH_VERSION'] ?? '3.4.0';
/** Both versions may be under test at once. */
const NAME = `${process.env['STACK_NAME'] ?? 'test'}-off-${VERSION.startsWith('2') ? '2' : '3'}`;

/** Servers of its own, where not even an administrator's certificate may change the configuration. */
describe('a change of the configuration where that is switched off', () => {
  let scenario: Scenario;

  beforeAll(async () => {
    const settings = {
      'plugins.security.restapi.admin.enabled': false,
      'plugins.security.unsupported.restapi.allow_securityconfig_modification': false,
    };
    const opensearch = [{ version: VERSION, nodes: 1, settings }];
    scenario = await Scenario.start((await startOwnOpenSearch({ name: NAME, opensearch })).real);
    await scenario.connectAsAdmin();
    scenario.startOperator();
    await scenario.untilReason('OpenSearchConnection', 'default', 'Connected');
  }, 300_000);
  afterAll(async () => {
    await scenario.stop();
    await purgeStack(NAME);
  }, 120_000);

  it.each(['Merge', 'Replace'])('names the setting, and nothing is written, with mode %s', async (mode) => {
    const before = await scenario.search.ok<{ config: { dynamic: object } }>('GET', PATH);
    const dynamic = { ...(mode === 'Replace' ? before.config.dynamic : {}), do_not_fail_on_forbidden: true };
    await scenario.create(KIND, 'one', { mode, dynamic, adoptionPolicy: 'Always' });
    const refused = await scenario.untilReason(KIND, 'one', 'Rejected');
    expect(readyOf(refused)?.message).toContain('unsupported.restapi.allow_securityconfig_modification');
    expect(await scenario.search.ok('GET', PATH)).toEqual(before);
    await scenario.delete(KIND, 'one');
    await scenario.untilGone(KIND, 'one');
  });
});
