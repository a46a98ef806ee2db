import type { Clock } from '../clock.ts';
import { forEachConcurrently } from '../concurrency.ts';
import { isRefusal, NotLeaderError } from '../errors.ts';
import { backoffMs } from '../backoff.ts';
import type { ObjectWriter } from './object-writer.ts';
import type { StatusQueue } from './status-queue.ts';

type Target = Parameters<ObjectWriter['addFinalizer']>[0];

/** Who asks for a finalizer is told once what became of it. */
export interface FinalizerListener {
  /** `isSet` is false when the object is gone or being deleted. */
  readonly onDone: (isSet: boolean) => void;
  /** The first time that the API server refuses it for what it is; it is tried on. */
  readonly onRefused: (error: unknown) => void;
}

interface Job {
  readonly uid: string;
  readonly current: () => Target | undefined;
  readonly listener: FinalizerListener;
  failures: number;
  isRefused: boolean;
}

const WRITERS = 8;
/** As many are written before somebody who waits for a status has the right of way again. */
const BATCH = 64;
/** Statuses that never cease may not keep finalizers back for longer. */
const MAX_WAIT_MS = 20_000;
/** What waits is written when the process ends, as far as that goes within this time. */
const CLOSE_MS = 5000;
const RETRY = { firstMs: 200, maxMs: 300_000 };

/**
 * Sets finalizers in the background, a few at a time, after the statuses that people wait for. What is not done when the process
 * ends is found again by the next one.
 */
export class FinalizerQueue {
  readonly #writer: Pick<ObjectWriter, 'addFinalizer'>;
  readonly #statuses: Pick<StatusQueue, 'idle'>;
  readonly #tools: { readonly clock: Clock; readonly random: () => number };
  /** By uid: what waits, is under way or is tried again later. */
  readonly #jobs = new Map<string, Job>();
  #waiting: Job[] = [];
  #isRunning = false;
  #running: Promise<void> = Promise.resolve();
  #signal = new AbortController();

  constructor(
    parts: { readonly writer: Pick<ObjectWriter, 'addFinalizer'>; readonly statuses: Pick<StatusQueue, 'idle'> },
    tools: { readonly clock: Clock; readonly random: () => number },
  ) {
    this.#writer = parts.writer;
    this.#statuses = parts.statuses;
    this.#tools = tools;
  }

  /**
   * An object that is asked for twice is written once.
   *
   * @param current the object as it is when its turn comes; undefined when it is gone
   * @returns whether it is the first time
   */
  set(uid: string, current: () => Target | undefined, listener: FinalizerListener): boolean {
    if (this.#jobs.has(uid)) return false;
    const job = { uid, current, listener, failures: 0, isRefused: false };
    this.#jobs.set(uid, job);
    this.#enqueue(job);
    return true;
  }

  /** Ends when what waits is written, or after some seconds, and begins nothing any more. */
  async close(): Promise<void> {
    await this.#atMost(CLOSE_MS, this.#running);
    this.#signal.abort();
    this.#waiting = [];
  }

  #enqueue(job: Job): void {
    if (this.#signal.signal.aborted) return;
    this.#waiting.push(job);
    if (!this.#isRunning) this.#running = this.#run();
  }

  async #run(): Promise<void> {
    this.#isRunning = true;
    while (this.#waiting.length > 0) {
      await this.#atMost(MAX_WAIT_MS, this.#statuses.idle());
      await forEachConcurrently(this.#waiting.splice(0, BATCH), WRITERS, (job) => this.#write(job));
    }
    this.#isRunning = false;
  }

  async #atMost(ms: number, work: Promise<void>): Promise<void> {
    const over = new AbortController();
    await Promise.race([work, this.#tools.clock.sleep(ms, over.signal)]);
    over.abort();
  }

  async #write(job: Job): Promise<void> {
    const target = job.current();
    try {
      const isSet = target !== undefined && (await this.#writer.addFinalizer(target));
      this.#jobs.delete(job.uid);
      job.listener.onDone(isSet);
    } catch (error) {
      if (error instanceof NotLeaderError) return;
      if (isRefusal(error) && !job.isRefused) {
        job.isRefused = true;
        job.listener.onRefused(error);
      }
      void this.#tryAgain(job);
    }
  }

  async #tryAgain(job: Job): Promise<void> {
    const pauseMs = backoffMs(job.failures, RETRY, this.#tools.random);
    job.failures += 1;
    await this.#tools.clock.sleep(pauseMs, this.#signal.signal);
    this.#enqueue(job);
  }
}
