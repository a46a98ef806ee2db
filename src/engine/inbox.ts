import { objectKey, resourceName, type ObjectKey, type Resource } from '../desired/resource.ts';
import type { Alarm } from './alarm.ts';
import { slotKeyOf } from './claim-index.ts';
import type { Credentials } from './credentials.ts';
import { departedAs, leavesAName } from './departed.ts';
import { isNews } from './news.ts';
import { toTarget } from './object-teller.ts';
import type { ReadinessTally } from './readiness-tally.ts';
import type { SecretChanges } from './reference-index.ts';
import type { Schedule } from './schedule.ts';
import { wake, type SessionState } from './session-state.ts';
import type { World } from './world.ts';

/** What an inbox works with. */
export interface InboxParts {
  readonly world: Pick<World, 'references' | 'statuses'>;
  readonly state: SessionState;
  readonly schedule: Schedule;
  readonly alarm: Alarm;
  readonly tally: ReadinessTally;
  readonly credentials: Pick<Credentials, 'forget'>;
}

/** What arrives for one session besides its connection: it becomes dirty slots, and the session is woken. */
export class Inbox {
  readonly #parts: InboxParts;
  #isRunning = false;

  constructor(parts: InboxParts) {
    this.#parts = parts;
  }

  /** From now on what arrives was edited, and not there before. */
  begin(): void {
    this.#isRunning = true;
  }

  /** From now on somebody else may look after the names: of what departs nothing has to be removed here. */
  end(): void {
    this.#isRunning = false;
  }

  /** A resource appeared or changed. What only we wrote ourselves wakes nobody. */
  put(resource: Resource): void {
    const { world, state, tally } = this.#parts;
    const before = state.index.get(objectKey(resource));
    const slots = state.index.put(resource);
    if (before !== undefined && resourceName(before) !== resourceName(resource)) this.#depart(before);
    this.#hold(state.references.put(resource, slots.at(-1) ?? ''));
    tally.put(resource, world.statuses.current(toTarget(resource)));
    if (before !== undefined && !isNews(before, resource)) return;
    if (before !== undefined && before.reconcileRequestedAt !== resource.reconcileRequestedAt)
      state.documents.doubt(resource.kind.document);
    this.touch(slots);
  }

  remove(key: ObjectKey): void {
    const { state, tally, credentials } = this.#parts;
    const resource = state.index.get(key);
    const slot = state.index.delete(key);
    if (slot === undefined || resource === undefined) return;
    tally.delete(resource);
    this.#hold(state.references.delete(key));
    credentials.forget(resource);
    this.#depart(resource);
    this.touch([slot]);
  }

  #depart(resource: Resource): void {
    const { state } = this.#parts;
    if (this.#isRunning && leavesAName(state, resource)) state.index.putDeparted(departedAs(resource));
  }

  /** Nothing counts here any more, nor is anything held. */
  close(): void {
    const { state, tally } = this.#parts;
    for (const resource of state.index.resources()) {
      tally.delete(resource);
      this.#hold(state.references.delete(objectKey(resource)));
    }
  }

  /** The hash of a password is there. */
  onCredential(key: ObjectKey): void {
    const { state, schedule, alarm } = this.#parts;
    const resource = state.index.get(key);
    if (resource === undefined) return;
    const nowMs = schedule.arrived();
    wake(state, slotKeyOf(resource.kind.document, resourceName(resource)), { priority: 'edit', nowMs });
    alarm.ring();
  }

  /** The labels of a namespace changed: its objects may have won or lost the consent of the connection. */
  onNamespace(name: string): void {
    const { state, schedule, alarm } = this.#parts;
    const nowMs = schedule.arrived();
    for (const { key, claimants } of state.index.slots()) {
      if ([...claimants.values()].some(({ namespace }) => namespace === name))
        wake(state, key, { priority: 'sweep', nowMs });
    }
    alarm.ring();
  }

  /** Something that these slots depend on changed. */
  touch(slots: readonly string[]): void {
    if (slots.length === 0) return;
    const { state, schedule, alarm } = this.#parts;
    const nowMs = schedule.arrived();
    for (const slot of slots) {
      state.refusals.delete(slot);
      // What was there before us was edited by nobody just now.
      wake(state, slot, { priority: this.#isRunning ? 'edit' : 'sweep', nowMs });
    }
    schedule.arrivedWhileClosed();
    alarm.ring();
  }

  #hold({ gained, lost }: SecretChanges): void {
    const { references } = this.#parts.world;
    for (const key of gained) references.hold({ kind: 'Secret', key });
    for (const key of lost) references.release({ kind: 'Secret', key });
  }
}
