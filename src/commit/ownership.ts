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
  /** Absent when that does not change, or with a new owner, who has its finalizer. */
  readonly isProvisional?: boolean;
}

/** What is on record for one name. */
export interface Ownership {
  readonly owner: ObjectKey | undefined;
  readonly parts: Parts;
  /** The owner may be without its finalizer, so it can go without being waited for. */
  readonly isProvisional: boolean;
}

/** As JSON: the owner alone as text, which it is for all names that are not shared. */
export type SpelledOwnership =
  | ObjectKey
  | {
      readonly owner?: ObjectKey;
      readonly provisional?: true;
      readonly parts?: Readonly<Record<ObjectKey, readonly string[]>>;
    };

export const nobody: Ownership = { owner: undefined, parts: new Map(), isProvisional: false };

export function changeOwnership(before: Ownership, { owner, parts, isProvisional }: OwnerChange): Ownership {
  const next = owner === undefined ? before.owner : (owner ?? undefined);
  return {
    owner: next,
    parts: parts ?? before.parts,
    isProvisional: next !== undefined && (isProvisional ?? (owner === undefined && before.isProvisional)),
  };
}

export function isNobody({ owner, parts }: Ownership): boolean {
  return owner === undefined && parts.size === 0;
}

export function spellOwnership({ owner, parts, isProvisional }: Ownership): SpelledOwnership {
  if (parts.size === 0 && !isProvisional) return owner ?? '';
  const sorted = [...parts].sort(([a], [b]) => (a < b ? -1 : 1));
  return {
    ...(owner === undefined ? {} : { owner }),
    ...(isProvisional ? { provisional: true } : {}),
    ...(parts.size === 0 ? {} : { parts: Object.fromEntries(sorted) }),
  };
}

export function readOwnership(spelled: SpelledOwnership): Ownership {
  if (typeof spelled === 'string') return { ...nobody, owner: spelled };
  const { owner, provisional = false, parts = {} } = spelled;
  return { owner, parts: new Map(Object.entries(parts)), isProvisional: provisional };
}
