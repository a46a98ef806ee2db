import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ensureProcess, type BackgroundCommand } from '../background-process.ts';
import { httpsGet } from '../https-get.ts';
import { step, type Log } from '../progress.ts';
import type { OwnStack } from '../stack-state.ts';
import { waitUntilReady } from '../wait-until.ts';
import { controlPlaneProgram } from './binary.ts';
import { writeControlPlaneFiles, type ControlPlaneFiles } from './files.ts';

const timeoutMs = 120_000;

// Without a kubelet no pod runs; these are what namespaces, owner references and service account tokens need.
const controllers = [
  'garbage-collector-controller',
  'namespace-controller',
  'serviceaccount-controller',
  'serviceaccount-token-controller',
  'root-ca-certificate-publisher-controller',
];

/** Starts etcd, kube-apiserver and kube-controller-manager, as far as they do not run, and waits until they work. */
export async function startControlPlane(stack: OwnStack, log: Log): Promise<void> {
  const [program, files] = await Promise.all([controlPlaneProgram(log), writeControlPlaneFiles(stack)]);
  await step(log, 'start the Kubernetes control plane', async () => {
    const command = (name: string, args: readonly string[]): BackgroundCommand => {
      const logPath = join(files.folder, `${name}.log`);
      return { name, command: program, args: [name, ...args], cwd: files.folder, logPath };
    };
    await ensureProcess(stack.runDir, command('etcd', etcdArgs(stack)));
    const server = await ensureProcess(stack.runDir, command('kube-apiserver', apiServerArgs(stack, files)));
    await waitUntilReady({ process: server, timeoutMs, probe: () => isFound(stack, '/readyz') });
    const manager = await ensureProcess(stack.runDir, command('kube-controller-manager', managerArgs(stack, files)));
    const account = '/api/v1/namespaces/default/serviceaccounts/default';
    await waitUntilReady({ process: manager, timeoutMs, probe: () => isFound(stack, account) });
  });
}

async function isFound({ apiServer }: OwnStack, path: string): Promise<boolean> {
  const caller = { ca: readFileSync(apiServer.caPath, 'utf8'), authorization: `Bearer ${apiServer.token}` };
  return (await httpsGet(`${apiServer.url}${path}`, caller)).status === 200;
}

function etcdArgs({ etcd }: OwnStack): string[] {
  const client = `http://127.0.0.1:${etcd.clientPort}`;
  const peer = `http://127.0.0.1:${etcd.peerPort}`;
  return flags({
    'data-dir': 'etcd-data',
    'listen-client-urls': client,
    'advertise-client-urls': client,
    'listen-peer-urls': peer,
    'initial-advertise-peer-urls': peer,
    'initial-cluster': `default=${peer}`,
    // Test data need not outlive a power cut, and a test should not wait for the disk.
    'unsafe-no-fsync': 'true',
    'log-level': 'error',
  });
}

function apiServerArgs({ etcd, apiServer }: OwnStack, files: ControlPlaneFiles): string[] {
  const audit = { 'audit-policy-file': files.auditPolicy, 'audit-log-path': apiServer.auditLog ?? '' };
  return flags({
    'etcd-servers': `http://127.0.0.1:${etcd.clientPort}`,
    'secure-port': String(apiServer.port),
    'bind-address': '127.0.0.1',
    'advertise-address': '127.0.0.1',
    'tls-cert-file': files.certPath,
    'tls-private-key-file': files.keyPath,
    'service-account-key-file': files.accountKey,
    'service-account-signing-key-file': files.accountKey,
    'service-account-issuer': 'https://kubernetes.default.svc',
    'authorization-mode': 'RBAC',
    'token-auth-file': files.tokens,
    'service-cluster-ip-range': '10.0.0.0/24',
    // A loopback address cannot be an endpoint; the reconciler would only complain about it.
    'endpoint-reconciler-type': 'none',
    'disable-admission-plugins': 'ServiceAccount',
    ...(apiServer.auditLog === undefined ? {} : audit),
  });
}

function managerArgs(stack: OwnStack, files: ControlPlaneFiles): string[] {
  return flags({
    kubeconfig: files.kubeconfig,
    // Said here too, so that another port means another command line and with it a restart.
    master: stack.apiServer.url,
    'authentication-kubeconfig': files.kubeconfig,
    'authorization-kubeconfig': files.kubeconfig,
    controllers: controllers.join(','),
    'leader-elect': 'false',
    'secure-port': '0',
    'service-account-private-key-file': files.accountKey,
    'root-ca-file': stack.ca.certPath,
    'concurrent-gc-syncs': '2',
    'concurrent-namespace-syncs': '2',
  });
}

function flags(values: Readonly<Record<string, string>>): string[] {
  return Object.entries(values).map(([name, value]) => `--${name}=${value}`);
}
