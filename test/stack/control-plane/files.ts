import { generateKeyPairSync } from 'node:crypto';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { issueCertificate, localNames } from '../certificates.ts';
import { toKubeconfig } from '../kubeconfig.ts';
import type { OwnStack } from '../stack-state.ts';

/** Paths of the files that the three processes share. */
export type ControlPlaneFiles = Readonly<
  Record<'folder' | 'certPath' | 'keyPath' | 'tokens' | 'accountKey' | 'auditPolicy' | 'kubeconfig', string>
>;

// Metadata tells verb, object, user and answer of each request: enough to count what a client does.
const auditPolicy = {
  apiVersion: 'audit.k8s.io/v1',
  kind: 'Policy',
  omitStages: ['RequestReceived'],
  rules: [{ level: 'Metadata' }],
};

/** Writes what the control plane reads. Keys and certificates of an earlier start are kept. */
export async function writeControlPlaneFiles(stack: OwnStack): Promise<ControlPlaneFiles> {
  const files = paths(stack);
  mkdirSync(files.folder, { recursive: true, mode: 0o700 });
  if (!existsSync(files.accountKey)) writeSecret(files.accountKey, accountKey());
  if (!existsSync(files.certPath)) {
    const names = [
      ...localNames,
      'DNS:kubernetes',
      'DNS:kubernetes.default',
      'DNS:kubernetes.default.svc',
      'IP:10.0.0.1',
    ];
    const { certPem, keyPem } = await issueCertificate(stack.ca, { commonName: 'kube-apiserver', altNames: names });
    writeSecret(files.keyPath, keyPem);
    writeSecret(files.certPath, certPem);
  }
  writeSecret(files.tokens, `${stack.apiServer.token},admin,admin,"system:masters"\n`);
  writeSecret(files.auditPolicy, JSON.stringify(auditPolicy, undefined, 2));
  const { url: server, caPath, token } = stack.apiServer;
  writeSecret(files.kubeconfig, toKubeconfig({ server, ca: { path: caPath }, token }));
  return files;
}

function paths(stack: OwnStack): ControlPlaneFiles {
  const folder = join(stack.runDir, 'control-plane');
  return {
    folder,
    certPath: join(folder, 'apiserver.pem'),
    keyPath: join(folder, 'apiserver-key.pem'),
    tokens: join(folder, 'tokens.csv'),
    accountKey: join(folder, 'service-account-key.pem'),
    auditPolicy: join(folder, 'audit-policy.json'),
    kubeconfig: stack.kubeconfig,
  };
}

function accountKey(): string {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  return privateKey.export({ type: 'pkcs1', format: 'pem' }).toString();
}

function writeSecret(path: string, content: string): void {
  writeFileSync(path, content, { mode: 0o600 });
}
