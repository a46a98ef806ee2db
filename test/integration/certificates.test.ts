import { X509Certificate } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { connect } from 'node:tls';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { request } from 'undici';
import type { OperatorProcess } from '../support/operator-process.ts';
import { conditionOf, Scenario, type LiveObject } from '../support/scenario.ts';
import { waitFor } from '../support/wait-for.ts';
import { localNames } from '../stack/certificates.ts';
import { issueCertificate } from '../stack/stack.ts';

const FLUSH = 'security.opensearch.org/flush-cache';

describe('the certificates of a connection', () => {
  let scenario: Scenario;
  let operator: OperatorProcess;
  let ends: string;

  beforeAll(async () => {
    scenario = await Scenario.start();
    const { caPem } = scenario.real;
    ends = day(readFileSync(nodeFile('node.pem'), 'utf8'));
    await scenario.adminSecret('admin-cert');
    await scenario.secret('opensearch-ca', { 'ca.crt': caPem });
    operator = scenario.startOperator();
    await asAdmin('admin', {});
  });
  afterAll(() => scenario.stop());

  function nodeFile(name: string): string {
    return join(scenario.real.cluster.nodes[0]?.home ?? '', 'config', name);
  }

  function day(certPem: string): string {
    return new Date(new X509Certificate(certPem).validTo).toISOString().slice(0, 10);
  }

  /** Straight to the node: a proxy could not show the client certificate. */
  async function asAdmin(name: string, certificates: object): Promise<LiveObject> {
    await scenario.create('OpenSearchConnection', name, {
      ...scenario.connectionSpec(),
      endpoints: [scenario.real.cluster.nodes[0]?.url],
      auth: { clientCertificate: { secretRef: { name: 'admin-cert' } } },
      certificates,
    });
    return scenario.untilReason('OpenSearchConnection', name, 'Connected');
  }

  async function untilEvent(name: string, reason: string): Promise<string> {
    return waitFor(
      `the event ${reason} of ${name}`,
      async () => (await scenario.events(name)).find((event) => event.reason === reason)?.message,
    );
  }

  /** When the certificate ends that the node shows to whoever connects now. */
  function shown(): Promise<string> {
    const { port } = new URL(scenario.real.cluster.nodes[0]?.url ?? '');
    return new Promise((resolve, reject) => {
      const socket = connect({ host: 'localhost', port: Number(port), ca: scenario.real.caPem }, () => {
        const { valid_to } = socket.getPeerCertificate();
        socket.destroy();
        resolve(new Date(valid_to).toISOString().slice(0, 10));
      });
      socket.once('error', reject);
    });
  }

  it('are those of each node, one for each layer, without the authority', async () => {
    const { status } = (await scenario.get('OpenSearchConnection', 'admin'))!;
    const names = scenario.real.cluster.nodes.map(({ name }) => name);
    expect(status['certificates']).toEqual(
      names.flatMap((node) =>
        ['http', 'transport'].map((kind) => ({
          node,
          kind,
          subject: 'CN=node,O=test',
          issuer: expect.stringContaining('CN='),
          notAfter: expect.stringMatching(new RegExp(`^${ends}T`)),
        })),
      ),
    );
  });

  it('are valid for long, and warned of when a connection asks for that earlier', async () => {
    const admin = await scenario.untilReason('OpenSearchConnection', 'admin', 'Connected');
    expect(conditionOf(admin, 'CertificatesValid')).toMatchObject({ status: 'True', reason: 'Valid' });
    const early = await asAdmin('early', { warnBeforeDays: 3650 });
    const warning = conditionOf(early, 'CertificatesValid');
    expect(warning).toMatchObject({ status: 'False', reason: 'CertificateExpiring' });
    expect(warning?.message).toContain(`http of node node-0 on ${ends}`);
    expect(warning?.message).toContain('the client certificate of this connection on ');
    await untilEvent('early', 'CertificateExpiring');
  });

  it('are metrics', async () => {
    const port = /"port":(\d+)/.exec(operator.output)?.[1] ?? '';
    const text = await (await request(`http://127.0.0.1:${port}/metrics`)).body.text();
    const name = 'opensearch_security_certificate_expiry_timestamp_seconds';
    const labels = `connection="${scenario.namespace}/admin",node="node-0",kind="transport"`;
    const seconds = Number(new RegExp(`^${name}\\{${labels}\\} (\\S+)$`, 'm').exec(text)?.[1]);
    expect(new Date(seconds * 1000).toISOString().slice(0, 10)).toBe(ends);
  });

  it('cannot be seen by a user of the API, which is nothing to complain of', async () => {
    await scenario.connect();
    const user = await scenario.untilReason('OpenSearchConnection', 'default', 'Connected');
    expect(user.status['certificates']).toBeUndefined();
    expect(conditionOf(user, 'CertificatesValid')).toBeUndefined();
    expect(user.status['pluginHealth']).toMatchObject({ status: 'UP' });
  });

  it('are read again by the nodes when the authority changes, if the connection asks for it', async () => {
    await asAdmin('reloading', { reload: true });
    const days = Math.ceil((Date.parse(ends) - Date.now()) / 86_400_000) + 30;
    const renewed = await issueCertificate(scenario.real.stack.ca, {
      commonName: 'node',
      organization: 'test',
      altNames: localNames,
      days,
    });
    // Written into the files that are there, which keeps their owner; and left there, as what the node works with now.
    writeFileSync(nodeFile('node.pem'), renewed.certPem);
    writeFileSync(nodeFile('node-key.pem'), renewed.keyPem);
    await scenario.secret('opensearch-ca', { 'ca.crt': `${scenario.real.caPem}\n${scenario.real.caPem}` });
    expect(await untilEvent('reloading', 'CertificatesReloaded')).toContain(scenario.real.cluster.nodes[0]?.url);
    expect(await shown()).toBe(day(renewed.certPem));
    await waitFor('the new certificate in the status', async () => {
      const { status } = (await scenario.get('OpenSearchConnection', 'reloading'))!;
      return JSON.stringify(status['certificates']).includes(day(renewed.certPem)) ? true : undefined;
    });
    expect((await scenario.events('admin')).map(({ reason }) => reason)).not.toContain('CertificatesReloaded');
  });

  it('are left alone when the user may not say so, and the event names the permission', async () => {
    await scenario.patch('OpenSearchConnection', 'default', { spec: { certificates: { reload: true } } });
    await scenario.untilReason('OpenSearchConnection', 'default', 'Connected');
    await scenario.secret('opensearch-ca', { 'ca.crt': scenario.real.caPem });
    expect(await untilEvent('default', 'CertificatesNotReloaded')).toContain('restapi:admin/ssl/certs/reload');
  });

  it('are beside the caches, which are flushed once for each new request', async () => {
    scenario.searchProxy.forget();
    const flushes = (): number => scenario.searchProxy.writes.filter(({ method }) => method === 'DELETE').length;
    for (const value of ['first', 'second']) {
      await scenario.patch('OpenSearchConnection', 'default', { metadata: { annotations: { [FLUSH]: value } } });
      await waitFor(`the flush ${value}`, async () => {
        const { status } = (await scenario.get('OpenSearchConnection', 'default'))!;
        return status['flushCacheHandledAt'] === value ? true : undefined;
      });
    }
    expect(flushes()).toBe(2);
    expect(scenario.searchProxy.writes.map(({ path }) => path)).toEqual(
      Array.from({ length: 2 }, () => '/_plugins/_security/api/cache'),
    );
    await untilEvent('default', 'CacheFlushed');
  });
});
