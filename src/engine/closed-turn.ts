import { hasFinalizer, isDeleting, type Resource } from '../desired/resource.ts';
import { decideWithoutCluster } from '../plan/decide-slot.ts';
import { waiting } from '../plan/outcome.ts';
import type { Trouble } from '../status/connection-status.ts';
import type { ObjectTeller } from './object-teller.ts';
import type { Connection } from './resolve-settings.ts';
import { claimApart } from './plan-tasks.ts';
import { settle, type SessionState } from './session-state.ts';
import type { World } from './world.ts';

export interface ClosedContext {
  readonly world: World;
  readonly state: SessionState;
  readonly teller: ObjectTeller;
  readonly trouble: Trouble;
  /** The cluster still takes removals, so whatever is being deleted gets its turn there. */
  readonly isCleaningUp: boolean;
}

/**
 * Tells the objects that wait, once each, that their connection is missing or cannot be used; its own status says why.
 * What is in force already stays told so: an outage must not turn into a write for every object.
 */
export async function tellWaiting(parts: ClosedContext): Promise<void> {
  const context = { ...parts, world: askingOnce(parts.world) };
  const { state } = context;
  for (const ticket of [...state.dirty.tickets()]) {
    const slot = state.index.slot(ticket.slot);
    if (slot === undefined) settle(state, ticket);
    for (const resource of slot?.claimants.values() ?? []) await tellOne(context, resource);
  }
}

/** A namespace may hold thousands that are being deleted. */
function askingOnce(world: World): World {
  const asked = new Map<string, Promise<boolean>>();
  const isTerminating = (name: string): Promise<boolean> => {
    const answer = asked.get(name) ?? world.namespaces.isTerminating(name);
    asked.set(name, answer);
    return answer;
  };
  return { ...world, namespaces: { labels: (name) => world.namespaces.labels(name), isTerminating } };
}

async function tellOne(context: ClosedContext, resource: Resource): Promise<void> {
  const { state, teller, world } = context;
  if (isDeleting(resource) && !resource.paused) {
    if (!context.isCleaningUp) await tellLeaving(context, resource);
    return;
  }
  if (resource.paused) {
    teller.tell(resource, { type: 'paused' });
    return;
  }
  const { reason, message } = whyWaiting(state);
  if (
    state.connection !== undefined &&
    !isDeleting(state.connection) &&
    teller.isReady(resource) &&
    !teller.isToldPaused(resource)
  )
    return;
  teller.tell(resource, decideWithoutCluster(claimApart(state, resource, world.namespaces), reason, message));
}

function whyWaiting(state: SessionState): {
  readonly reason: 'ConnectionNotFound' | 'ConnectionNotReady';
  readonly message: string;
} {
  const { connection, key } = state;
  if (connection === undefined)
    return {
      reason: 'ConnectionNotFound',
      message: `there is no OpenSearchConnection ${key}: create it, or make this object anew with another connectionRef, which is immutable`,
    };
  if (isDeleting(connection))
    return { reason: 'ConnectionNotFound', message: `the OpenSearchConnection ${key} is being deleted` };
  return {
    reason: 'ConnectionNotReady',
    message: `waiting for the OpenSearchConnection ${key}: its own status says what is wrong`,
  };
}

/** Without a connection nobody can clean up, now or later; with one, a namespace that is going waits only so long. */
async function tellLeaving({ world, state, teller }: ClosedContext, resource: Resource): Promise<void> {
  const why = await whyLeftBehind(world, state, resource);
  const message = `the deletion waits for the OpenSearchConnection ${state.key}: its own status says what is wrong`;
  teller.tell(
    resource,
    why === undefined
      ? waiting('ConnectionNotReady', message)
      : { type: 'released', leftBehind: leftBehind(resource, why) },
  );
}

async function whyLeftBehind(world: World, state: SessionState, resource: Resource): Promise<string | undefined> {
  const { connection, key } = state;
  if (connection === undefined || isLost(world, connection)) return `the OpenSearchConnection ${key} is gone`;
  if (!(await isPastGrace(world, resource))) return undefined;
  return `the cluster of ${key} did not answer while the namespace was being deleted`;
}

/** A connection that is going still serves what goes with it, for a while. */
function isLost({ clock, patience }: World, connection: Connection): boolean {
  if (!isDeleting(connection)) return false;
  const sinceMs = clock.now() - Date.parse(connection.deletionTimestamp ?? '');
  return !hasFinalizer(connection) || sinceMs >= patience.deletionGraceMs;
}

function leftBehind(resource: Resource, why: string): string {
  const name = resource.kind.resourceName(resource.name, resource.spec as never);
  return `${resource.kind.noun} "${name}" may be left in OpenSearch: ${why}`;
}

async function isPastGrace(world: World, resource: Resource): Promise<boolean> {
  const sinceMs = world.clock.now() - Date.parse(resource.deletionTimestamp ?? '');
  return sinceMs >= world.patience.deletionGraceMs && (await world.namespaces.isTerminating(resource.namespace));
}
