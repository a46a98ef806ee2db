import { objectKey, type ObjectKey, type ObjectStatus, type Resource } from '../desired/resource.ts';
import type { Kind } from '../kinds/kind.ts';
import type { Metrics } from '../metrics.ts';
import { isReady } from '../status/next-status.ts';

const STATES = ['ready', 'progressing', 'stalled', 'paused'] as const;
type State = (typeof STATES)[number];

/** Counts objects by kind and state as these change, so that a scrape costs nothing however many there are. */
export class ReadinessTally {
  readonly #gauge: Metrics['resources'];
  readonly #states = new Map<ObjectKey, State>();

  constructor({ resources }: Pick<Metrics, 'resources'>) {
    this.#gauge = resources;
  }

  /** An object appeared or changed. */
  put(resource: Resource, status: ObjectStatus): void {
    this.#move(resource.kind, objectKey(resource), stateOf(resource, status));
  }

  /** An object was told something new; nothing when it is gone meanwhile. */
  tell(resource: Resource, status: ObjectStatus): void {
    if (this.#states.has(objectKey(resource))) this.put(resource, status);
  }

  delete(resource: Resource): void {
    this.#move(resource.kind, objectKey(resource), undefined);
  }

  #move({ kind }: Kind, key: ObjectKey, to: State | undefined): void {
    const from = this.#states.get(key);
    if (from === to) return;
    if (from !== undefined) this.#gauge.dec({ kind, state: from });
    if (to !== undefined) this.#gauge.inc({ kind, state: to });
    if (to === undefined) this.#states.delete(key);
    else this.#states.set(key, to);
  }
}

/** Every series is there from the beginning: what is absent cannot be told from none. */
export function showNoResources({ resources }: Pick<Metrics, 'resources'>, kinds: readonly Kind[]): void {
  for (const { kind } of kinds) for (const state of STATES) resources.inc({ kind, state }, 0);
}

function stateOf({ generation }: Resource, status: ObjectStatus): State {
  if (isReady({ generation, status })) return 'ready';
  const is = (type: string): boolean =>
    status.conditions?.some((condition) => condition.type === type && condition.status === 'True') === true;
  // Somebody asked for that: a newer spec is not looked at, however long it takes.
  if (is('Paused')) return 'paused';
  return is('Stalled') && status.observedGeneration === generation ? 'stalled' : 'progressing';
}
