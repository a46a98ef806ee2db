import type { RawObject } from './list-watch.ts';

/** What a Lease of `coordination.k8s.io/v1` says. */
export interface LeaseSpec {
  /** Absent or empty: nobody's. */
  readonly holderIdentity?: string;
  readonly leaseDurationSeconds?: number;
  readonly acquireTime?: string;
  readonly renewTime?: string;
  readonly leaseTransitions?: number;
}

export interface Lease extends RawObject {
  readonly spec?: LeaseSpec;
}

/** How a Lease is held; seconds, with the names and the defaults of client-go (15, 10, 2). */
export interface LeaseTimes {
  /** Others wait this long after the last renewal that they saw. */
  readonly leaseDurationSeconds: number;
  /** Whoever could not renew for this long stops. */
  readonly renewDeadlineSeconds: number;
  readonly retryPeriodSeconds: number;
}

const WINDING_UP = 'security.opensearch.org/winding-up';

/** Who wants the Lease, and when (milliseconds since 1970, for people to read: nobody else's clock is trusted). */
export interface Claimant {
  readonly identity: string;
  readonly times: LeaseTimes;
  readonly nowMs: number;
}

/** What is wrong with the times, in words; undefined when nothing is. A few tries must fit before the deadline. */
export function wrongTimes(times: LeaseTimes): string | undefined {
  const { leaseDurationSeconds: lease, renewDeadlineSeconds: deadline, retryPeriodSeconds: retry } = times;
  if (retry < 1) return `the retry period (${retry} s) must be at least 1 s`;
  if (deadline <= retry) return `the renew deadline (${deadline} s) must be longer than the retry period (${retry} s)`;
  if (lease <= deadline)
    return `the lease duration (${lease} s) must be longer than the renew deadline (${deadline} s)`;
  return undefined;
}

export function isFree({ holderIdentity = '' }: LeaseSpec = {}): boolean {
  return holderIdentity === '';
}

/** How long the holder may count on being left alone; the longer of both views while times are being changed. */
export function promisedMs(spec: LeaseSpec = {}, times: LeaseTimes): number {
  return Math.max(spec.leaseDurationSeconds ?? 0, times.leaseDurationSeconds) * 1000;
}

/** The Lease in the hands of the claimant: renewed, or taken over. */
export function claimed(before: LeaseSpec | undefined, { identity, times, nowMs }: Claimant): LeaseSpec {
  const now = microTime(nowMs);
  const isRenewal = before?.holderIdentity === identity;
  return {
    holderIdentity: identity,
    leaseDurationSeconds: times.leaseDurationSeconds,
    acquireTime: isRenewal ? (before.acquireTime ?? now) : now,
    renewTime: now,
    leaseTransitions: (before?.leaseTransitions ?? 0) + (isRenewal || before === undefined ? 0 : 1),
  };
}

/** The Lease given back: whoever looks next takes it. */
export function released(before: LeaseSpec, nowMs: number): LeaseSpec {
  return { ...before, holderIdentity: '', leaseDurationSeconds: 1, renewTime: microTime(nowMs) };
}

/** Whether the holder has said that it ends. */
export function isWindingUp(lease: Lease | undefined): boolean {
  return lease?.metadata.annotations?.[WINDING_UP] === 'true';
}

/** The metadata of a Lease whose holder ends, or does not; all else stays as others have set it. */
export function marked({ annotations = {}, ...rest }: Lease['metadata'], isEnding: boolean): Lease['metadata'] {
  const others = Object.fromEntries(Object.entries(annotations).filter(([name]) => name !== WINDING_UP));
  return { ...rest, annotations: isEnding ? { ...others, [WINDING_UP]: 'true' } : others };
}

/** `metav1.MicroTime`, which takes no other number of digits. */
function microTime(ms: number): string {
  return new Date(ms).toISOString().replace(/(\.\d{3})Z$/, '$1000Z');
}
