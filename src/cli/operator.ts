import { randomBytes } from 'node:crypto';
import type { Caller } from '../clients/caller.ts';
import { KubernetesClient, type KubernetesRequestRecord } from '../clients/kubernetes.ts';
import { loadCredentials, type KubernetesCredentials } from '../clients/kubernetes-credentials.ts';
import { systemClock } from '../clock.ts';
import { collectWhenIdle } from '../collect-when-idle.ts';
import { openCluster } from '../commit/cluster.ts';
import { ConfigBackups } from '../commit/config/config-backups.ts';
import { openGuarded } from '../commit/config/open-guarded.ts';
import { loadInstallationKey } from '../commit/installation-key.ts';
import { Ledger } from '../commit/ledger.ts';
import { openPasswords } from '../commit/passwords/passwords.ts';
import { startOperator, type OperatorOptions, type OuterWorld } from '../engine/start-operator.ts';
import type { Patience } from '../engine/world.ts';
import type { OpenWriters } from '../engine/shard-sessions.ts';
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
import {
  oneOfMany,
  oneOfSeveral,
  onlyProcess,
  type Leadership,
  type LeadershipTools,
  type Right,
} from './leadership.ts';
import type { OperatorSettings } from './options.ts';

/** A connection that is deleted together with its objects sees them go within this time. */
const CONNECTION_LINGER_MS = 5000;
/** What people and pipelines change at a time; it takes some ten milliseconds. */
const FINALIZERS_FIRST = 32;

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
  const onChange = (lease: string, isLeader: boolean): void =>
    metrics.leaderStatus.set({ name: lease }, isLeader ? 1 : 0);
  const leadership = chooseLeadership(settings, { credentials, clock: systemClock, log, identity, onChange });
  const parts = createParts(settings, { ...settings, credentials, log, metrics, identity, leadership });
  await Promise.race([work(settings, { ...parts, leadership }, signal), leadership.lost]);
  log.info({}, 'stopped');
}

function chooseLeadership({ leaderElection }: OperatorSettings, tools: LeadershipTools): Leadership {
  if (leaderElection === undefined) return onlyProcess(tools);
  return leaderElection.shards === 1 ? oneOfSeveral(leaderElection, tools) : oneOfMany(leaderElection, tools);
}

async function work(
  { metricsPort, namespaces }: OperatorSettings,
  { world, tools, openWriters, close, leadership }: Parts & { readonly leadership: Leadership },
  signal: AbortSignal,
): Promise<void> {
  const { log, metrics } = world;
  collectProcessMetrics(metrics.registry);
  giveMemoryBack(signal);
  let health: HealthQuestions = { stuck: () => [], missing: () => ['not started yet'] };
  const server = await serveHttp(metricsPort, { registry: metrics.registry, health: () => health });
  log.info({ address: server.address() }, 'metrics and health served');
  const { shards, hasOthers, run } = leadership;
  const election = { shards, hasOthers, run, openWriters };
  const operator = startOperator({ world, tools, namespaces, election }, signal);
  health = operator.health;
  void operator.synced.then(() => log.info({ namespaces }, 'synced'));
  await operator.ended;
  await leadership.release();
  server.close();
  server.closeAllConnections();
  await close();
}

/** Where Node was started with `--expose-gc`, as the image does. */
function giveMemoryBack(signal: AbortSignal): void {
  const { gc } = globalThis;
  if (gc === undefined) return;
  const collector = {
    clock: systemClock,
    cpuMs: () => {
      const { user, system } = process.cpuUsage();
      return (user + system) / 1000;
    },
    heapMiB: () => process.memoryUsage().heapUsed / 2 ** 20,
    // Not only what is garbage: also the pages that were kept for more of it.
    collect: () => gc({ type: 'major', flavor: 'last-resort' }),
  };
  void collectWhenIdle(collector, signal);
}

/** All parts of the process, put together. */
function createParts(settings: OperatorSettings, foundations: Foundations): Parts {
  const { credentials, log, metrics, identity, leadership } = foundations;
  const kubernetes = openKubernetes(foundations, { userAgent: identity.userAgent, ...leadership.right });
  const tools = { kubernetes, clock: systemClock, random: Math.random, log };
  const passwords = openPasswords(
    () => loadInstallationKey(kubernetes, credentials.namespace, randomBytes),
    systemClock,
  );
  const world: OuterWorld = { ...tools, kinds, metrics, passwords, patience: patienceOf(settings) };
  const close = async (): Promise<void> => {
    await passwords.close();
    await kubernetes.close();
  };
  return { world, tools, openWriters: (shard) => createWriters(foundations, leadership.rightOf(shard)), close };
}

/** What is written by this right. */
function createWriters(foundations: Foundations, right: Right): OpenWriters {
  const { credentials, log, metrics, identity, namespaces } = foundations;
  const caller = { userAgent: identity.userAgent, ...right };
  const kubernetes = openKubernetes(foundations, caller);
  const tools = { kubernetes, clock: systemClock, random: Math.random, log };
  const writer = new ObjectWriter(kubernetes);
  const statuses = new StatusQueue(writer, log);
  const configBackups = new ConfigBackups({ kubernetes, namespace: credentials.namespace, clock: systemClock });
  return {
    writer,
    statuses,
    finalizers: new FinalizerQueue({ writer, statuses }, tools),
    events: new EventRecorder({ ...tools, metrics, isClusterWide: namespaces.length === 0 }),
    secrets: new SecretWriter(kubernetes, randomBytes),
    configBackups,
    openCluster: ({ settings: place, prefix, connection }, signal) => {
      const settings = { ...place, caller };
      return openGuarded(() => openCluster(settings, prefix, signal), { settings, connection, backups: configBackups });
    },
    loadLedger: (...at: LedgerPlace) => Ledger.load(kubernetes, ...at),
    close: () => kubernetes.close(),
  };
}

function openKubernetes({ credentials, metrics }: Foundations, caller: Caller): KubernetesClient {
  const observe = (request: KubernetesRequestRecord): void => metrics.kubernetesRequests.inc(request);
  return new KubernetesClient(credentials, { caller, observe });
}

/** What the parts are built on. */
interface Foundations extends Pick<OperatorSettings, 'namespaces'> {
  readonly credentials: KubernetesCredentials;
  readonly log: Log;
  readonly metrics: Metrics;
  readonly identity: Identity;
  readonly leadership: Leadership;
}

interface Parts {
  readonly world: OuterWorld;
  readonly tools: OperatorOptions['tools'];
  readonly openWriters: (shard: number) => OpenWriters;
  readonly close: () => Promise<void>;
}

type LedgerPlace = [connection: { readonly namespace: string; readonly name: string }, clusterUuid: string];

function patienceOf(settings: OperatorSettings): Patience {
  return {
    stallAfterMs: settings.stallAfterSeconds * 1000,
    deletionGraceMs: settings.deletionGraceSeconds * 1000,
    connectionLingerMs: CONNECTION_LINGER_MS,
    finalizersFirst: FINALIZERS_FIRST,
  };
}
