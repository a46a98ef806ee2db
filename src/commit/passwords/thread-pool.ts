import type { Clock } from '../../clock.ts';
import { ThreadError } from '../../errors.ts';

/** A person waits for it, or nobody does. */
export type Priority = 'edit' | 'background';

/** What a thread says when it is through with a job. */
export type Answer<Result> =
  { readonly type: 'done'; readonly value: Result } | { readonly type: 'failed'; readonly message: string };

/** The part of a worker of `node:worker_threads` that is used here. */
export interface Thread {
  postMessage(job: unknown): void;
  on(event: 'message' | 'error' | 'exit', listener: (value: unknown) => void): unknown;
  ref(): void;
  unref(): void;
  terminate(): Promise<unknown>;
}

export interface ThreadPoolOptions {
  /** Starts a thread that answers each message with one `Answer`. */
  readonly start: () => Thread;
  readonly maxThreads: number;
  /** A thread without work for this long is ended, and its memory with it. */
  readonly idleMs: number;
  /** A job that takes longer is given up, and its thread ended. */
  readonly deadlineMs: number;
  readonly clock: Clock;
}

/** A job that was handed in. */
export interface Ticket<Result> {
  /** @rejects ThreadError */
  readonly result: Promise<Result>;
  /** Puts it before all background work, unless it has begun. */
  hasten(): void;
  /** Takes it back, unless it has begun: then it is finished. */
  cancel(): void;
}

interface Entry<Job, Result> {
  readonly job: Job;
  priority: Priority;
  readonly resolve: (result: Result) => void;
  readonly reject: (error: ThreadError) => void;
}

interface Running<Job, Result> {
  readonly thread: Thread;
  /** Undefined while it is idle. */
  entry: Entry<Job, Result> | undefined;
  /** Ends the wait for what the thread does now, or for the end of its idleness. */
  watch: AbortController;
}

/**
 * Threads that do one job at a time, for work that would hold up everything else. They are started when there is work and
 * ended when there is none. A job whose thread breaks fails alone.
 */
export class ThreadPool<Job, Result> {
  readonly #options: ThreadPoolOptions;
  readonly #queue = new Set<Entry<Job, Result>>();
  readonly #running = new Set<Running<Job, Result>>();
  #isClosed = false;

  constructor(options: ThreadPoolOptions) {
    this.#options = options;
  }

  /** Hands in a job. Edits go first; within a priority, whoever came first. */
  submit(job: Job, priority: Priority): Ticket<Result> {
    const { promise, resolve, reject } = Promise.withResolvers<Result>();
    const entry: Entry<Job, Result> = { job, priority, resolve, reject };
    if (this.#isClosed) reject(stopped());
    else this.#queue.add(entry);
    this.#next();
    return {
      result: promise,
      hasten: () => (entry.priority = 'edit'),
      cancel: () => {
        if (this.#queue.delete(entry)) reject(stopped());
      },
    };
  }

  /** Ends all threads. What they did and what waited is rejected. */
  async close(): Promise<void> {
    this.#isClosed = true;
    for (const entry of this.#queue) entry.reject(stopped());
    this.#queue.clear();
    await Promise.all([...this.#running].map((running) => this.#end(running, stopped())));
  }

  #next(): void {
    const entry = this.#first();
    if (entry === undefined) return;
    const idle = [...this.#running].find((running) => running.entry === undefined);
    if (idle === undefined && this.#running.size >= this.#options.maxThreads) return;
    this.#queue.delete(entry);
    this.#give(idle ?? this.#start(), entry);
  }

  #first(): Entry<Job, Result> | undefined {
    const [first] = this.#queue;
    for (const entry of this.#queue) if (entry.priority === 'edit') return entry;
    return first;
  }

  #start(): Running<Job, Result> {
    const thread = this.#options.start();
    const running: Running<Job, Result> = { thread, entry: undefined, watch: new AbortController() };
    this.#running.add(running);
    thread.on('message', (answer) => this.#settle(running, answer as Answer<Result>));
    // The words of an unexpected error might hold what the thread had in hand.
    for (const event of ['error', 'exit'] as const)
      thread.on(event, () => void this.#end(running, new ThreadError('a thread ended unexpectedly', 'Broken')));
    return running;
  }

  #give(running: Running<Job, Result>, entry: Entry<Job, Result>): void {
    running.entry = entry;
    running.thread.ref();
    running.thread.postMessage(entry.job);
    this.#after(running, this.#options.deadlineMs, new ThreadError('a thread took too long', 'TooSlow'));
  }

  #settle(running: Running<Job, Result>, answer: Answer<Result>): void {
    const { entry } = running;
    running.entry = undefined;
    if (answer.type === 'done') entry?.resolve(answer.value);
    else entry?.reject(new ThreadError(answer.message, 'Broken'));
    running.thread.unref();
    this.#after(running, this.#options.idleMs, stopped());
    this.#next();
  }

  /** Ends the thread after a time, unless something else happens to it before. */
  #after(running: Running<Job, Result>, ms: number, error: ThreadError): void {
    running.watch.abort();
    running.watch = new AbortController();
    const { signal } = running.watch;
    void this.#options.clock.sleep(ms, signal).then(() => {
      if (!signal.aborted) return this.#end(running, error);
    });
  }

  async #end(running: Running<Job, Result>, error: ThreadError): Promise<void> {
    if (!this.#running.delete(running)) return;
    running.watch.abort();
    running.entry?.reject(error);
    this.#next();
    await running.thread.terminate();
  }
}

function stopped(): ThreadError {
  return new ThreadError('the work was stopped before its end', 'Canceled');
}
