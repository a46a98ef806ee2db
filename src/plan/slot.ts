import type { Canonical } from '../desired/canonical.ts';
import type { Claim } from '../desired/claim.ts';
import type { ObjectKey } from '../desired/resource.ts';
import type { Kind, Self } from '../kinds/kind.ts';
import type { Operation } from './operation.ts';
import type { Outcome } from './outcome.ts';

/** What the server has under one name. A protected one is never touched. */
export interface Live {
  readonly canonical: Canonical;
  readonly protection?: 'reserved' | 'static' | 'hidden';
}

/** An operation that the server refused, so that it is not sent again until it changes. */
export interface Refusal {
  /** Undefined for a removal. */
  readonly value: Canonical | undefined;
  readonly words: string;
}

/** Fingerprints of what each object put into a shared entity, so that just that can be taken out again. */
export type Parts = ReadonlyMap<ObjectKey, readonly string[]>;

/** The part of a kind that decisions depend on. */
export type SlotKind = Pick<Kind, 'noun' | 'requiredFields' | 'emptyValue' | 'sharing' | 'cutsOff'>;

/** Another name that is in OpenSearch and comes to the same place there. */
export interface Rival {
  readonly name: string;
  /** On record, or about to be; undefined when no object has it. */
  readonly owner: ObjectKey | undefined;
}

/** All that is known of one name of one document of one cluster. */
export interface SlotView {
  readonly kind: SlotKind;
  readonly name: string;
  readonly claims: readonly Claim[];
  readonly live: Live | undefined;
  readonly rivals: readonly Rival[];
  /** The namespace of the connection, which trusts the objects in it. */
  readonly home: string | undefined;
  /** Who created or adopted it, living or not. */
  readonly owner: ObjectKey | undefined;
  /** On record for a shared name. */
  readonly parts: Parts;
  /** Of those on record, whose objects this process does not see: what they put there stays. */
  readonly unseen: ReadonlySet<ObjectKey>;
  /** It could not be put on record: that somebody has a finalizer does not mean that the record was lost. */
  readonly isUnrecorded: boolean;
  readonly refusal: Refusal | undefined;
  /** Version of the secret part that is in force, as far as that is known. */
  readonly secretInForce: string | undefined;
  /** Write nothing: the connection only observes. */
  readonly isObserving: boolean;
  /** Undefined while that is not known. */
  readonly self: Self | undefined;
}

/** What to do about one name, and what to tell each of its claimants once that is done. */
export interface Decision {
  readonly operation?: Operation;
  /** Whose operation it is: told when the server refuses it. */
  readonly subjects?: readonly ObjectKey[];
  /** Who owns the name from now on; `null` when nobody does; absent when that does not change. */
  readonly owner?: ObjectKey | null;
  /** Who has which part from now on; absent when that does not change. */
  readonly parts?: Parts;
  readonly outcomes: ReadonlyMap<ObjectKey, Outcome>;
}
