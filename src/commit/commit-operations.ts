import type { Operation } from '../plan/operation.ts';
import type { WriteAnswer } from './cluster.ts';

/** What became of each operation. */
export interface CommitResult {
  /** In force now, in the order sent. */
  readonly accepted: readonly Operation[];
  readonly refused: readonly RefusedOperation[];
  /** PATCH requests sent. */
  readonly requests: number;
}

export interface RefusedOperation {
  readonly operation: Operation;
  /** The server's own words. */
  readonly words: string;
}

type Send = (operations: readonly Operation[]) => Promise<WriteAnswer>;

/**
 * Sends one batch; splits a refused one until what the server objects to stands alone. A refused request stores
 * nothing, so a split never writes anything twice.
 *
 * @param operations one batch of one document; order is kept
 * @throws the error of the whole connection; what was accepted until then is in `onAccepted` only
 * Cost: at most 2·k·log2(n) + 1 requests for k refusals among n.
 */
export async function commitOperations(
  operations: readonly Operation[],
  send: Send,
  onAccepted: (operations: readonly Operation[]) => void,
): Promise<CommitResult> {
  if (operations.length === 0) return { accepted: [], refused: [], requests: 0 };
  const answer = await send(operations);
  if (answer.type !== 'refused') {
    onAccepted(operations);
    return { accepted: operations, refused: [], requests: 1 };
  }
  const [only, ...others] = operations;
  if (only !== undefined && others.length === 0) {
    return { accepted: [], refused: [{ operation: only, words: answer.words }], requests: 1 };
  }
  const parts = splitAt(operations, answer.name);
  const [first, second] = [
    await commitOperations(parts[0], send, onAccepted),
    await commitOperations(parts[1], send, onAccepted),
  ];
  return {
    accepted: [...first.accepted, ...second.accepted],
    refused: [...first.refused, ...second.refused],
    requests: 1 + first.requests + second.requests,
  };
}

/** The one that the server named and the rest, or two halves. */
function splitAt(
  operations: readonly Operation[],
  name: string | undefined,
): [readonly Operation[], readonly Operation[]] {
  const named = operations.filter((operation) => operation.name === name);
  if (named.length > 0) return [named, operations.filter((operation) => operation.name !== name)];
  const middle = Math.ceil(operations.length / 2);
  return [operations.slice(0, middle), operations.slice(middle)];
}
