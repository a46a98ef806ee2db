import type { Ledger } from '../commit/ledger.ts';
import type { NamespacedName } from '../desired/resource.ts';
import type { Refusal } from '../plan/decide-slot.ts';
import { ClaimIndex, type SlotKey } from './claim-index.ts';
import { DirtySlots } from './dirty-slots.ts';
import { LiveDocuments } from './live-documents.ts';
import type { Connection } from './resolve-settings.ts';

/** All that is remembered of one connection; only its own session changes it. */
export interface SessionState {
  readonly key: NamespacedName;
  /** Undefined while no such connection exists. */
  connection: Connection | undefined;
  readonly index: ClaimIndex;
  readonly dirty: DirtySlots;
  readonly documents: LiveDocuments;
  /** What the server refused, so that it is not sent again unchanged. */
  readonly refusals: Map<SlotKey, Refusal>;
  /** Names that were changed behind our back and are about to be put right. */
  readonly drifted: Set<SlotKey>;
  /** Of the cluster that is open now. */
  ledger: { readonly clusterUuid: string; readonly owners: Ledger } | undefined;
}

export function createSessionState(key: NamespacedName): SessionState {
  return {
    key,
    connection: undefined,
    index: new ClaimIndex(),
    dirty: new DirtySlots(),
    documents: new LiveDocuments(),
    refusals: new Map(),
    drifted: new Set(),
    ledger: undefined,
  };
}

/** Everything has to be looked at again, when there is time. */
export function markAllDirty(state: SessionState): void {
  for (const slot of state.index.slots()) state.dirty.add(slot.key, 'sweep');
}
