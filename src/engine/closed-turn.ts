import { isDeleting, type Resource } from '../desired/resource.ts';
import { decideWithoutCluster } from '../plan/decide-slot.ts';
import { waiting } from '../plan/outcome.ts';
import type { Trouble } from '../status/connection-status.ts';
import type { ObjectTeller } from './object-teller.ts';
import { claimOf } from './plan-tasks.ts';
import { settle, type SessionState } from './session-state.ts';
import type { World } from './world.ts';

export interface ClosedContext {
  readonly world: World;
  readonly state: SessionState;
  readonly teller: ObjectTeller;
  readonly trouble: Trouble;
}

/**
 * Tells the objects that wait, once each, that their connection is missing or cannot be used; its own status says why.
 * What is in force already stays told so: an outage must not turn into a write for every object.
 */
export async function tellWaiting(context: ClosedContext): Promise<void> {
  const { state } = context;
  for (const ticket of [...state.dirty.tickets()]) {
    const slot = state.index.slot(ticket.slot);
    if (slot === undefined) settle(state, ticket);
    for (const resource of slot?.claimants.values() ?? []) await tellOne(context, resource);
  }
}

async function tellOne(context: ClosedContext, resource: Resource): Promise<void> {
  const { state, teller, world } = context;
  if (resource.paused) return teller.tell(resource, { type: 'paused' });
  if (isDeleting(resource)) return tellLeaving(context, resource);
  const { reason, message } = whyWaiting(state);
  if (state.connection !== undefined && !isDeleting(state.connection) && teller.isReady(resource)) return;
  teller.tell(resource, decideWithoutCluster(claimOf(state, resource, world.namespaces), reason, message));
}

function whyWaiting(state: SessionState): {
  readonly reason: 'ConnectionNotFound' | 'ConnectionNotReady';
  readonly message: string;
} {
  const { connection, key } = state;
  if (connection === undefined)
    return {
      reason: 'ConnectionNotFound',
      message: `there is no OpenSearchConnection ${key}: create it, or correct spec.connectionRef`,
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
  const { connection, key } = state;
  if (connection === undefined || isDeleting(connection)) {
    return teller.tell(resource, {
      type: 'released',
      leftBehind: leftBehind(resource, `the OpenSearchConnection ${key} is gone`),
    });
  }
  if (await isPastGrace(world, resource)) {
    return teller.tell(resource, {
      type: 'released',
      leftBehind: leftBehind(resource, `the cluster of ${key} did not answer while the namespace was being deleted`),
    });
  }
  teller.tell(
    resource,
    waiting(
      'ConnectionNotReady',
      `the deletion waits for the OpenSearchConnection ${key}: its own status says what is wrong`,
    ),
  );
}

function leftBehind(resource: Resource, why: string): string {
  const name = resource.kind.resourceName(resource.name, resource.spec as never);
  return `${resource.kind.noun} "${name}" may be left in OpenSearch: ${why}`;
}

async function isPastGrace(world: World, resource: Resource): Promise<boolean> {
  const sinceMs = world.clock.now() - Date.parse(resource.deletionTimestamp ?? '');
  return sinceMs >= world.patience.deletionGraceMs && (await world.namespaces.isTerminating(resource.namespace));
}
