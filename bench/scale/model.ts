/** Seconds by the number of entries that a document has: at least two points, the smallest first. */
export type Curve = readonly (readonly [entries: number, seconds: number])[];

/** What single steps cost, as measured; see `costs.json`. */
export interface Costs {
  /** Of a bulk PATCH of `batchEntries`. */
  readonly patchSecondsByEntries: Curve;
  /** Of a write of one entry. */
  readonly editSecondsByEntries: Curve;
  readonly getSecondsByEntries: Curve;
  readonly entityBytes: number;
  readonly batchEntries: number;
  /** Of one of several that are under way at once: the time divided by their number. */
  readonly statusPatchSeconds: number;
  /** Writes to the API server for each object, the first time. */
  readonly objectWrites: number;
  readonly baseMiB: number;
  readonly objectKiB: number;
  readonly limits: { readonly memoryMiB: number; readonly editSeconds: number; readonly startSeconds: number };
}

/** Objects are spread evenly over connections, and all of a connection are in one document. */
export interface Fleet {
  readonly connections: number;
  readonly objects: number;
}

export type Bottleneck = 'API server' | 'document' | 'memory';

export interface Estimate extends Fleet {
  /** Of one document. */
  readonly documentBytes: number;
  /** From nothing until all is committed; clusters do not wait for one another. */
  readonly commitSeconds: number;
  /** Until one change of one object is in force. */
  readonly editSeconds: number;
  /** One look for drift at one document. */
  readonly lookSeconds: number;
  /** All first writes to the API server. */
  readonly tellSeconds: number;
  /** Of each process, since each of them watches everything. */
  readonly memoryMiB: number;
  /** What is nearest to its limit, and how much of that it takes; more than 1 is too much. */
  readonly first: { readonly what: Bottleneck; readonly share: number };
}

/** Between two points on the line through them, and beyond the last on that of the last two. */
export function secondsAt(curve: Curve, entries: number): number {
  const next = curve.findIndex(([at]) => at >= entries);
  const right = Math.max(1, next === -1 ? curve.length - 1 : next);
  const [[x0, y0] = [0, 0], [x1, y1] = [1, 0]] = [curve[right - 1], curve[right]];
  return y0 + ((entries - x0) * (y1 - y0)) / (x1 - x0);
}

/** Batch after batch into a document that grows; a smaller one costs what a single write costs, and its share of the rest. */
export function commitSeconds(
  costs: Pick<Costs, 'patchSecondsByEntries' | 'editSecondsByEntries' | 'batchEntries'>,
  entries: number,
): number {
  const { patchSecondsByEntries, editSecondsByEntries, batchEntries } = costs;
  let seconds = 0;
  for (let present = 0; present < entries; present += batchEntries) {
    const fixed = secondsAt(editSecondsByEntries, present);
    const share = Math.min(1, (entries - present) / batchEntries);
    seconds += fixed + (secondsAt(patchSecondsByEntries, present) - fixed) * share;
  }
  return seconds;
}

export function estimate(costs: Costs, fleet: Fleet): Estimate {
  const entries = fleet.objects / fleet.connections;
  const parts = {
    documentBytes: entries * costs.entityBytes,
    commitSeconds: commitSeconds(costs, entries),
    editSeconds: secondsAt(costs.editSecondsByEntries, entries),
    lookSeconds: secondsAt(costs.getSecondsByEntries, entries),
    tellSeconds: fleet.objects * costs.objectWrites * costs.statusPatchSeconds,
    memoryMiB: costs.baseMiB + (fleet.objects * costs.objectKiB) / 1024,
  };
  return { ...fleet, ...parts, first: nearest(parts, costs.limits) };
}

function nearest(
  { commitSeconds, editSeconds, tellSeconds, memoryMiB }: Omit<Estimate, 'first' | keyof Fleet>,
  limits: Costs['limits'],
): Estimate['first'] {
  const shares: readonly Estimate['first'][] = [
    { what: 'document', share: Math.max(editSeconds / limits.editSeconds, commitSeconds / limits.startSeconds) },
    { what: 'API server', share: tellSeconds / limits.startSeconds },
    { what: 'memory', share: memoryMiB / limits.memoryMiB },
  ];
  return shares.reduce((most, share) => (share.share > most.share ? share : most));
}
