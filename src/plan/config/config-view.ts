import type { Claim } from '../../desired/claim.ts';
import type { Outcome } from '../outcome.ts';
import type { Parts } from '../slot.ts';
import type { ConfigTree, Leaves, Pointer } from './tree.ts';
import type { Safety } from './ways-in.ts';

/** What one object declares. */
export interface ConfigClaim {
  readonly claim: Pick<Claim, 'key' | 'resource'>;
  /** The values, or why there are none. */
  readonly declared:
    { readonly type: 'leaves'; readonly leaves: Leaves } | { readonly type: 'none'; readonly outcome: Outcome };
  /** Pointers below `dynamic` of keys that may be sent though nobody knows them here. */
  readonly allowedKeys: readonly Pointer[];
  /** The declared `dynamic` is the whole of it. */
  readonly isReplacing: boolean;
  /** Why it must not be tried (again) for now. */
  readonly refusal: Outcome | undefined;
  /** What it is told while it waits for others, and changes nothing. */
  readonly held?: Outcome;
  readonly hasProbes: boolean;
}

export interface ConfigView {
  readonly claims: readonly ConfigClaim[];
  readonly live: ConfigTree;
  /** Pointers of what each object put there; that of a domain itself when the whole of it is the object's. */
  readonly parts: Parts;
  readonly isObserving: boolean;
  readonly safety: Omit<Safety, 'hasProbes'>;
}
