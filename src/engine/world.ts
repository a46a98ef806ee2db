import type { Clock } from '../clock.ts';
import type { Cluster, OpenSearchSettings } from '../commit/cluster.ts';
import type { ConfigBackups } from '../commit/config/config-backups.ts';
import type { Ledger } from '../commit/ledger.ts';
import type { NamespacedName } from '../desired/resource.ts';
import type { NamespaceLabels } from '../desired/permission.ts';
import type { OpenPasswords } from '../commit/passwords/passwords.ts';
import type { Kind } from '../kinds/kind.ts';
import type { SecretWriter } from '../status/secret-writer.ts';
import type { Log } from '../log.ts';
import type { Metrics } from '../metrics.ts';
import type { EventRecorder } from '../status/event-recorder.ts';
import type { ObjectWriter } from '../status/object-writer.ts';
import type { FinalizerQueue } from '../status/finalizer-queue.ts';
import type { StatusQueue } from '../status/status-queue.ts';
import type { ClusterRegistry } from './cluster-registry.ts';
import type { References } from './resolve-settings.ts';
import type { Workload } from './workload.ts';

/** What is known of namespaces; undefined where we may not look. */
export interface Namespaces {
  labels(name: string): NamespaceLabels | undefined;
  isTerminating(name: string): Promise<boolean>;
}

/** What is waited for, and for how long; milliseconds. */
export interface Patience {
  /** Waiting for longer than this is told as stalled. */
  readonly stallAfterMs: number;
  /** How long a deletion waits for a cluster that is away while its namespace is going. */
  readonly deletionGraceMs: number;
  /** Up to so many objects get their finalizers before they are written; with more it would take longer than the rest. */
  readonly finalizersFirst: number;
  /** How long a connection that is being deleted waits for objects that may be deleted along with it. */
  readonly connectionLingerMs: number;
}

/** Where a cluster is, and for which connection it is opened. */
export interface ClusterPlace {
  readonly settings: OpenSearchSettings;
  readonly prefix: 'Auto' | 'Plugins' | 'Opendistro';
  readonly connection: NamespacedName;
}

/** What a session writes with: in one shard, during one time that this is led. */
export interface Writers {
  readonly writer: ObjectWriter;
  readonly statuses: StatusQueue;
  readonly finalizers: FinalizerQueue;
  readonly events: EventRecorder;
  readonly secrets: Pick<SecretWriter, 'create' | 'disown'>;
  readonly configBackups: Pick<ConfigBackups, 'load' | 'open' | 'close'>;
  readonly openCluster: (at: ClusterPlace, signal: AbortSignal) => Promise<Cluster>;
  readonly loadLedger: (
    connection: { readonly namespace: string; readonly name: string },
    clusterUuid: string,
  ) => Promise<Ledger>;
}

/** Where objects of one kind are. */
export interface ObjectPlace {
  readonly kind: Kind;
  readonly namespace: string;
  /** What its object made is removed if it is not there: whether it is must be known. */
  readonly isProvisional: boolean;
}

/** Everything around the engine: passed in, so that tests can steer each of them. */
export interface World extends Writers {
  readonly kinds: readonly Kind[];
  readonly clock: Clock;
  readonly random: () => number;
  readonly log: Log;
  readonly metrics: Metrics;
  readonly patience: Patience;
  readonly references: References;
  /** Checks and hashes passwords without holding up anybody else. */
  readonly passwords: Omit<OpenPasswords, 'close'>;
  readonly namespaces: Namespaces;
  /** Whether objects of a namespace are watched. */
  readonly isServed: (namespace: string) => boolean;
  /**
   * Waits until the objects of these places are known as they are in the API server now, or the signal is aborted: a watch may be behind.
   * What may not be listed stays as it was seen last, unless anybody there is a provisional owner.
   *
   * @throws KubernetesError when they cannot be listed
   */
  readonly catchUp: (places: readonly ObjectPlace[], signal: AbortSignal) => Promise<void>;
  readonly clusters: ClusterRegistry;
  readonly workload: Workload;
}
