import { randomBytes } from 'node:crypto';
import { KubernetesClient, type KubernetesRequestRecord } from '../clients/kubernetes.ts';
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
import { createLog, type Log } from '../log.ts';
import { createMetrics, type Metrics } from '../metrics.ts';
import { collectProcessMetrics } from '../metrics/process-metrics.ts';
import { EventRecorder } from '../status/event-recorder.ts';
import { ObjectWriter } from '../status/object-writer.ts';
import { SecretWriter } from '../status/secret-writer.ts';
import { FinalizerQueue } from '../status/finalizer-queue.ts';
import { StatusQueue } from '../status/status-queue.ts';
import { serveHttp, type HealthQuestions } from './http-server.ts';
import { identityOf, type Identity } from './identity.ts';
import { oneOfSeveral, onlyProcess, type Leadership } from './leadership.ts';
import type { OperatorSettings } from './options.ts';

/** A connection that is deleted together with its objects sees them go within this time. */
const CONNECTION_LINGER_MS = 5000;

/**
 * Runs the controller until the signal is aborted; commits that are under way are finished first.
 *
 * @throws NotLeaderError when another replica may lead: the process must end at once
 */
export async function runOperator(
  settings: OperatorSettings,
  environment: Readonly<Record<string, string | undefined>>,
  signal: AbortSignal,
): Promise<void> {
  const credentials = await loadCredentials(settings.kubeconfig, environment);
  const log = createLog(settings.logLevel);
  const metrics = createMetrics();
  const identity = identityOf(environment);
  const onChange = (isLeader: boolean): void => metrics.leaderStatus.set({ name: leaseOf(settings) }, isLeader ? 1 : 0);
  const leadership =
    settings.leaderElection === undefined
      ? onlyProcess(onChange)
      : oneOfSeveral(settings.leaderElection, { credentials, clock: systemClock, log, identity, onChange });
  const parts = createWorld(settings, { credentials, log, metrics, identity, leadership });
  await Promise.race([work(settings, { ...parts, leadership }, signal), leadership.lost]);
  log.info({}, 'stopped');
}

/** One that is alone leads what it would be elected for. */
function leaseOf({ leaderElection }: OperatorSettings): string {
  return leaderElection?.id ?? 'opensearch-security-operator';
}

async function work(
  { metricsPort, namespaces }: OperatorSettings,
  { world, tools, close, leadership }: Parts & { readonly leadership: Leadership },
  signal: AbortSignal,
): Promise<void> {
  const { log, metrics } = world;
  collectProcessMetrics(metrics.registry);
  let health: HealthQuestions = { stuck: () => [], missing: () => ['not started yet'] };
  const server = await serveHttp(metricsPort, { registry: metrics.registry, health: () => health });
  log.info({ address: server.address() }, 'metrics and health served');
  const operator = startOperator({ world, tools, namespaces, untilLeading: leadership.acquire }, signal);
  health = operator.health;
  void operator.synced.then(() => log.info({ namespaces }, 'synced'));
  await operator.ended;
  await leadership.release();
  server.close();
  server.closeAllConnections();
  await close();
}

/** All parts of the process, put together. */
function createWorld(
  settings: OperatorSettings,
  { credentials, log, metrics, identity: { userAgent }, leadership: { assertMayWrite } }: Foundations,
): Parts {
  const caller = { userAgent, assertMayWrite };
  const observe = (request: KubernetesRequestRecord): void => metrics.kubernetesRequests.inc(request);
  const kubernetes = new KubernetesClient(credentials, { caller, observe });
  const tools = { kubernetes, clock: systemClock, random: Math.random, log };
  const writer = new ObjectWriter(kubernetes);
  const passwords = openPasswords(
    () => loadInstallationKey(kubernetes, credentials.namespace, randomBytes),
    systemClock,
  );
  const configBackups = new ConfigBackups({ kubernetes, namespace: credentials.namespace, clock: systemClock });
  const statuses = new StatusQueue(writer, log);
  const world: OuterWorld = {
    ...tools,
    kinds,
    metrics,
    writer,
    statuses,
    finalizers: new FinalizerQueue({ writer, statuses }, tools),
    events: new EventRecorder({ ...tools, metrics, isClusterWide: settings.namespaces.length === 0 }),
    secrets: new SecretWriter(kubernetes, randomBytes),
    passwords,
    patience: patienceOf(settings),
    configBackups,
    openCluster: ({ settings: place, prefix, connection }, signal) => {
      const settings = { ...place, caller };
      return openGuarded(() => openCluster(settings, prefix, signal), { settings, connection, backups: configBackups });
    },
    loadLedger: (...at: LedgerPlace) => Ledger.load(kubernetes, ...at),
  };
  const close = async (): Promise<void> => {
    await passwords.close();
    await kubernetes.close();
  };
  return { world, tools, close };
}

/** What the parts are built on. */
interface Foundations {
  readonly credentials: KubernetesCredentials;
  readonly log: Log;
  readonly metrics: Metrics;
  readonly identity: Identity;
  readonly leadership: Leadership;
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
