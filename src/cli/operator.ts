import { randomBytes } from 'node:crypto';
import { KubernetesClient } from '../clients/kubernetes.ts';
import { loadCredentials, type KubernetesCredentials } from '../clients/kubernetes-credentials.ts';
import { systemClock } from '../clock.ts';
import { openCluster } from '../commit/cluster.ts';
import { ConfigBackups } from '../commit/config/config-backups.ts';
import { openGuarded } from '../commit/config/open-guarded.ts';
import { loadInstallationKey } from '../commit/installation-key.ts';
import { Ledger } from '../commit/ledger.ts';
import { openPasswords } from '../commit/passwords/passwords.ts';
import { startOperator, type OperatorOptions, type OuterWorld } from '../engine/start-operator.ts';
import { kinds } from '../kinds/index.ts';
import { createLog } from '../log.ts';
import { createMetrics } from '../metrics.ts';
import { collectProcessMetrics } from '../metrics/process-metrics.ts';
import { EventRecorder } from '../status/event-recorder.ts';
import { ObjectWriter } from '../status/object-writer.ts';
import { SecretWriter } from '../status/secret-writer.ts';
import { StatusQueue } from '../status/status-queue.ts';
import { serveHttp, type HealthQuestions } from './http-server.ts';
import type { OperatorSettings } from './options.ts';

/** A connection that is deleted together with its objects sees them go within this time. */
const CONNECTION_LINGER_MS = 5000;

/** Runs the controller until the signal is aborted; commits that are under way are finished first. */
export async function runOperator(
  settings: OperatorSettings,
  environment: Readonly<Record<string, string | undefined>>,
  signal: AbortSignal,
): Promise<void> {
  const credentials = await loadCredentials(settings.kubeconfig, environment);
  const { world, tools, close } = createWorld(settings, credentials);
  const { log, metrics } = world;
  collectProcessMetrics(metrics.registry);
  let health: HealthQuestions = { stuck: () => [], missing: () => ['not started yet'] };
  const served = { registry: metrics.registry, health: () => health };
  const server = await serveHttp(settings.metricsPort, served);
  log.info({ address: server.address() }, 'metrics and health served');
  const operator = startOperator({ world, tools, namespaces: settings.namespaces }, signal);
  health = operator.health;
  void operator.synced.then(() => {
    log.info({ namespaces: settings.namespaces, server: credentials.server }, 'synced');
  });
  await operator.ended;
  server.close();
  server.closeAllConnections();
  await close();
  log.info({}, 'stopped');
}

/** All parts of the process, put together. */
function createWorld(settings: OperatorSettings, credentials: KubernetesCredentials): Parts {
  const log = createLog(settings.logLevel);
  const metrics = createMetrics();
  const kubernetes = new KubernetesClient(credentials, (request) => metrics.kubernetesRequests.inc(request));
  const tools = { kubernetes, clock: systemClock, random: Math.random, log };
  const writer = new ObjectWriter(kubernetes);
  const passwords = openPasswords(
    () => loadInstallationKey(kubernetes, credentials.namespace, randomBytes),
    systemClock,
  );
  const configBackups = new ConfigBackups({ kubernetes, namespace: credentials.namespace, clock: systemClock });
  const world: OuterWorld = {
    ...tools,
    kinds,
    metrics,
    writer,
    statuses: new StatusQueue(writer, log),
    events: new EventRecorder({ ...tools, metrics }),
    secrets: new SecretWriter(kubernetes, randomBytes),
    passwords,
    patience: patienceOf(settings),
    configBackups,
    openCluster: ({ settings, prefix, connection }, signal) =>
      openGuarded(() => openCluster(settings, prefix, signal), { settings, connection, backups: configBackups }),
    loadLedger: (...at: LedgerPlace) => Ledger.load(kubernetes, ...at),
  };
  const close = async (): Promise<void> => {
    await passwords.close();
    await kubernetes.close();
  };
  return { world, tools, close };
}

interface Parts {
  readonly world: OuterWorld;
  readonly tools: OperatorOptions['tools'];
  readonly close: () => Promise<void>;
}

type LedgerPlace = [connection: { readonly namespace: string; readonly name: string }, clusterUuid: string];

function patienceOf(settings: OperatorSettings): {
  stallAfterMs: number;
  deletionGraceMs: number;
  connectionLingerMs: number;
} {
  return {
    stallAfterMs: settings.stallAfterSeconds * 1000,
    deletionGraceMs: settings.deletionGraceSeconds * 1000,
    connectionLingerMs: CONNECTION_LINGER_MS,
  };
}
