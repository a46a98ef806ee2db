/** Reasons of `Ready=False` while the operator goes on by itself. */
export type WaitingReason =
  | 'Pending'
  | 'ConnectionNotFound'
  | 'ConnectionNotReady'
  | 'SecretNotFound'
  | 'ReferenceNotFound'
  | 'Retrying'
  | 'Verifying';

/** Reasons of `Ready=False` when a person has to act. */
export type StalledReason =
  | 'InvalidSpec'
  | 'Rejected'
  | 'AlreadyExists'
  | 'NameTaken'
  | 'Reserved'
  | 'NotPermitted'
  | 'Forbidden'
  | 'WouldLockOut'
  | 'RolledBack'
  | 'Unsupported';

/** What a pass found out about one custom resource. */
export type Outcome =
  | {
      readonly type: 'applied';
      readonly resourceName: string;
      readonly message: string;
      readonly secretVersion?: string;
      /** What else the status shows, for kinds that have more to show. */
      readonly details?: OutcomeDetails;
    }
  | { readonly type: 'observed'; readonly resourceName: string; readonly plannedChanges: readonly string[] }
  | { readonly type: 'waiting'; readonly reason: WaitingReason; readonly message: string }
  | {
      readonly type: 'stalled';
      readonly reason: StalledReason;
      readonly message: string;
      readonly details?: OutcomeDetails;
    }
  /** Nothing is done until a person takes the annotation away. */
  | { readonly type: 'paused' }
  /** The object is being deleted and nothing of it is left to do; `leftBehind` names what stays in OpenSearch, if anything. */
  | { readonly type: 'released'; readonly leftBehind?: string };

/** What the status of a configuration shows besides its conditions. */
export interface OutcomeDetails {
  readonly backups?: readonly { readonly secretName: string; readonly createdAt: string }[];
  readonly upgrade?: { readonly available: boolean; readonly changes?: readonly string[] };
  /** What became of the upgrade that the object asks for. */
  readonly upgradePerformed?: { readonly status: 'True' | 'False'; readonly reason: string; readonly message: string };
  /** Why nobody could put a wrong configuration back; undefined when somebody can. */
  readonly noWayBack?: string;
}

export function waiting(reason: WaitingReason, message: string): Outcome {
  return { type: 'waiting', reason, message };
}

export function stalled(reason: StalledReason, message: string): Outcome {
  return { type: 'stalled', reason, message };
}
