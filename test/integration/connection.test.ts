import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { conditionOf, readyOf, Scenario } from '../support/scenario.ts';
import { anotherAuthority } from '../support/another-authority.ts';
import { waitFor } from '../support/wait-for.ts';

/** Nothing listens there: the port is reserved. */
const DEAD_ENDPOINT = 'https://localhost:1';

describe('a connection', () => {
  let scenario: Scenario;

  beforeEach(async () => {
    scenario = await Scenario.start();
  });
  afterEach(() => scenario.stop());

  async function declareRole(): Promise<string> {
    const name = `${scenario.namespace}-role`;
    await scenario.create('OpenSearchRole', name, { clusterPermissions: ['cluster_monitor'] });
    return name;
  }

  it('that does not exist is told on the object, which goes on when it is made', async () => {
    scenario.startOperator();
    const role = await declareRole();
    const waiting = await scenario.untilReason('OpenSearchRole', role, 'ConnectionNotFound');
    expect(conditionOf(waiting, 'Reconciling')).toMatchObject({ status: 'True' });
    expect(conditionOf(waiting, 'Stalled')).toBeUndefined();
    expect(readyOf(waiting)?.message).toContain(`${scenario.namespace}/default`);
    await scenario.connect();
    await scenario.untilReason('OpenSearchRole', role, 'Applied');
  });

  it('without its Secret, then without a key, then with a wrong login, says so each time and heals', async () => {
    scenario.startOperator();
    await scenario.connect();
    await scenario.untilReason('OpenSearchConnection', 'default', 'Connected');
    await scenario.deleteSecret('opensearch-admin');
    const missing = await scenario.untilReason('OpenSearchConnection', 'default', 'SecretNotFound');
    expect(readyOf(missing)?.message).toContain(`Secret ${scenario.namespace}/opensearch-admin does not exist`);
    const role = await declareRole();
    await scenario.untilReason('OpenSearchRole', role, 'ConnectionNotReady');
    await scenario.secret('opensearch-admin', { username: 'admin' });
    await waitFor('the missing key to be told', async () => {
      const connection = await scenario.get('OpenSearchConnection', 'default');
      return connection !== undefined && readyOf(connection)?.message.includes('has no key "password"') === true
        ? true
        : undefined;
    });
    await scenario.secret('opensearch-admin', { username: 'nobody', password: 'not-the-password-at-all' });
    const refused = await scenario.untilReason('OpenSearchConnection', 'default', 'AuthenticationFailed');
    expect(conditionOf(refused, 'Stalled')).toMatchObject({ status: 'True' });
    await scenario.secret('opensearch-admin', { username: 'admin', password: 'admin' });
    await scenario.untilReason('OpenSearchConnection', 'default', 'Connected');
    await scenario.untilReason('OpenSearchRole', role, 'Applied');
    const everything =
      JSON.stringify([await scenario.get('OpenSearchConnection', 'default'), await scenario.events('default')]) +
      scenario.log;
    expect(everything).not.toContain('not-the-password-at-all');
  });

  it('to a server whose certificate is not trusted says so, and heals with the right CA', async () => {
    scenario.startOperator();
    await scenario.connect();
    await scenario.untilReason('OpenSearchConnection', 'default', 'Connected');
    await scenario.secret('opensearch-ca', { 'ca.crt': await anotherAuthority() });
    const refused = await scenario.untilReason('OpenSearchConnection', 'default', 'TLSVerificationFailed');
    expect(conditionOf(refused, 'Stalled')).toMatchObject({ status: 'True' });
    expect(readyOf(refused)?.message).toContain('spec.tls.caRef');
    await scenario.secret('opensearch-ca', { 'ca.crt': scenario.real.caPem });
    await scenario.untilReason('OpenSearchConnection', 'default', 'Connected');
  });

  it('under a host name that the certificate does not have says so', async () => {
    scenario.startOperator();
    await scenario.connect({
      tls: { caRef: { kind: 'Secret', name: 'opensearch-ca', key: 'ca.crt' }, serverName: 'elsewhere.example' },
    });
    const refused = await scenario.untilReason('OpenSearchConnection', 'default', 'TLSVerificationFailed');
    expect(readyOf(refused)?.message).toContain('spec.tls.serverName');
  });

  it('to a cluster that is down at the start waits, with few attempts, and goes on when it is up', async () => {
    await scenario.connect();
    await scenario.searchProxy.goDown();
    scenario.startOperator();
    const role = await declareRole();
    const down = await scenario.untilReason('OpenSearchConnection', 'default', 'Unreachable');
    expect(conditionOf(down, 'Reconciling')).toMatchObject({ status: 'True' });
    await scenario.untilReason('OpenSearchRole', role, 'ConnectionNotReady');
    await scenario.searchProxy.listen();
    await scenario.untilReason('OpenSearchRole', role, 'Applied');
    await scenario.untilReason('OpenSearchConnection', 'default', 'Connected');
  });

  it('to a cluster that goes down later keeps what is in force ready, holds what is new, and catches up', async () => {
    scenario.startOperator();
    await scenario.connect();
    const role = await declareRole();
    await scenario.untilReason('OpenSearchRole', role, 'Applied');
    await scenario.searchProxy.goDown();
    await scenario.untilReason('OpenSearchConnection', 'default', 'Unreachable');
    await scenario.create('OpenSearchTenant', `${scenario.namespace}-late`, {});
    await scenario.untilReason('OpenSearchTenant', `${scenario.namespace}-late`, 'ConnectionNotReady');
    expect(readyOf((await scenario.get('OpenSearchRole', role))!)).toMatchObject({ status: 'True' });
    await scenario.searchProxy.listen();
    await scenario.untilReason('OpenSearchTenant', `${scenario.namespace}-late`, 'Applied');
  });

  it('goes to the next endpoint when one is dead', async () => {
    scenario.startOperator();
    await scenario.connect({ endpoints: [DEAD_ENDPOINT, scenario.searchProxy.url] });
    await scenario.untilReason('OpenSearchRole', await declareRole(), 'Applied');
  });

  it('refuses to ask a metadata service', async () => {
    scenario.startOperator();
    await scenario.connect({ endpoints: ['https://169.254.169.254'] });
    const refused = await scenario.untilReason('OpenSearchConnection', 'default', 'InvalidSpec');
    expect(readyOf(refused)?.message).toContain('169.254.169.254');
  });

  it('logs in with a client certificate', async () => {
    const { cluster, caPem } = scenario.real;
    await scenario.adminSecret('cert');
    await scenario.secret('opensearch-ca', { 'ca.crt': caPem });
    scenario.startOperator();
    await scenario.create('OpenSearchConnection', 'default', {
      endpoints: [cluster.nodes[0]?.url],
      auth: { clientCertificate: { secretRef: { name: 'cert' } } },
      tls: { caRef: { kind: 'Secret', name: 'opensearch-ca', key: 'ca.crt' } },
    });
    const ready = await scenario.untilReason('OpenSearchConnection', 'default', 'Connected');
    expect(ready.status).toMatchObject({
      version: cluster.version,
      authenticatedAs: { method: 'ClientCertificate' },
      pluginHealth: { status: 'UP' },
    });
    await scenario.untilReason('OpenSearchRole', await declareRole(), 'Applied');
  });

  it('speaks to clusters that only know the old prefix', async () => {
    scenario.searchProxy.fault = ({ path }) =>
      path.startsWith('/_plugins/')
        ? { type: 'answer', status: 400, body: '{"error":"no handler found for uri [x] and method [GET]"}' }
        : undefined;
    scenario.startOperator();
    await scenario.connect();
    const ready = await scenario.untilReason('OpenSearchConnection', 'default', 'Connected');
    expect(ready.status).toMatchObject({ apiPrefix: 'Opendistro', version: scenario.real.cluster.version });
    await scenario.untilReason('OpenSearchRole', await declareRole(), 'Applied');
  });

  it('as a user who may not use the API says which setting is missing', async () => {
    const name = `${scenario.namespace}-nobody`;
    const password = 'Correct-Horse-7-Battery';
    await scenario.search.ok('PUT', `/_plugins/_security/api/internalusers/${name}`, { password });
    scenario.startOperator();
    await scenario.connect();
    await scenario.secret('opensearch-admin', { username: name, password });
    await declareRole();
    const refused = await scenario.untilReason('OpenSearchConnection', 'default', 'Forbidden');
    expect(readyOf(refused)?.message).toContain('plugins.security.restapi.roles_enabled');
    await scenario.search.ok('DELETE', `/_plugins/_security/api/internalusers/${name}`);
  });

  it('to a cluster whose Security plugin lets nobody in is told as that, not as wrong credentials, and heals', async () => {
    scenario.startOperator();
    await scenario.connect();
    const role = await declareRole();
    await scenario.untilReason('OpenSearchRole', role, 'Applied');
    const config = await scenario.search.ok<{ config: { dynamic: object } }>(
      'GET',
      '/_plugins/_security/api/securityconfig',
    );
    try {
      await scenario.search.ok('PUT', '/_plugins/_security/api/securityconfig/config', { dynamic: {} });
      await scenario.untilReason('OpenSearchConnection', 'default', 'NotInitialized');
    } finally {
      await scenario.search.ok('PUT', '/_plugins/_security/api/securityconfig/config', {
        dynamic: config.config.dynamic,
      });
    }
    await scenario.untilReason('OpenSearchConnection', 'default', 'Connected');
  });

  it('in another namespace serves only what it allows and grants', async () => {
    const tenant = await Scenario.start();
    try {
      await scenario.rights.extendTo(tenant.namespace);
      scenario.startOperator();
      await scenario.connect();
      const connectionRef = { name: 'default', namespace: scenario.namespace };
      const [inside, outside] = [`${tenant.namespace}-inside`, `${tenant.namespace}-outside`];
      await tenant.create('OpenSearchTenant', inside, { connectionRef });
      await tenant.create('OpenSearchTenant', outside, { connectionRef, name: `${scenario.namespace}-outside` });
      const refused = await tenant.untilReason('OpenSearchTenant', inside, 'NotPermitted');
      expect(readyOf(refused)?.message).toContain('spec.allowedNamespaces');
      const namespaces = { names: [tenant.namespace] };
      await scenario.patch('OpenSearchConnection', 'default', {
        spec: {
          allowedNamespaces: namespaces,
          grants: [{ namespaces, kinds: ['OpenSearchTenant'], names: [`${tenant.namespace}-*`] }],
        },
      });
      await tenant.untilReason('OpenSearchTenant', inside, 'Applied');
      const beyond = await tenant.untilReason('OpenSearchTenant', outside, 'NotPermitted');
      expect(readyOf(beyond)?.message).toContain(`${scenario.namespace}-outside`);
      expect(await scenario.entity('tenants', `${scenario.namespace}-outside`)).toBeUndefined();
    } finally {
      await tenant.stop();
    }
  });
});
