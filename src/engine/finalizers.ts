import type { OwnerChange } from '../commit/ownership.ts';
import { hasFinalizer, isDeleting, objectKey, resourceName, type Resource } from '../desired/resource.ts';
import { messageOf } from '../errors.ts';
import type { StatusTarget } from '../status/status-queue.ts';
import { toTarget, type ObjectTeller } from './object-teller.ts';
import type { SessionState } from './session-state.ts';
import type { World } from './world.ts';

/** Owners that are confirmed are put on record together: that takes one write for each ConfigMap. */
const CONFIRMED_TOGETHER = 1000;

/** Finalizers of objects that are in force without one, set in the background, and the ownership that they confirm. */
export class Finalizers {
  readonly #world: Pick<World, 'finalizers' | 'log'>;
  readonly #state: Pick<SessionState, 'key' | 'ledger' | 'index'>;
  readonly #teller: Pick<ObjectTeller, 'record'>;
  #confirmed: OwnerChange[] = [];
  #missing = 0;

  constructor(
    world: Pick<World, 'finalizers' | 'log'>,
    state: Pick<SessionState, 'key' | 'ledger' | 'index'>,
    teller: Pick<ObjectTeller, 'record'>,
  ) {
    this.#world = world;
    this.#state = state;
    this.#teller = teller;
  }

  /** What is in force has to be waited for when it is deleted. */
  ensure(resource: Resource): void {
    if (hasFinalizer(resource) || isDeleting(resource)) return;
    const onDone = (isSet: boolean): void => this.#done(resource, isSet);
    const onRefused = (error: unknown): void => this.#refused(resource, error);
    const current = (): StatusTarget | undefined => {
      const now = this.#state.index.get(objectKey(resource));
      return now?.uid === resource.uid ? toTarget(now) : undefined;
    };
    if (this.#world.finalizers.set(resource.uid, current, { onDone, onRefused })) this.#missing += 1;
  }

  #done(resource: Resource, isSet: boolean): void {
    this.#missing -= 1;
    const { document } = resource.kind;
    const name = resourceName(resource);
    const ownership = this.#state.ledger?.owners.ownershipOf(document, name);
    if (isSet && ownership?.isProvisional === true && ownership.owner === objectKey(resource))
      this.#confirmed.push({ document, name, isProvisional: false });
    if (this.#missing === 0 || this.#confirmed.length >= CONFIRMED_TOGETHER) void this.#confirm();
  }

  /** What cannot be saved now is saved with the next change; until then it is only looked at once more after a restart. */
  async #confirm(): Promise<void> {
    const confirmed = this.#confirmed.splice(0);
    if (confirmed.length === 0) return;
    try {
      await this.#state.ledger?.owners.record(confirmed);
    } catch (error) {
      this.#world.log.debug({ connection: this.#state.key, error: messageOf(error) }, 'finalizers not recorded');
    }
  }

  #refused(resource: Resource, error: unknown): void {
    const message = `it is in force, but its finalizer cannot be set: ${messageOf(error)}`;
    this.#teller.record(resource, { type: 'Warning', reason: 'FinalizerNotSet', message });
  }
}
