import type { DocumentName, Kind } from '../kinds/kind.ts';

/** Who comes meanwhile waits for so long. */
const AGAIN_MS = 1000;
/** In smaller batches what the server does for each batch would be most of the time. */
const LEAST_AGAIN = 10;
/** Who is not answered sooner than this may have sent too much, proxies in between being impatient; before that the server, or the way to it, is gone. */
const TOO_LONG_MS = 5000;
/** For so long no batch gets as large as one that was too much: each that does costs the whole time that we wait. */
const TOO_MANY_MS = 600_000;

/** A request without an answer. */
interface Unanswered {
  readonly operations: number;
  readonly durationMs: number;
  readonly nowMs: number;
}

/**
 * How many operations the next batch of each document may have. A batch of which each entry is checked takes the server
 * seconds, and somebody who writes in between wins every time; so each lost race halves the batch, and so does each batch
 * that is not answered in time; each one that is stored doubles it again, but for ten minutes not to what was too much.
 */
export class BatchLimits {
  readonly #limits = new Map<DocumentName, number>();
  readonly #again = new Map<DocumentName, number>();
  readonly #tooMany = new Map<DocumentName, { readonly operations: number; readonly untilMs: number }>();

  of({ document, maxOperations }: Kind): number {
    return Math.min(this.#limits.get(document) ?? maxOperations, maxOperations);
  }

  /** Up to how many operations names that are written again and again may fill a batch. */
  again({ document, maxOperations }: Kind): number {
    return this.#again.get(document) ?? maxOperations;
  }

  /**
   * A batch was carried out. Where each entry takes time, those of such names are made to take a second. What took less
   * proves that more would fit, but not that no more would: a batch takes time whatever is in it.
   */
  took(kind: Kind, operations: number, durationMs: number): void {
    if (kind.checksEach !== true) return;
    const fitting = Math.round((operations * AGAIN_MS) / Math.max(1, durationMs));
    const least = durationMs > AGAIN_MS ? LEAST_AGAIN : this.again(kind);
    this.#again.set(kind.document, Math.min(Math.max(fitting, least), kind.maxOperations));
  }

  /** So many operations of a batch lost a race. */
  failed(document: DocumentName, operations: number): void {
    this.#limits.set(document, Math.max(1, Math.floor(operations / 2)));
  }

  /** A request that was sent came to no answer after so long. A few operations are never too many: it was something else. */
  unanswered(document: DocumentName, { operations, durationMs, nowMs }: Unanswered): void {
    if (operations <= LEAST_AGAIN || durationMs <= TOO_LONG_MS) return;
    this.failed(document, operations);
    this.#tooMany.set(document, { operations, untilMs: nowMs + TOO_MANY_MS });
  }

  stored(document: DocumentName, nowMs: number): void {
    const limit = this.#limits.get(document);
    const tooMany = this.#tooMany.get(document);
    const isTooMany = tooMany !== undefined && nowMs < tooMany.untilMs && (limit ?? 0) * 2 >= tooMany.operations;
    if (limit !== undefined && !isTooMany) this.#limits.set(document, limit * 2);
  }
}
