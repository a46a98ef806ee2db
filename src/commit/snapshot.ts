import { canonical } from '../desired/canonical.ts';
import type { JsonValue } from '../generated/json-value.ts';
import type { Entity, Kind } from '../kinds/kind.ts';
import type { Live } from '../plan/slot.ts';
import type { Operation } from '../plan/operation.ts';

/** What one document holds, by name; kept up to date with our own commits. */
export type Snapshot = Map<string, Live>;

/** Set by the server, or never shown by it; not part of what a custom resource declares. */
const SERVER_FIELDS = new Set(['reserved', 'hidden', 'static', 'hash']);

/** Reads a document as the server sends it. O(n). */
export function toSnapshot(kind: Kind, document: Readonly<Record<string, unknown>>): Snapshot {
  const snapshot: Snapshot = new Map();
  for (const [name, value] of Object.entries(document)) snapshot.set(name, toLive(kind, value as Entity));
  return snapshot;
}

function toLive(kind: Kind, entity: Entity): Live {
  const fields = Object.entries(entity).filter(([field]) => !SERVER_FIELDS.has(field));
  const live = { canonical: canonical(kind, Object.fromEntries<JsonValue>(fields)) };
  const protection = (['static', 'reserved', 'hidden'] as const).find((flag) => entity[flag] === true);
  return protection === undefined ? live : { ...live, protection };
}

/** Takes over what was just stored, so that a commit needs no second GET. */
export function applyToSnapshot(snapshot: Snapshot, operations: readonly Operation[]): void {
  for (const operation of operations) {
    if (operation.type === 'remove') snapshot.delete(operation.name);
    else snapshot.set(operation.name, { canonical: operation.value });
  }
}
