import { unlessDisabled, type EndpointDisabledError } from '../errors.ts';
import type { DocumentName, Kind } from '../kinds/kind.ts';
import { stalled } from '../plan/outcome.ts';
import type { Task } from './pass.ts';
import { postpone, settle, type SessionState } from './session-state.ts';
import type { TurnContext } from './turn-context.ts';

/** Reads a document; one that we may not read is remembered as that, and holds up no other. */
export function readUnlessDisabled(
  { disabled }: SessionState,
  { document }: Kind,
  read: () => Promise<void>,
): Promise<void> {
  return unlessDisabled(
    async () => {
      await read();
      disabled.delete(`GET ${document}`);
    },
    ({ message }) => void disabled.set(`GET ${document}`, message),
  );
}

/** Whether it may be read and written is not known any more. */
export function forgetDisabled({ disabled }: SessionState, { document }: Kind): void {
  disabled.delete(`GET ${document}`);
  disabled.delete(`PATCH ${document}`);
}

/** The security configuration, in the same way. @returns whether anything was written to the cluster */
export function unlessConfigDisabled(context: TurnContext, run: () => Promise<boolean>): Promise<boolean> {
  const { disabled } = context.state;
  return unlessDisabled(run, ({ message }) => {
    disabled.set('GET securityconfig', message);
    tellUnreadable(context, 'securityconfig', message);
    return false;
  });
}

/** What is dirty in a document that we may not read is told and tried later. @returns whether that is so */
export function isUnreadable(context: TurnContext, { document }: Kind): boolean {
  const message = context.state.disabled.get(`GET ${document}`);
  if (message === undefined) return false;
  tellUnreadable(context, document, message);
  return true;
}

function tellUnreadable({ state, teller, world }: TurnContext, document: DocumentName, message: string): void {
  for (const ticket of [...state.dirty.tickets(document)]) {
    const slot = state.index.slot(ticket.slot);
    settle(state, ticket);
    if (slot === undefined) continue;
    postpone(state, slot.key, world);
    for (const resource of slot.claimants.values())
      if (!resource.paused && !teller.isReady(resource)) teller.tell(resource, stalled('Forbidden', message));
  }
}

/** What we may not write is told and tried later: whoever changes the settings of a node tells nobody. */
export function setAside({ state, teller, world }: TurnContext, kind: Kind, refused: DisabledTasks): void {
  state.disabled.set(`PATCH ${kind.document}`, refused.error.message);
  for (const { ticket, slot, seen, decision } of refused.tasks) {
    settle(state, ticket);
    postpone(state, slot.key, world);
    for (const subject of decision.subjects ?? []) {
      const resource = seen.get(subject);
      if (resource !== undefined) teller.tell(resource, stalled('Forbidden', refused.error.message));
    }
  }
}

interface DisabledTasks {
  readonly tasks: readonly Task[];
  readonly error: EndpointDisabledError;
}
