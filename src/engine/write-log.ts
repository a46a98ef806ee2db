import type { Resource } from '../desired/resource.ts';
import type { Operation } from '../plan/operation.ts';
import type { DocumentName } from '../kinds/kind.ts';
import { slotKeyOf, type Slot } from './claim-index.ts';
import type { TurnContext } from './turn-context.ts';

/** One line for each name that is in force now, with the objects that wanted it: what the audit log of OpenSearch lacks. */
export function logWrites(context: TurnContext, document: DocumentName, operations: readonly Operation[]): void {
  for (const { type, name } of operations) {
    const slot = context.state.index.slot(slotKeyOf(document, name));
    if (slot !== undefined) logWrite(context, slot, { operation: type, outcome: 'accepted' });
  }
}

export function logWrite(
  { world, state, meter }: TurnContext,
  { kind, name, claimants }: Slot,
  what: { readonly operation?: Operation['type']; readonly outcome: 'accepted' | 'refused' },
): void {
  const objects = [...claimants.values()].map(describe);
  const { opaqueId } = meter;
  world.log.debug({ connection: state.key, document: kind.document, name, ...what, objects, opaqueId }, 'written');
}

function describe({ kind, namespace, name, uid, generation }: Resource): object {
  return { kind: kind.kind, namespace, name, uid, generation };
}
