import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { delimiter } from 'node:path';
import type { ConnectionOptions } from 'node:tls';
import { SettingsError } from '../errors.ts';

export type Headers = Readonly<Record<string, string>>;

/** The part of Node's TLS options that is used. */
export type TlsOptions = Pick<
  ConnectionOptions,
  'ca' | 'cert' | 'key' | 'servername' | 'rejectUnauthorized' | 'minVersion'
>;

/** Where the API server is and how to enter it. Holds secrets: never log it. */
export interface KubernetesCredentials {
  readonly server: string;
  /** Called for each connection, since authorities rotate. */
  readonly tls: () => Promise<TlsOptions>;
  /** Called for each request, since tokens rotate. */
  readonly headers: () => Promise<Headers>;
  /** The namespace that this process belongs to. */
  readonly namespace: string;
}

const SERVICE_ACCOUNT = '/var/run/secrets/kubernetes.io/serviceaccount';
/** Tokens are renewed long before their end (the kubelet's at four fifths), so reading files once a minute is enough. */
const FILE_AGE_MS = 60_000;

/** From `kubeconfig`, or from the pod's service account when that is undefined. @throws SettingsError when there is neither */
export async function loadCredentials(
  kubeconfig: string | undefined,
  environment: Readonly<Record<string, string | undefined>>,
  serviceAccount = SERVICE_ACCOUNT,
): Promise<KubernetesCredentials> {
  if (kubeconfig !== undefined && kubeconfig !== '') return fromKubeconfig(kubeconfig);
  const host = environment['KUBERNETES_SERVICE_HOST'];
  if (host === undefined || !existsSync(`${serviceAccount}/token`)) {
    throw new SettingsError('no Kubernetes credentials: set KUBECONFIG, or run in a pod with a service account');
  }
  return inCluster(
    serviceAccount,
    host.includes(':') ? `[${host}]` : host,
    environment['KUBERNETES_SERVICE_PORT'] ?? '443',
  );
}

async function inCluster(folder: string, host: string, port: string): Promise<KubernetesCredentials> {
  const tls = remember(async () => ({ ca: await readFile(`${folder}/ca.crt`, 'utf8') }));
  await tls();
  const namespace = (await readFile(`${folder}/namespace`, 'utf8')).trim();
  const headers = remember(async () => ({
    authorization: `Bearer ${(await readFile(`${folder}/token`, 'utf8')).trim()}`,
  }));
  return { server: `https://${host}:${port}`, tls, headers, namespace };
}

/** One path or several, as `KUBECONFIG` has them. The library is large and slow to load, so only a process that has a kubeconfig pays for it. */
async function fromKubeconfig(path: string): Promise<KubernetesCredentials> {
  const { KubeConfig } = await import('@kubernetes/client-node');
  const [first = path, ...others] = path.split(delimiter).filter((part) => part !== '');
  const config = new KubeConfig();
  config.loadFromFile(first);
  for (const other of others) {
    const more = new KubeConfig();
    more.loadFromFile(other);
    config.mergeConfig(more);
  }
  const cluster = config.getCurrentCluster();
  if (cluster === null) throw new SettingsError(`${path} has no current context: run kubectl config use-context`);
  const options: ConnectionOptions & { headers?: Record<string, string> } = {};
  await config.applyToHTTPSOptions(options);
  const { ca, cert, key, servername, rejectUnauthorized } = options;
  const tls = Object.fromEntries(
    Object.entries({ ca, cert, key, servername, rejectUnauthorized }).filter(([, v]) => v !== undefined),
  );
  const headers = remember(async () => {
    const fresh: { headers?: Record<string, string> } = {};
    await config.applyToHTTPSOptions(fresh);
    return { ...fresh.headers };
  });
  const context = config.getContextObject(config.getCurrentContext());
  return {
    server: cluster.server.replace(/\/$/, ''),
    tls: () => Promise.resolve(tls),
    headers,
    namespace: context?.namespace ?? 'default',
  };
}

function remember<T>(load: () => Promise<T>): () => Promise<T> {
  let loaded: Promise<T> | undefined;
  let loadedAt = 0;
  return () => {
    if (loaded === undefined || performance.now() - loadedAt > FILE_AGE_MS) {
      loaded = load();
      loadedAt = performance.now();
      loaded.catch(() => (loaded = undefined));
    }
    return loaded;
  };
}
