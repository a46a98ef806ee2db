import type { ObjectKey } from '../desired/resource.ts';
import type { DocumentName } from '../kinds/kind.ts';
import type { Parts } from '../plan/slot.ts';

/** Who owns which name in one OpenSearch cluster, and who has which part of it. */
export interface OwnerChange {
  readonly document: DocumentName;
  readonly name: string;
  /** `null` when nobody does any more; absent when that does not change. */
  readonly owner?: ObjectKey | null;
  /** Absent when that does not change. */
  readonly parts?: Parts;
}

/** What is on record for one name. */
export interface Ownership {
  readonly owner: ObjectKey | undefined;
  readonly parts: Parts;
}

/** As JSON: the owner alone as text, which it is for all names that are not shared. */
export type SpelledOwnership =
  ObjectKey | { readonly owner?: ObjectKey; readonly parts: Readonly<Record<ObjectKey, readonly string[]>> };

export const nobody: Ownership = { owner: undefined, parts: new Map() };

export function changeOwnership(before: Ownership, { owner, parts }: OwnerChange): Ownership {
  return { owner: owner === undefined ? before.owner : (owner ?? undefined), parts: parts ?? before.parts };
}

export function isNobody({ owner, parts }: Ownership): boolean {
  return owner === undefined && parts.size === 0;
}

export function spellOwnership({ owner, parts }: Ownership): SpelledOwnership {
  if (parts.size === 0) return owner ?? '';
  const sorted = [...parts].sort(([a], [b]) => (a < b ? -1 : 1));
  return { ...(owner === undefined ? {} : { owner }), parts: Object.fromEntries(sorted) };
}

export function readOwnership(spelled: SpelledOwnership): Ownership {
  if (typeof spelled === 'string') return { owner: spelled, parts: new Map() };
  return { owner: spelled.owner, parts: new Map(Object.entries(spelled.parts)) };
}
