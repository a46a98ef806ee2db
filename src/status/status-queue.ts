import type { KubernetesObject } from '../desired/resource.ts';
import { isRefusal, messageOf } from '../errors.ts';
import type { Log } from '../log.ts';
import { Lanes } from './lanes.ts';
import { isSameStatus } from './next-status.ts';
import type { ObjectWriter } from './object-writer.ts';

/** An object whose status is written. */
export interface StatusTarget extends KubernetesObject<unknown, object> {
  readonly plural: string;
}

interface Entry {
  readonly uid: string;
  readonly lane: string;
  /** What was written last or is about to be: the truth until the watch brings something newer. */
  status: object;
  /** The version that our last write made; empty until it is answered. */
  resourceVersion: string;
  target: StatusTarget;
  state: 'queued' | 'writing' | 'written';
  failures: number;
}

/** Enough to keep the API server busy without crowding others out. */
const WRITERS = 16;
/** Nobody else would tell again what is not written, so it is tried until the API server is back. */
const MAX_PAUSE_MS = 30_000;
/** Where we may not write there may be thousands of them, and until somebody gives us the right each is refused at once. */
const FORBIDDEN_PAUSE_MS = 300_000;

/** Writes statuses in the background, a few at a time; of several for one object only the last. */
export class StatusQueue {
  readonly #writer: ObjectWriter;
  readonly #log: Log;
  readonly #entries = new Map<string, Entry>();
  readonly #queue = new Lanes(() => this.#start());
  #active = 0;
  #waiters: (() => void)[] = [];
  #isClosed = false;

  constructor(writer: ObjectWriter, log: Log) {
    this.#writer = writer;
    this.#log = log;
  }

  /** The status that an object has or is about to have. */
  current(target: StatusTarget): object {
    const entry = this.#entries.get(keyOf(target));
    if (entry?.uid !== target.uid) return target.status;
    const isOlder = entry.state !== 'written' || Number(target.resourceVersion) < Number(entry.resourceVersion);
    if (isOlder) return entry.status;
    this.#entries.delete(keyOf(target));
    return target.status;
  }

  /**
   * Queues a write unless the object has that status already.
   *
   * @param lane of who tells it
   */
  put(target: StatusTarget, status: object, lane = ''): void {
    if (isSameStatus(this.current(target), status)) return;
    const key = keyOf(target);
    const entry = this.#entries.get(key);
    if (entry !== undefined && entry.uid === target.uid && entry.state !== 'written') {
      entry.status = status;
      entry.target = target;
      return;
    }
    this.#entries.set(key, {
      uid: target.uid,
      lane,
      status,
      resourceVersion: '',
      target,
      state: 'queued',
      failures: 0,
    });
    this.#queue.put(lane, key);
    this.#start();
  }

  /** Writes of a lane wait until `free`, or some seconds. */
  hold(lane: string): void {
    this.#queue.hold(lane);
  }

  free(lane: string): void {
    this.#queue.free(lane);
  }

  /** Ends when nothing is queued or under way. */
  idle(): Promise<void> {
    if (this.#queue.isEmpty && this.#active === 0) return Promise.resolve();
    return new Promise((resolve) => this.#waiters.push(resolve));
  }

  /** Tries nothing again: whoever comes next tells it anew. */
  close(): void {
    this.#isClosed = true;
    this.#queue.clear();
  }

  #start(): void {
    while (this.#active < WRITERS) {
      const key = this.#queue.next();
      if (key === undefined) return;
      const entry = this.#entries.get(key);
      if (entry === undefined) continue;
      this.#active += 1;
      void this.#write(key, entry).finally(() => {
        this.#active -= 1;
        this.#start();
        if (this.#active === 0 && this.#queue.isEmpty) this.#waiters.splice(0).forEach((wake) => wake());
      });
    }
  }

  async #write(key: string, entry: Entry): Promise<void> {
    const { status, target } = entry;
    entry.state = 'writing';
    try {
      const resourceVersion = await this.#writer.writeStatus(target, status);
      if (resourceVersion === undefined) this.#drop(key, entry);
      else this.#finish(key, entry, { status, resourceVersion });
    } catch (error) {
      this.#retry(key, entry, error);
    }
  }

  /** Done, or once more when another status came in meanwhile. */
  #finish(key: string, entry: Entry, written: { readonly status: object; readonly resourceVersion: string }): void {
    entry.resourceVersion = written.resourceVersion;
    entry.failures = 0;
    if (entry.status === written.status || this.#isOutdated(key, entry)) {
      entry.state = 'written';
      return;
    }
    entry.state = 'queued';
    this.#queue.put(entry.lane, key);
  }

  #retry(key: string, entry: Entry, error: unknown): void {
    const { namespace, name } = entry.target;
    entry.failures += 1;
    const isTold = isHopeless(error) || (isForbidden(error) && entry.failures === 1);
    if (isTold) this.#log.error({ namespace, name, error: messageOf(error) }, 'status not written');
    if (isHopeless(error)) return this.#drop(key, entry);
    if (this.#isClosed) return;
    entry.state = 'queued';
    const timer = setTimeout(() => this.#goOn(key, entry), pauseMs(error, entry.failures));
    timer.unref();
  }

  #goOn(key: string, entry: Entry): void {
    if (this.#isClosed || this.#isOutdated(key, entry)) return;
    this.#queue.put(entry.lane, key);
    this.#start();
  }

  /** Another object has the name by now, and an entry of its own. */
  #isOutdated(key: string, entry: Entry): boolean {
    return this.#entries.get(key) !== entry;
  }

  #drop(key: string, entry: Entry): void {
    if (!this.#isOutdated(key, entry)) this.#entries.delete(key);
  }
}

/** Refused for what it says; a status of 0 is no answer at all. */
function isHopeless(error: unknown): boolean {
  return isRefusal(error) && !isForbidden(error) && error.status !== 409 && error.status !== 429;
}

/** Refused for who we are: rights that are taken away and given back, or a token that the API server does not know for a moment. */
function isForbidden(error: unknown): boolean {
  return isRefusal(error) && (error.status === 401 || error.status === 403);
}

function pauseMs(error: unknown, failures: number): number {
  return Math.min(isForbidden(error) ? FORBIDDEN_PAUSE_MS : MAX_PAUSE_MS, 200 * 2 ** failures);
}

function keyOf({ plural, namespace, name }: StatusTarget): string {
  return `${plural}/${namespace}/${name}`;
}
