import { toClaim, type Claim } from '../desired/claim.ts';
import { refusalOf } from '../desired/permission.ts';
import type { Resource } from '../desired/resource.ts';
import type { Kind } from '../kinds/kind.ts';
import { decideSlot, type Decision } from '../plan/decide-slot.ts';
import type { Operation } from '../plan/operation.ts';
import type { Slot } from './claim-index.ts';
import type { Task } from './pass.ts';
import { isUnseen, settle, type SessionState } from './session-state.ts';
import type { Namespaces } from './world.ts';

/** The claim of a resource, refused where the connection does not permit it. */
export function claimOf(state: SessionState, resource: Resource, namespaces: Namespaces): Claim {
  const { connection } = state;
  const refusal =
    connection === undefined ? undefined : refusalOf(resource, connection, namespaces.labels(resource.namespace));
  return toClaim(resource, refusal);
}

/**
 * The dirty slots of one kind with what to do about them. With `add`, all but removals; as many operations as one batch
 * may hold, edits first.
 */
export function planTasks(
  state: SessionState,
  kind: Kind,
  options: { readonly only: Operation['type']; readonly namespaces: Namespaces },
): readonly Task[] {
  const tasks: Task[] = [];
  let operations = 0;
  for (const ticket of state.dirty.tickets()) {
    const slot = state.index.slot(ticket.slot);
    if (slot === undefined) settle(state, ticket);
    if (slot === undefined || slot.kind !== kind || isUnseen(state, slot)) continue;
    const decision = decide(state, slot, options.namespaces);
    if ((decision.operation?.type === 'remove') !== (options.only === 'remove')) continue;
    tasks.push({ ticket, slot, decision });
    if (decision.operation !== undefined) operations += 1;
    if (operations >= kind.maxOperations) break;
  }
  return tasks;
}

function decide(state: SessionState, slot: Slot, namespaces: Namespaces): Decision {
  const { document } = slot.kind;
  return decideSlot({
    noun: slot.kind.noun,
    name: slot.name,
    claims: [...slot.claimants.values()].map((resource) => claimOf(state, resource, namespaces)),
    live: state.documents.get(document, slot.name),
    owner: state.ledger?.owners.ownerOf(document, slot.name),
    refusal: state.refusals.get(slot.key),
    isObserving: state.connection?.spec.managementPolicy === 'Observe',
  });
}
