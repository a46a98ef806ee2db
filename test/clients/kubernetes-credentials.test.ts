import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import { loadCredentials } from '../../src/clients/kubernetes-credentials.ts';
import { KubernetesClient } from '../../src/clients/kubernetes.ts';
import { issueCertificate, makeAuthority, type Authority } from '../stack/certificates.ts';

let folder: string;
let server: Server;
let client: KubernetesClient;
let nowMs: number;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'service-account-'));
  nowMs = 1000;
  jest.spyOn(performance, 'now').mockImplementation(() => nowMs);
});

afterEach(async () => {
  jest.restoreAllMocks();
  await client.close();
  server.close().closeAllConnections();
  rmSync(folder, { recursive: true });
});

async function authority(name: string): Promise<Authority> {
  const made = { certPath: join(folder, `${name}.pem`), keyPath: join(folder, `${name}-key.pem`) };
  await makeAuthority(made, name);
  return made;
}

/** As the kubelet mounts it. */
function mount(authorityInUse: Authority): void {
  writeFileSync(join(folder, 'ca.crt'), readFileSync(authorityInUse.certPath));
  writeFileSync(join(folder, 'token'), 'token');
  writeFileSync(join(folder, 'namespace'), 'operators');
}

async function serve(signedBy: Authority): Promise<number> {
  const request = { commonName: 'api', altNames: ['IP:127.0.0.1'] };
  const { certPem, keyPem } = await issueCertificate(signedBy, request);
  server = createServer({ cert: certPem, key: keyPem }, (_, response) => response.end('{}'));
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  return (server.address() as AddressInfo).port;
}

test('the API server is trusted after its authority was replaced, within a minute and without a new start', async () => {
  const [before, after] = [await authority('before'), await authority('after')];
  mount(before);
  const port = String(await serve(after));
  const place = { KUBERNETES_SERVICE_HOST: '127.0.0.1', KUBERNETES_SERVICE_PORT: port };
  client = new KubernetesClient(await loadCredentials(undefined, place, folder));
  const asking = (): Promise<unknown> => client.request({ method: 'GET', path: '/version' });
  await expect(asking()).rejects.toThrow(/not signed by a trusted authority/);
  mount(after);
  nowMs += 61_000;
  expect(await asking()).toEqual({});
});
