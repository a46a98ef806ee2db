import { objectKey, type ObjectStatus, type Resource } from '../desired/resource.ts';
import { messageOf } from '../errors.ts';
import { waiting, type Outcome } from '../plan/outcome.ts';
import { isReady, nextStatus, readyCondition, waitingSinceMs, type Unresolved } from '../status/next-status.ts';
import type { StatusTarget } from '../status/status-queue.ts';
import type { EventDraft } from '../status/event-recorder.ts';
import type { ReadinessTally } from './readiness-tally.ts';
import type { World } from './world.ts';

/** A clock that was set must not make anybody look again and again. */
const LEAST_PATIENCE_MS = 1000;

/** Tells the owners of custom resources what became of them: status, events, and the end of the finalizer. */
export class ObjectTeller {
  readonly #world: World;
  readonly #tally: ReadinessTally;
  readonly #lane: string;
  #releases: { readonly resource: Resource; readonly leftBehind: string | undefined }[] = [];

  /** @param lane of its statuses: one for each connection */
  constructor(world: World, tally: ReadinessTally, lane: string) {
    this.#world = world;
    this.#tally = tally;
    this.#lane = lane;
  }

  /** While thousands wait to be committed their statuses do not get in the way: they are written afterwards, or after some seconds. */
  keepBack(isBehind: boolean): void {
    if (isBehind) this.#world.statuses.hold(this.#lane);
    else this.#world.statuses.free(this.#lane);
  }

  /** @param unresolved what the spec names in vain; undefined when that is not known */
  tell(resource: Resource, outcome: Outcome, unresolved?: Unresolved): void {
    if (outcome.type === 'released') {
      this.#releases.push({ resource, leftBehind: outcome.leftBehind });
      return;
    }
    // It is not there any more, and another one of its name is told what becomes of itself.
    if (resource.hasDeparted === true) return;
    const { clock, statuses, patience } = this.#world;
    const target = toTarget(resource);
    const current = statuses.current(target) as ObjectStatus;
    const next = nextStatus({ ...resource, status: current }, outcome, {
      nowMs: clock.now(),
      stallAfterMs: patience.stallAfterMs,
      ...(unresolved === undefined ? {} : { unresolved }),
    });
    statuses.put(target, next, this.#lane);
    this.#tally.tell(resource, next);
    this.#recordChange(resource, current, next);
  }

  record(resource: Resource, draft: EventDraft): void {
    this.#world.events.record({ ...subjectOf(resource), kind: resource.kind.kind }, draft);
  }

  /** When, by the clock that is never set, a resource that waits has to be told as stalled; undefined when that is told. */
  stallsAtMs(resource: Resource): number | undefined {
    const { clock, statuses, patience } = this.#world;
    const sinceMs = waitingSinceMs(statuses.current(toTarget(resource)));
    if (sinceMs === undefined) return undefined;
    return clock.steady() + Math.max(LEAST_PATIENCE_MS, sinceMs + patience.stallAfterMs - clock.now());
  }

  /** Whether the resource, as it is now, was told to be in force. */
  isReady(resource: Resource): boolean {
    const status = this.#world.statuses.current(toTarget(resource)) as ObjectStatus;
    return isReady({ generation: resource.generation, status });
  }

  isToldPaused(resource: Resource): boolean {
    const status = this.#world.statuses.current(toTarget(resource)) as ObjectStatus;
    return status.conditions?.some(({ type }) => type === 'Paused') === true;
  }

  /** Takes the finalizers off what was released. @returns the ones that could not be reached, and those that went before */
  async release(): Promise<{ readonly failed: readonly Resource[]; readonly departed: readonly Resource[] }> {
    const failed: Resource[] = [];
    const releases = this.#releases.splice(0);
    const departed = releases.map(({ resource }) => resource).filter(({ hasDeparted }) => hasDeparted === true);
    const workers = Array.from({ length: Math.min(8, releases.length) }, async () => {
      for (let next = releases.pop(); next !== undefined; next = releases.pop()) {
        if (!(await this.#releaseOne(next.resource, next.leftBehind))) failed.push(next.resource);
      }
    });
    await Promise.all(workers);
    return { failed, departed };
  }

  async #releaseOne(resource: Resource, leftBehind: string | undefined): Promise<boolean> {
    try {
      const source = resource.kind.credential?.(resource.spec as never);
      if (source?.type === 'generated' && leftBehind !== undefined) await this.#world.secrets.disown(resource, source);
      if (resource.hasDeparted !== true) await this.#world.writer.removeFinalizer(toTarget(resource));
    } catch (error) {
      this.#world.log.warn({ object: objectKey(resource), error: messageOf(error) }, 'finalizer not removed');
      this.tell(resource, waiting('Retrying', `the finalizer cannot be removed: ${messageOf(error)}`));
      return false;
    }
    if (leftBehind !== undefined) this.record(resource, { type: 'Warning', reason: 'LeftBehind', message: leftBehind });
    return true;
  }

  #recordChange(resource: Resource, before: ObjectStatus, after: ObjectStatus): void {
    const ready = readyCondition(after);
    if (ready === undefined || ready.reason === readyCondition(before)?.reason) return;
    const type = after.conditions?.some((condition) => condition.type === 'Stalled') === true ? 'Warning' : 'Normal';
    this.record(resource, { type, reason: ready.reason, message: ready.message });
  }
}

export function toTarget(resource: Resource): StatusTarget {
  return { ...resource, plural: resource.kind.plural };
}

function subjectOf({ namespace, name, uid, resourceVersion }: Resource): {
  namespace: string;
  name: string;
  uid: string;
  resourceVersion: string;
} {
  return { namespace, name, uid, resourceVersion };
}
