import type { RawObject } from '../../src/watch/list-watch.ts';
import type { Place } from './kubernetes-requests.ts';

/** Something that happened to an object. */
interface Told {
  readonly type: string;
  readonly collection: string;
  readonly version: number;
  readonly object: RawObject;
}

interface Watcher {
  readonly place: Place;
  readonly queue: (string | Error | typeof END)[];
  wake: () => void;
}

/** Ends a watch. */
const END = Symbol('end');

/** The watches of an API server in memory, with what happened before they began. */
export class FakeWatches {
  readonly #history: Told[] = [];
  readonly #watchers = new Set<Watcher>();
  #oldest = 0;
  /** What happens meanwhile is told to those only who begin afterwards. */
  areBehind = false;

  get size(): number {
    return this.#watchers.size;
  }

  /** What happened after a version and happens from now on, one JSON text each, until the signal or the end. */
  async *follow(place: Place, from: number, signal: AbortSignal): AsyncGenerator<string> {
    const watcher: Watcher = { place, queue: this.#backlog(place, from), wake: () => undefined };
    this.#watchers.add(watcher);
    try {
      for (;;) {
        const next = watcher.queue.shift();
        if (signal.aborted || next === END) return;
        if (next instanceof Error) throw next;
        if (next !== undefined) yield next;
        else await somethingNew(watcher, signal);
      }
    } finally {
      this.#watchers.delete(watcher);
    }
  }

  tell(told: Told): void {
    this.#history.push(told);
    if (this.areBehind) return;
    for (const watcher of this.#watchers) if (isAbout(told, watcher.place)) push(watcher, spell(told));
  }

  end(): void {
    for (const watcher of this.#watchers) push(watcher, END);
  }

  break(error: Error): void {
    for (const watcher of this.#watchers) push(watcher, error);
  }

  bookmark(version: number): void {
    const object = { metadata: { resourceVersion: String(version) } };
    for (const watcher of this.#watchers) push(watcher, JSON.stringify({ type: 'BOOKMARK', object }));
  }

  /** Who asks for anything before that is told that it has expired. */
  forgetUntil(version: number): void {
    this.#oldest = version;
  }

  #backlog(place: Place, from: number): string[] {
    const expired = { type: 'ERROR', object: { kind: 'Status', code: 410, message: 'too old', metadata: {} } };
    if (from < this.#oldest) return [JSON.stringify(expired)];
    return this.#history.filter((told) => told.version > from && isAbout(told, place)).map(spell);
  }
}

function push(watcher: Watcher, item: string | Error | typeof END): void {
  watcher.queue.push(item);
  watcher.wake();
}

function somethingNew(watcher: Watcher, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    watcher.wake = resolve;
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
}

function isAbout({ collection, object }: Told, place: Place): boolean {
  return (
    collection === place.collection && (place.namespace === undefined || object.metadata.namespace === place.namespace)
  );
}

function spell({ type, object }: Told): string {
  return JSON.stringify({ type, object });
}
