import type { Backup } from '../commit/config/config-backups.ts';
import type { ObjectKey } from '../desired/resource.ts';
import { stalled, type Outcome } from '../plan/outcome.ts';

/** A change of the configuration that did not come into force. */
interface Failure {
  /** Whose wishes they were, in which version. */
  readonly subjects: Readonly<Record<ObjectKey, string>>;
  /**
   * What had been asked for last of each whom the server refused: the cause may lie in the cluster, so whoever asks again
   * is tried again. Absent where it was put back: that is not done twice to all who log in.
   */
  readonly requests?: Readonly<Record<ObjectKey, string>>;
  readonly outcome: Outcome;
}

/** An object in one version, and what it asks for: the value of its annotation, or nothing. */
export interface Subject {
  readonly key: ObjectKey;
  readonly version: string;
  readonly request: string;
}

const KEPT = 100;

/** What was tried in vain, so that it is not tried again before something changes. */
export class ConfigFailures {
  #failures: readonly Failure[] = [];

  /** What a former process tried is on record in the backups. */
  takeOver(backups: readonly Backup[]): void {
    for (const { journal } of [...backups].reverse())
      if (journal.state === 'RolledBack' && journal.upgrade === undefined)
        this.add({ subjects: journal.subjects, outcome: rolledBack(journal.why ?? '') });
  }

  add(failure: Failure): void {
    this.#failures = [failure, ...this.#failures].slice(0, KEPT);
  }

  /** Why an object must not be tried again as it is. */
  refusalOf({ key, version, request }: Subject): Outcome | undefined {
    return this.#failures.find(
      ({ subjects, requests }) =>
        isAlone(subjects) && subjects[key] === version && (requests === undefined || requests[key] === request),
    )?.outcome;
  }

  /** Several objects failed together: each has to be tried alone to find out whose fault it was. */
  areSuspects(all: readonly Subject[]): boolean {
    return this.#failures.some(
      ({ subjects }) => !isAlone(subjects) && all.some(({ key, version }) => subjects[key] === version),
    );
  }
}

export function rolledBack(why: string): Outcome {
  return stalled(
    'RolledBack',
    `put back what was there before, since ${why}; it is not tried again until the spec or a Secret changes`,
  );
}

function isAlone(subjects: Readonly<Record<ObjectKey, string>>): boolean {
  return Object.keys(subjects).length === 1;
}
