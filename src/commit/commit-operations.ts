import type { Operation } from '../plan/operation.ts';
import { NotInForceError } from '../errors.ts';
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

/** How operations are carried out. */
export interface Commit {
  readonly send: (operations: readonly Operation[]) => Promise<WriteAnswer>;
  /** What undoes operations, by what was there before. */
  readonly inverse: (operations: readonly Operation[]) => readonly Operation[];
  /** Called for each part as soon as it is in force. */
  readonly onAccepted: (operations: readonly Operation[]) => void;
}

/**
 * Sends one batch; splits a refused one until what the server objects to stands alone. A refused request stores
 * nothing, so a split never writes anything twice.
 *
 * @param operations one batch of one document; order is kept
 * @throws the error of the whole connection; what was accepted until then is in `onAccepted` only
 * Cost: at most 2·k·log2(n) + 1 requests for k refusals among n.
 */
export async function commitOperations(operations: readonly Operation[], commit: Commit): Promise<CommitResult> {
  if (operations.length === 0) return { accepted: [], refused: [], requests: 0 };
  const answer = await sendOrUndo(operations, commit);
  if (answer.type !== 'refused') {
    commit.onAccepted(operations);
    return { accepted: operations, refused: [], requests: 1 };
  }
  const [only, ...others] = operations;
  if (only !== undefined && others.length === 0) {
    return { accepted: [], refused: [{ operation: only, words: answer.words }], requests: 1 };
  }
  const parts = splitAt(operations, answer.name);
  const [first, second] = [await commitOperations(parts[0], commit), await commitOperations(parts[1], commit)];
  return {
    accepted: [...first.accepted, ...second.accepted],
    refused: [...first.refused, ...second.refused],
    requests: 1 + first.requests + second.requests,
  };
}

/**
 * What was stored and then could not be loaded by a node keeps every later write from coming into force, so it is put
 * back and counts as refused.
 *
 * @throws NotInForceError when that does not help: then it is not about what was sent
 */
async function sendOrUndo(operations: readonly Operation[], commit: Commit): Promise<WriteAnswer> {
  const answer = await tryAndUndo(operations, commit);
  // A node may only have been out of breath: one that stands alone is judged by what happens the second time.
  const isDoubtful = operations.length === 1 && answer.type === 'refused' && answer.isUndone === true;
  return isDoubtful ? tryAndUndo(operations, commit) : answer;
}

async function tryAndUndo(operations: readonly Operation[], { send, inverse }: Commit): Promise<UndoneAnswer> {
  try {
    return await send(operations);
  } catch (error) {
    if (!(error instanceof NotInForceError)) throw error;
    // Whatever else goes wrong: what was stored is not in force, and that must not be forgotten.
    const undone = await send(inverse(operations)).catch(() => undefined);
    if (undone === undefined || undone.type === 'refused') throw error;
    return { type: 'refused', words: error.message, isUndone: true };
  }
}

type UndoneAnswer = WriteAnswer & { readonly isUndone?: true };

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
