import type { Recorded } from './recording-proxy.ts';

/** Every write that somebody sent who did not hold the Lease for it, or whose Lease could have run out. */
export function trespassesIn(
  requests: readonly Recorded[],
  leaseOf: (write: Recorded) => string | undefined,
): readonly string[] {
  const inOrder = [...requests].sort((a, b) => a.atMs - b.atMs);
  const grants = inOrder.filter((request) => isLease(request) && (request.status ?? 500) < 300);
  return inOrder
    .filter((request) => !isLease(request))
    .flatMap((write) => {
      const lease = leaseOf(write);
      if (lease === undefined) return [];
      return trespass(
        write,
        grants.filter((grant) => nameOfLease(grant) === lease),
      );
    });
}

export function isLease({ path }: Recorded): boolean {
  return path.includes('/leases');
}

/** Who sent a request, as the process is called in its Leases. */
export function senderOf({ userAgent }: Recorded): string {
  return /\((.*)\)$/.exec(userAgent ?? '')?.[1] ?? 'unknown';
}

/** The last word about the Lease before a write must be the writer's own, and not too old. */
function trespass(write: Recorded, grants: readonly Recorded[]): readonly string[] {
  const last = grants.findLast(({ atMs }) => atMs <= write.atMs);
  const holder = last === undefined ? undefined : specOf(last).holderIdentity;
  const age = write.atMs - (last?.atMs ?? 0);
  const isOurs = last !== undefined && holder === senderOf(write);
  if (isOurs && age < specOf(last).leaseDurationSeconds * 1000) return [];
  return [
    `${write.method} ${write.path} by ${senderOf(write)}, ${Math.round(age)} ms after ${holder ?? 'nobody'} had the Lease: ${write.body.slice(0, 200)}`,
  ];
}

function nameOfLease({ body }: Recorded): string {
  return (JSON.parse(body) as { readonly metadata: { readonly name: string } }).metadata.name;
}

function specOf({ body }: Recorded): { readonly holderIdentity: string; readonly leaseDurationSeconds: number } {
  return (JSON.parse(body) as { readonly spec: { holderIdentity: string; leaseDurationSeconds: number } }).spec;
}
