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

/** How operations are sent. */
export interface Sending {
  readonly send: (operations: readonly Operation[]) => Promise<WriteAnswer>;
  /** Called for each part as soon as it is in force; `unchanged` when it was before. */
  readonly onAccepted: (operations: readonly Operation[], answer: 'stored' | 'unchanged') => void;
  /** What is not sent by then is not sent at all: it is neither accepted nor refused. */
  readonly maxRequests?: number;
}

/** How operations are carried out. */
export interface Commit extends Sending {
  /** What undoes operations, by what was there before. */
  readonly inverse: (operations: readonly Operation[]) => readonly Operation[];
}

/**
 * Sends one batch, split where it is refused; what is stored and then not in force is undone and counts as refused.
 *
 * @param operations one batch of one document; order is kept
 * @throws the error of the whole connection; what was accepted until then is in `onAccepted` only
 */
export function commitOperations(operations: readonly Operation[], commit: Commit): Promise<CommitResult> {
  return sendSplitting(operations, { ...commit, send: (part) => sendOrUndo(part, commit) });
}

/**
 * Sends one batch; splits a refused one until what the server objects to stands alone. A refused request stores
 * nothing, so a split never writes anything twice.
 *
 * @param operations one batch of one document; order is kept
 * @throws the error of the whole connection; what was accepted until then is in `onAccepted` only
 * Cost: at most 2·k·log2(n) + 1 requests for k refusals among n.
 */
export async function sendSplitting(operations: readonly Operation[], sending: Sending): Promise<CommitResult> {
  const { maxRequests = Infinity } = sending;
  if (operations.length === 0 || maxRequests <= 0) return { accepted: [], refused: [], requests: 0 };
  const answer = await sending.send(operations);
  if (answer.type !== 'refused') {
    sending.onAccepted(operations, answer.type);
    return { accepted: operations, refused: [], requests: 1 };
  }
  const [only, ...others] = operations;
  if (only !== undefined && others.length === 0) {
    return { accepted: [], refused: [{ operation: only, words: answer.words }], requests: 1 };
  }
  const parts = splitAt(operations, answer.name);
  const first = await sendSplitting(parts[0], { ...sending, maxRequests: maxRequests - 1 });
  const second = await sendSplitting(parts[1], { ...sending, maxRequests: maxRequests - 1 - first.requests });
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
