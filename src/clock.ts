/** Time, passed in so that tests can steer it. */
export interface Clock {
  /** Milliseconds since 1970: for times that are written down or were read somewhere. May be set back or forward. */
  now(): number;
  /** Milliseconds since some moment, never set: for all that is waited for or measured. */
  steady(): number;
  /** Ends after `ms`, or at once when the signal is aborted; never rejects. */
  sleep(ms: number, signal: AbortSignal): Promise<void>;
}

export const systemClock: Clock = {
  now: () => Date.now(),
  steady: () => performance.now(),
  sleep: (ms, signal) =>
    new Promise((resolve) => {
      if (signal.aborted) return resolve();
      const done = (): void => {
        clearTimeout(timer);
        signal.removeEventListener('abort', done);
        resolve();
      };
      const timer = setTimeout(done, ms);
      signal.addEventListener('abort', done);
    }),
};

/** RFC 3339 with second precision, as Kubernetes writes times. */
export function timestamp(ms: number): string {
  return new Date(ms).toISOString().replace(/\.\d+Z$/, 'Z');
}

/** A moment by both clocks. */
export interface Moment {
  readonly nowMs: number;
  readonly steadyMs: number;
}

export function moment(clock: Clock): Moment {
  return { nowMs: clock.now(), steadyMs: clock.steady() };
}

/** The longer of what both clocks say: one stands still while the machine sleeps, the other may be set back. */
export function elapsedMs(clock: Clock, since: Moment): number {
  return Math.max(clock.now() - since.nowMs, clock.steady() - since.steadyMs);
}
