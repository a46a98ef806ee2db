import { ReferencedObjects } from '../watch/referenced-objects.ts';
import { watchCollection, type WatchTools } from '../watch/collections.ts';
import type { ListWatch } from '../watch/list-watch.ts';
import { WatchProgress } from '../watch/watch-progress.ts';
import { NamespaceCache } from '../watch/namespace-cache.ts';
import type { Serve } from '../watch/shard-election.ts';
import { toObject, toResource } from '../watch/project.ts';
import type { NamespacedName, Resource } from '../desired/resource.ts';
import type { Kind } from '../kinds/kind.ts';
import type { OpenSearchConnectionSpec, OpenSearchConnectionStatus } from '../generated/opensearch-connection.ts';
import { CONNECTION_PLURAL } from './connection-teller.ts';
import { ClusterRegistry } from './cluster-registry.ts';
import { Health } from './health.ts';
import { Operator } from './operator.ts';
import { showNoResources } from './readiness-tally.ts';
import type { Connection, Referenced } from './resolve-settings.ts';
import { Workload } from './workload.ts';
import { ShardSessions, type OpenWriters, type ShardParts } from './shard-sessions.ts';
import { catchUpUnlessRefused, untilUpToDate } from './until-up-to-date.ts';
import type { ObjectPlace, World, Writers } from './world.ts';

/** The world without what is made from watches, here, and what is opened for each shard. */
export type OuterWorld = Omit<
  World,
  'references' | 'namespaces' | 'isServed' | 'catchUp' | 'clusters' | 'workload' | keyof Writers
>;

/** Who may write, and for which connections. */
export interface Election {
  /** At least one; connections are spread over them. */
  readonly shards: number;
  /** Another process may have led before, and have seen more by then than we have. */
  readonly hasOthers: boolean;
  /** What the sessions of a shard write with, the next time that it is led. */
  readonly openWriters: (shard: number) => OpenWriters;
  /** Calls `serve` whenever this process leads a shard; ends when the signal is aborted and all of these have ended. */
  readonly run: (serve: Serve, signal: AbortSignal) => Promise<void>;
}

export interface OperatorOptions {
  readonly world: OuterWorld;
  readonly tools: Omit<WatchTools, 'progress'>;
  /** Empty: the whole cluster. */
  readonly namespaces: readonly string[];
  readonly election: Election;
}

/** An operator at work. */
export interface RunningOperator {
  /** Ends when every collection was listed once. */
  readonly synced: Promise<void>;
  /** Ends when everything has stopped after the signal. */
  readonly ended: Promise<void>;
  readonly health: Health;
}

/**
 * Watches, and hands what it sees to the engine, until the signal is aborted. Until it leads the engine only gathers, so that it
 * is at work at once when its turn comes.
 */
export function startOperator(options: OperatorOptions, signal: AbortSignal): RunningOperator {
  const { world, namespaces, election } = options;
  const { tools, workload, health } = observed(options);
  const onReferenced = (kind: Referenced['kind']) => (key: NamespacedName) => operator.onReferenced({ kind, key });
  const secrets = new ReferencedObjects({ ...tools, resource: 'secrets', onChange: onReferenced('Secret') });
  const configMaps = new ReferencedObjects({ ...tools, resource: 'configmaps', onChange: onReferenced('ConfigMap') });
  const names = new NamespaceCache(tools, {
    isClusterWide: namespaces.length === 0,
    onChange: (name) => operator.onNamespace(name),
  });
  const inner: ShardParts['world'] = {
    ...world,
    namespaces: names,
    isServed: servedBy(namespaces),
    catchUp: (places, ending) => catchUp({ watches: resources, log: world.log }, places, ending),
    clusters: new ClusterRegistry(),
    workload,
    references: referencesIn(secrets, configMaps),
  };
  const operator: Operator = new Operator(openShards(election, inner));
  const resources = watchResources(operator, { world, tools, namespaces });
  const watches = [...watchConnections(operator, tools, namespaces), ...[...resources.values()].flat()];
  for (const references of [secrets, configMaps]) references.start(signal);
  const running = [health.run(signal), names.run(signal), ...watches.map((watch) => watch.run(signal))];
  const synced = Promise.all([names.synced, ...watches.map((watch) => watch.synced)]).then(() => undefined);
  let working = Promise.resolve();
  const serve: Serve = async (shard, ending, tellLeader) => {
    if (election.hasOthers) await untilUpToDate([names, ...watches], world.log, ending);
    if (!ending.aborted) tellLeader();
    await operator.serve(shard, ending);
  };
  void synced.then(() => {
    if (!signal.aborted) working = election.run(serve, signal);
  });
  const ended = Promise.all(running).then(() => working);
  return { synced, ended, health };
}

function referencesIn(secrets: ReferencedObjects, configMaps: ReferencedObjects): World['references'] {
  return {
    secret: (...at) => secrets.get(...at),
    configMap: (...at) => configMaps.get(...at),
    hold: ({ kind, key }) => (kind === 'Secret' ? secrets : configMaps).hold(key),
    release: ({ kind, key }) => (kind === 'Secret' ? secrets : configMaps).release(key),
  };
}

function servedBy(namespaces: readonly string[]): World['isServed'] {
  return (name) => namespaces.length === 0 || namespaces.includes(name);
}

function openShards({ shards, openWriters }: Election, world: ShardParts['world']): readonly ShardSessions[] {
  return Array.from(
    { length: shards },
    (_, shard) => new ShardSessions({ world, openWriters: () => openWriters(shard) }),
  );
}

/** What is told of the process to who looks from outside. */
function observed({ world, tools }: OperatorOptions): {
  readonly tools: WatchTools;
  readonly workload: Workload;
  readonly health: Health;
} {
  const progress = new WatchProgress();
  const workload = new Workload(world.clock, world.metrics);
  showNoResources(world.metrics, world.kinds);
  return { tools: { ...tools, progress }, workload, health: new Health(world.clock, { progress, workload }) };
}

function watchConnections(
  operator: Operator,
  tools: WatchTools,
  namespaces: readonly string[],
): readonly ListWatch<Connection>[] {
  return watchCollection<Connection>(tools, {
    plural: CONNECTION_PLURAL,
    namespaces,
    project: (raw) => toObject<OpenSearchConnectionSpec, OpenSearchConnectionStatus>(raw),
    onChange: (change) => operator.onConnection(change),
  });
}

/** The watches of each kind: one, or one for each namespace. */
type ResourceWatches = ReadonlyMap<Kind, readonly ListWatch<Resource>[]>;

function watchResources(
  operator: Operator,
  { world, tools, namespaces }: Omit<OperatorOptions, 'election'> & { readonly tools: WatchTools },
): ResourceWatches {
  const watch = (kind: Kind): readonly ListWatch<Resource>[] =>
    watchCollection<Resource>(tools, {
      plural: kind.plural,
      namespaces,
      project: (raw) => toResource(kind, raw),
      onChange: (change) => operator.onResource(change),
    });
  return new Map(world.kinds.map((kind) => [kind, watch(kind)]));
}

async function catchUp(
  { watches, log }: { readonly watches: ResourceWatches; readonly log: World['log'] },
  places: readonly ObjectPlace[],
  signal: AbortSignal,
): Promise<void> {
  const needed = watchesOf(
    watches,
    places.filter(({ isProvisional }) => isProvisional),
  );
  const others = [...watchesOf(watches, places)].filter((watch) => !needed.has(watch));
  await Promise.all([
    ...[...needed].map((watch) => watch.catchUp(signal)),
    ...others.map((watch) => catchUpUnlessRefused(watch, log, signal)),
  ]);
}

function watchesOf(watches: ResourceWatches, places: readonly ObjectPlace[]): ReadonlySet<ListWatch<Resource>> {
  return new Set(
    places.flatMap(({ kind, namespace }) => (watches.get(kind) ?? []).filter((watch) => watch.covers(namespace))),
  );
}
