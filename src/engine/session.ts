import type { NamespacedName, ObjectKey, Resource } from '../desired/resource.ts';
import { Alarm } from './alarm.ts';
import { Credentials } from './credentials.ts';
import { Inbox } from './inbox.ts';
import { isNews } from './news.ts';
import { ReadinessTally } from './readiness-tally.ts';
import { referencesOf, refersTo, type Connection, type Referenced } from './resolve-settings.ts';
import { Schedule } from './schedule.ts';
import { createSessionState, wakeAll, type SessionState } from './session-state.ts';
import { TurnMeter } from './turn-meter.ts';
import { Turns } from './turns.ts';
import type { World } from './world.ts';

/** The one writer of one connection: gathers changes, and turns until nothing is left to do. */
export class Session {
  readonly #world: World;
  readonly #state: SessionState;
  readonly #meter: TurnMeter;
  readonly #alarm: Alarm;
  readonly #credentials: Credentials;
  readonly #schedule: Schedule;
  readonly #inbox: Inbox;
  readonly #turns: Turns;
  #rechecks = 0;

  constructor(key: NamespacedName, world: World) {
    this.#world = world;
    // What names a connection that does not exist has nowhere to go, and no queue to stand in.
    this.#meter = new TurnMeter(key, world, () => (this.#state.connection === undefined ? 0 : this.#state.dirty.size));
    this.#state = createSessionState(key, this.#meter);
    this.#alarm = new Alarm(world.clock);
    this.#schedule = new Schedule(world);
    this.#credentials = new Credentials(world, key, (object) => this.#inbox.onCredential(object));
    const tally = new ReadinessTally(world.metrics);
    const shared = { world, state: this.#state, schedule: this.#schedule, credentials: this.#credentials, tally };
    this.#inbox = new Inbox({ ...shared, alarm: this.#alarm });
    this.#turns = new Turns({ ...shared, meter: this.#meter, wake: () => this.#alarm.ring() });
  }

  /** Nobody refers to the connection and it does not exist: the session can go. */
  get isEmpty(): boolean {
    return this.#state.connection === undefined && this.#state.index.isEmpty;
  }

  /** A resource appeared or changed. */
  put(resource: Resource): void {
    this.#inbox.put(resource);
  }

  remove(key: ObjectKey): void {
    this.#inbox.remove(key);
  }

  /** The connection appeared, changed or is gone (`undefined`). */
  setConnection(connection: Connection | undefined): void {
    const before = this.#state.connection;
    this.#state.connection = connection;
    this.#holdReferences(before, connection);
    if (connection === undefined) this.#turns.forget();
    if (before === undefined || connection === undefined || isNews(before, connection)) this.#recheck();
  }

  /** Held before it is released: what both refer to is not read again. */
  #holdReferences(before: Connection | undefined, after: Connection | undefined): void {
    const { references } = this.#world;
    for (const referenced of after === undefined ? [] : referencesOf(after)) references.hold(referenced);
    for (const referenced of before === undefined ? [] : referencesOf(before)) references.release(referenced);
  }

  /** A Secret or a ConfigMap changed. */
  onReferenced(referenced: Referenced): void {
    const { connection } = this.#state;
    if (connection !== undefined && refersTo(connection, referenced)) this.#recheck();
    if (referenced.kind === 'Secret') this.#inbox.touch([...this.#state.references.holdersOf(referenced.key)]);
  }

  /** The labels of a namespace changed: its objects may have won or lost the consent of the connection. */
  onNamespace(name: string): void {
    this.#inbox.onNamespace(name);
  }

  /** The connection or something that it refers to changed: everything is looked at again. */
  #recheck(): void {
    wakeAll(this.#state, this.#world.clock.steady());
    this.#state.documents.doubtAll();
    this.#rechecks += 1;
    this.#turns.doubt();
    this.#lookAtOnce();
    this.#alarm.ring();
  }

  #lookAtOnce(): void {
    this.#turns.lookSoon();
    this.#schedule.lookAtOnce();
  }

  /** Runs until the signal is aborted or nobody needs it; a commit that is under way is finished first. */
  async run(signal: AbortSignal): Promise<void> {
    this.#inbox.begin();
    this.#world.workload.join(this.#meter);
    while (!signal.aborted && !this.isEmpty) {
      await this.#alarm.sleepUntil(this.#nextTurnMs(), signal);
      await this.#turnWhenDue(signal);
    }
    this.#credentials.close();
    await this.#turns.close();
    this.#inbox.end();
    this.#world.workload.leave(this.#meter);
  }

  /** Of a connection that is another process's to look after nothing is told here. */
  fallSilent(): void {
    this.#turns.forget();
  }

  /** One that begins anew, in another world, with what this one has gathered; this one has ended and is of no use any more. */
  renewed(world: World): Session {
    const { key, connection, index } = this.#state;
    const next = new Session(key, world);
    for (const resource of index.resources()) next.put(resource);
    if (connection !== undefined) next.setConnection(connection);
    this.#inbox.close();
    this.#holdReferences(connection, undefined);
    return next;
  }

  async #turnWhenDue(signal: AbortSignal): Promise<void> {
    if (signal.aborted || this.#world.clock.steady() < this.#nextTurnMs()) return;
    const rechecks = this.#rechecks;
    await this.#meter.measure(() => this.#turns.take(signal));
    // What came while the turn was under way may have come too late for it.
    if (rechecks !== this.#rechecks) this.#lookAtOnce();
  }

  /** When there is something to do: changes at their pace, the next look for drift, the next try after a failure. */
  #nextTurnMs(): number {
    const postponedMs = this.#state.postponed.nextMs ?? Infinity;
    return this.#schedule.nextTurnMs({ isDirty: this.#state.dirty.size > 0, openMs: this.#turns.nextMs, postponedMs });
  }
}
