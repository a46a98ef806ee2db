import { EventEmitter } from 'node:events';
import type { Thread } from '../../src/commit/passwords/thread-pool.ts';

/** A thread that does nothing by itself. */
export class FakeThread extends EventEmitter implements Thread {
  /** What it was given and has not answered. */
  readonly jobs: unknown[] = [];
  isEnded = false;
  readonly isSlow: boolean;
  /** Whether it would keep the process alive. */
  isHolding = true;

  constructor(isSlow = false) {
    super();
    this.isSlow = isSlow;
  }

  /** Is there at once, unless it is slow. */
  override on(event: string, listener: (value: unknown) => void): this {
    if (event === 'online' && !this.isSlow) listener(undefined);
    return super.on(event, listener);
  }

  postMessage(jobs: readonly unknown[]): void {
    this.jobs.push(...jobs);
  }

  /** Ends all jobs in hand, with a value for each. */
  finish(...values: readonly unknown[]): void {
    this.jobs.length = 0;
    this.emit('message', { type: 'done', values });
  }

  fail(message: string): void {
    this.jobs.length = 0;
    this.emit('message', { type: 'failed', message });
  }

  ref(): void {
    this.isHolding = true;
  }

  unref(): void {
    this.isHolding = false;
  }

  async terminate(): Promise<void> {
    this.isEnded = true;
    this.emit('exit', 1);
  }
}

/** Starts fake threads and knows them all. */
export class FakeThreads {
  readonly all: FakeThread[] = [];

  /** Whether those that are started from now on come online only when told. */
  areSlow = false;

  readonly start = (): FakeThread => {
    const thread = new FakeThread(this.areSlow);
    this.all.push(thread);
    return thread;
  };

  /** What is in hand, by thread. */
  get jobs(): readonly unknown[] {
    return this.all.flatMap(({ jobs }) => jobs);
  }

  get alive(): number {
    return this.all.filter(({ isEnded }) => !isEnded).length;
  }

  /** Ends the job that is alone in a thread and stands for this. */
  finish(job: unknown, value: unknown): void {
    const thread = this.all.find(({ jobs }) => jobs[0] === job);
    if (thread === undefined) throw new Error(`nobody does ${String(job)}`);
    thread.finish(value);
  }
}
