import type { Cluster, OpenSearchSettings } from '../commit/cluster.ts';
import { AuthenticationError, messageOf, OperatorError } from '../errors.ts';
import type { EventDraft } from '../status/event-recorder.ts';
import { backoffMs, type BackoffBounds } from '../backoff.ts';
import type { World } from './world.ts';

/** The login that the Secret has now, and who else may put it in force. */
export interface WantedLogin {
  readonly settings: OpenSearchSettings;
  /** The cluster, open with the login of before. */
  readonly cluster: Cluster;
  /** Why we may not change it ourselves: `OBSERVED`, or an object has the user; another text each time that it was written. */
  readonly holder: string | undefined;
  /** Whether the cluster takes the login. @throws what is not about the login */
  readonly works: () => Promise<boolean>;
}

/** `take`: the new login is in force. `keep`: go on with the one of before. */
type Decision = 'take' | 'keep';

const CHANGED = 'the password in the Secret is new and has been put in force in OpenSearch for the user';
const ADVICE =
  'The one of before is used on. Put another one into the Secret, or change it in OpenSearch by other means';
/** The connection writes nothing. */
export const OBSERVED = 'observed';
/** Without another password: each try is a wrong one, of which a cluster may take only ten an hour. */
const HELD_RETRY = { firstMs: 900_000, maxMs: 3_600_000 };
const RETRY = { firstMs: 5000, maxMs: 300_000 };

/**
 * Puts a new password of our own user in force when its Secret changes, with the login of before, which is used until
 * then: a rotation never shuts us out. Nothing is tried twice that the server refused for what it is, since each wrong
 * password counts against us where the cluster limits attempts.
 */
export class OwnPassword {
  readonly #world: Pick<World, 'clock' | 'random'>;
  readonly #tell: (event: EventDraft) => void;
  #holder: string | undefined;
  #problem: string | undefined;
  #failures = 0;
  #retryAtMs = 0;

  constructor(world: Pick<World, 'clock' | 'random'>, tell: (event: EventDraft) => void) {
    this.#world = world;
    this.#tell = tell;
  }

  /** Why the login that is in use is not the one that the Secret has; undefined when it is. */
  get problem(): string | undefined {
    return this.#problem;
  }

  /** The Secret changed, or the login that it has is in use. */
  forget(): void {
    this.#problem = undefined;
    this.#failures = 0;
    this.#retryAtMs = 0;
  }

  /** At most one change and one login. */
  async decide(wanted: WantedLogin): Promise<Decision> {
    const { holder } = wanted;
    if (holder !== this.#holder) this.forget();
    this.#holder = holder;
    if (this.#world.clock.steady() < this.#retryAtMs) return 'keep';
    try {
      const problem = holder === undefined ? await this.#change(wanted) : await whatHolds(wanted);
      if (problem === undefined) return 'take';
      this.#problem = problem;
      // Nobody tells when it is in force all the same.
      if (holder === undefined) this.#retryAtMs = Infinity;
      else this.#retryLater(HELD_RETRY);
    } catch (error) {
      if (!(error instanceof OperatorError)) throw error;
      this.#problem = `the new password could not be put in force yet: ${messageOf(error)}`;
      this.#retryLater(RETRY);
      // Our login of before is not taken any more: what the Secret has is the one to try next.
      if (error instanceof AuthenticationError) return 'take';
    }
    return 'keep';
  }

  #retryLater(pause: BackoffBounds): void {
    const { clock, random } = this.#world;
    this.#retryAtMs = clock.steady() + backoffMs(this.#failures, pause, random);
    this.#failures += 1;
  }

  /** Who has the new password in force some other way, such as a directory, is refused here and let in there. */
  async #change({ settings, cluster, works }: WantedLogin): Promise<string | undefined> {
    if (settings.auth.type !== 'basic') return undefined;
    const answer = await cluster.changePassword(settings.auth.password);
    if (answer.type === 'changed') {
      this.#tell({ type: 'Normal', reason: 'PasswordChanged', message: `${CHANGED} "${settings.auth.username}"` });
      // Who logs in while somebody else tries the same password from before the change shares the refusal: once is no proof.
      await works().catch(() => false);
      return undefined;
    }
    if (await works()) return undefined;
    return `OpenSearch refused the new password (${answer.words.replace(/\.$/, '')}). ${ADVICE}`;
  }
}

async function whatHolds({ works, holder }: WantedLogin): Promise<string | undefined> {
  if (await works()) return undefined;
  return holder === OBSERVED
    ? 'managementPolicy is Observe, so the password is not changed: change it in OpenSearch'
    : 'the new password is in force as soon as the OpenSearchUser of this user is Applied';
}
