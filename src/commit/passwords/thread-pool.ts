import type { Clock } from '../../clock.ts';
import { ThreadError } from '../../errors.ts';

/** A person waits for it, or nobody does. */
export type Priority = 'edit' | 'background';

/** What a thread says when it is through with its jobs; values in their order. */
export type Answer<Result> =
  { readonly type: 'done'; readonly values: readonly Result[] } | { readonly type: 'failed'; readonly message: string };

/** The part of a worker of `node:worker_threads` that is used here. */
export interface Thread {
  postMessage(jobs: readonly unknown[]): void;
  on(event: 'online' | 'message' | 'error' | 'exit', listener: (value: unknown) => void): unknown;
  ref(): void;
  unref(): void;
  terminate(): Promise<unknown>;
}

export interface ThreadPoolOptions {
  /** Starts a thread that answers each message with one `Answer`. */
  readonly start: () => Thread;
  readonly maxThreads: number;
  /** As many as a thread does at least as fast together as one after the other. */
  readonly jobsAtOnce: number;
  /** A thread without work for this long is ended, and its memory with it. */
  readonly idleMs: number;
  /** Jobs that take longer are given up, and their thread ended. */
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
  /** Until then it gets no jobs: more may come that it can do together. */
  isOnline: boolean;
  /** None while it is idle. */
  entries: readonly Entry<Job, Result>[];
  /** Ends the wait for what the thread does now, or for the end of its idleness. */
  watch: AbortController;
}

/**
 * Threads that do a few jobs at a time, for work that would hold up everything else. They are started when there is work and
 * ended when there is none. When a thread breaks, just the jobs fail that it has in hand.
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
    const idle = [...this.#running].filter(({ entries }) => entries.length === 0);
    const ready = idle.find(({ isOnline }) => isOnline);
    if (this.#queue.size > 0 && ready !== undefined) this.#give(ready, this.#take());
    else if (this.#queue.size > idle.length && this.#running.size < this.#options.maxThreads) this.#start();
  }

  /**
   * Jobs for one thread. All of one priority, so that nobody waits for what nobody waits for; and no more than its share, so that
   * no other thread is idle while this one has several.
   */
  #take(): readonly Entry<Job, Result>[] {
    const all = [...this.#queue];
    const edits = all.filter(({ priority }) => priority === 'edit');
    const waiting = edits.length > 0 ? edits : all;
    const { maxThreads, jobsAtOnce } = this.#options;
    const busy = [...this.#running].filter(({ entries }) => entries.length > 0).length;
    const share = Math.ceil(waiting.length / (maxThreads - busy));
    const taken = waiting.slice(0, Math.min(share, jobsAtOnce));
    for (const entry of taken) this.#queue.delete(entry);
    return taken;
  }

  #start(): void {
    const thread = this.#options.start();
    const running: Running<Job, Result> = { thread, isOnline: false, entries: [], watch: new AbortController() };
    this.#running.add(running);
    thread.on('online', () => this.#begin(running));
    thread.on('message', (answer) => this.#settle(running, answer as Answer<Result>));
    // The words of an unexpected error might hold what the thread had in hand.
    for (const event of ['error', 'exit'] as const)
      thread.on(event, () => void this.#end(running, new ThreadError('a thread ended unexpectedly', 'Broken')));
  }

  #begin(running: Running<Job, Result>): void {
    running.isOnline = true;
    this.#rest(running);
    this.#next();
  }

  #give(running: Running<Job, Result>, entries: readonly Entry<Job, Result>[]): void {
    running.entries = entries;
    running.thread.ref();
    running.thread.postMessage(entries.map(({ job }) => job));
    this.#after(running, this.#options.deadlineMs, new ThreadError('a thread took too long', 'TooSlow'));
  }

  #settle(running: Running<Job, Result>, answer: Answer<Result>): void {
    const { entries } = running;
    running.entries = [];
    if (answer.type === 'done') answer.values.forEach((value, index) => entries[index]?.resolve(value));
    else for (const entry of entries) entry.reject(new ThreadError(answer.message, 'Broken'));
    this.#rest(running);
    this.#next();
  }

  #rest(running: Running<Job, Result>): void {
    running.thread.unref();
    this.#after(running, this.#options.idleMs, stopped());
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
    // What cannot even be started would be started again and again.
    for (const entry of running.isOnline ? running.entries : this.#take()) entry.reject(error);
    this.#next();
    await running.thread.terminate();
  }
}

function stopped(): ThreadError {
  return new ThreadError('the work was stopped before its end', 'Canceled');
}
