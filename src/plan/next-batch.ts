import { operationJson, type Operation } from './operation.ts';

/** What one PATCH may hold. Larger ones cost the server more than linearly, in time and in heap. */
export interface BatchLimits {
  readonly maxOperations: number;
  readonly maxBytes: number;
}

/** Keeps one PATCH far below the size at which a 1 GB node was seen to run out of memory. */
export const MAX_BATCH_BYTES = 10 * 1024 * 1024;

/** The server hashes one password after another, for about a second each: a hundred take as long as we wait for an answer. */
const MAX_PASSWORDS = 10;

/** How many of the first operations fit into one PATCH; at least one, so that an oversized one is told by the server. */
export function batchLength(operations: readonly Operation[], limits: BatchLimits): number {
  let bytes = 0;
  let length = 0;
  let passwords = 0;
  for (const operation of operations) {
    bytes += Buffer.byteLength(operationJson(operation)) + 1;
    if (isHashedThere(operation)) passwords += 1;
    const isFull = length >= limits.maxOperations || passwords > MAX_PASSWORDS;
    if (isFull || (length > 0 && bytes > limits.maxBytes)) break;
    length += 1;
  }
  return length;
}

function isHashedThere(operation: Operation): boolean {
  return operation.type === 'add' && operation.secret?.field === 'password';
}
