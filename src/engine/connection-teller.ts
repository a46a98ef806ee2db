import type { Identity } from '../commit/cluster.ts';
import { hasFinalizer, isDeleting, type Condition, type ObjectStatus } from '../desired/resource.ts';
import type { OpenSearchConnectionStatus } from '../generated/opensearch-connection.ts';
import { connectionStatus, type ConnectionFacts, type Trouble } from '../status/connection-status.ts';
import type { EventDraft } from '../status/event-recorder.ts';
import { readyCondition } from '../status/next-status.ts';
import type { StatusTarget } from '../status/status-queue.ts';
import { CertificateGauge } from './certificate-gauge.ts';
import { leavesAName } from './departed.ts';
import { toTarget } from './object-teller.ts';
import type { Connection } from './resolve-settings.ts';
import type { SessionState } from './session-state.ts';
import type { UpkeepFacts } from './upkeep.ts';
import type { World } from './world.ts';

/** Conditions whose change is an event; the others repeat what these say. */
const TOLD_BY_EVENT: ReadonlySet<string> = new Set([
  'Ready',
  'CredentialsInForce',
  'CertificatesValid',
  'EndpointsPermitted',
]);

export const CONNECTION_PLURAL = 'opensearchconnections';

/** Tells a connection how it is, and lets it go when it is deleted and nothing needs it any more. */
export class ConnectionTeller {
  readonly #world: World;
  readonly #state: SessionState;
  /** Label of the gauge that counts this connection; undefined while there is none. */
  #counted: 'true' | 'false' | undefined;
  readonly #certificates: CertificateGauge;

  constructor(world: World, state: SessionState) {
    this.#world = world;
    this.#state = state;
    this.#certificates = new CertificateGauge(world.metrics, state.key);
  }

  /** The value of the request for a flush that was handled last, as the status says. */
  get flushCacheHandledAt(): string | undefined {
    const { connection } = this.#state;
    if (connection === undefined) return undefined;
    const status: OpenSearchConnectionStatus = this.#world.statuses.current(toConnectionTarget(connection));
    return status.flushCacheHandledAt;
  }

  tellWell(identity: Identity, facts: Pick<ConnectionFacts, 'passwordProblem'> & UpkeepFacts): void {
    const { clusters } = this.#world;
    // Deleted while the cluster was looked at: nobody would take it off the list again.
    if (this.#state.connection === undefined) return;
    if (identity.clusterUuid !== undefined) clusters.join(this.#state.key, identity.clusterUuid);
    this.#tell({ ...identity, ...facts, trouble: undefined, neighbours: clusters.neighboursOf(this.#state.key) });
  }

  tellTrouble(trouble: Trouble, facts: UpkeepFacts): void {
    this.#tell({ ...facts, trouble });
  }

  /** The connection is gone. */
  forget(): void {
    this.#countAs(undefined);
    this.#certificates.show([]);
    this.#world.clusters.leave(this.#state.key);
  }

  /** Takes the finalizer off a connection that is being deleted once nothing is left to clean up. @returns whether it is gone */
  async letGo(): Promise<boolean> {
    const { connection } = this.#state;
    if (connection === undefined || !isDeleting(connection) || !hasFinalizer(connection)) return true;
    if (await this.#mustLinger(connection)) return false;
    await this.#world.writer.removeFinalizer(toConnectionTarget(connection));
    return true;
  }

  /** Objects that are deleted along with their connection come a moment after it; a whole namespace takes longer. */
  async #mustLinger(connection: Connection): Promise<boolean> {
    const { clock, patience, namespaces } = this.#world;
    // What waits for its finalizer takes its name along as well.
    const dependents = this.#state.index
      .resources()
      .filter((resource) => hasFinalizer(resource) || leavesAName(this.#state, resource));
    if (dependents.length === 0) return false;
    const sinceMs = clock.now() - Date.parse(connection.deletionTimestamp ?? '');
    if (sinceMs < patience.connectionLingerMs || dependents.some(isDeleting)) return sinceMs < patience.deletionGraceMs;
    const isTogether = dependents.some(({ namespace }) => namespace === connection.namespace);
    return isTogether && sinceMs < patience.deletionGraceMs && (await namespaces.isTerminating(connection.namespace));
  }

  #tell(
    facts: Pick<ConnectionFacts, 'trouble' | 'neighbours' | 'passwordProblem'> & UpkeepFacts & Partial<Identity>,
  ): void {
    const { connection } = this.#state;
    if (connection === undefined) return;
    const { clock, patience, statuses } = this.#world;
    const target = toConnectionTarget(connection);
    const current = statuses.current(target) as OpenSearchConnectionStatus;
    const next = connectionStatus(
      { generation: connection.generation, status: current },
      { ...facts, ...this.#ownFacts(connection) },
      { nowMs: clock.now(), stallAfterMs: patience.stallAfterMs },
    );
    statuses.put(target, next);
    this.#countAs(readyCondition(next)?.status === 'True' ? 'true' : 'false');
    if (facts.certificates !== undefined) this.#certificates.show(facts.certificates);
    this.#recordChange(current, next);
  }

  #countAs(ready: 'true' | 'false' | undefined): void {
    const { connections, connectionReady } = this.#world.metrics;
    if (this.#counted === ready) return;
    if (ready === undefined) connectionReady.remove({ connection: this.#state.key });
    else connectionReady.set({ connection: this.#state.key }, ready === 'true' ? 1 : 0);
    if (this.#counted !== undefined) connections.dec({ ready: this.#counted });
    if (ready !== undefined) connections.inc({ ready });
    this.#counted = ready;
  }

  #ownFacts(connection: Connection): Omit<ConnectionFacts, 'trouble'> {
    const { reconcileRequestedAt } = connection;
    const { warnBeforeDays } = connection.spec.certificates ?? {};
    return {
      ...(warnBeforeDays === undefined ? {} : { warnBeforeDays }),
      isObserving: connection.spec.managementPolicy === 'Observe',
      resources: this.#count(),
      disabled: [...this.#state.disabled.values()],
      ...(reconcileRequestedAt === undefined ? {} : { reconcileRequestedAt }),
    };
  }

  #count(): ConnectionFacts['resources'] {
    const counts = new Map<string, { declared: number; inSync: number }>();
    for (const resource of this.#state.index.resources()) {
      const count = counts.get(resource.kind.document) ?? { declared: 0, inSync: 0 };
      const status = this.#world.statuses.current(toTarget(resource)) as ObjectStatus;
      count.declared += 1;
      if (isInSync(status)) count.inSync += 1;
      counts.set(resource.kind.document, count);
    }
    return [...counts].sort(([a], [b]) => (a < b ? -1 : 1)).map(([type, count]) => ({ type, ...count }));
  }

  #recordChange(before: OpenSearchConnectionStatus, after: OpenSearchConnectionStatus): void {
    for (const condition of after.conditions ?? []) {
      const { type, status, reason, message } = condition;
      const previous = before.conditions?.find((other) => other.type === type);
      if (!TOLD_BY_EVENT.has(type) || previous?.reason === reason || (previous === undefined && isQuiet(condition)))
        continue;
      this.record({ type: status === 'True' ? 'Normal' : 'Warning', reason, message });
    }
  }

  /** Tells what happened on the connection; nothing while there is none. */
  record(event: EventDraft): void {
    const { connection } = this.#state;
    if (connection === undefined) return;
    const { namespace, name, uid, resourceVersion } = connection;
    this.#world.events.record({ kind: 'OpenSearchConnection', namespace, name, uid, resourceVersion }, event);
  }
}

/** What is only observed is ready however much differs. */
function isInSync(status: ObjectStatus): boolean {
  return readyCondition(status)?.status === 'True' && (status.plannedChanges ?? []).length === 0;
}

/** A warning that there is no cause for is nothing to tell of a new connection. */
function isQuiet({ type, status }: Condition): boolean {
  return type !== 'Ready' && status === 'True';
}

function toConnectionTarget(connection: Connection): StatusTarget {
  return { ...connection, plural: CONNECTION_PLURAL };
}
