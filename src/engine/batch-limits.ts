import type { DocumentName, Kind } from '../kinds/kind.ts';

/** Who comes meanwhile waits for so long. */
const AGAIN_MS = 1000;
/** In smaller batches what the server does for each batch would be most of the time. */
const LEAST_AGAIN = 10;

/**
 * How many operations the next batch of each document may have. A batch of which each entry is checked takes the server
 * seconds, and somebody who writes in between wins every time; so each lost race halves the batch, and so does each batch
 * that is not answered; each one that is stored doubles it again.
 */
export class BatchLimits {
  readonly #limits = new Map<DocumentName, number>();
  readonly #again = new Map<DocumentName, number>();

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

  /** So many operations of a batch lost a race, or were not answered in time. */
  failed(document: DocumentName, operations: number): void {
    this.#limits.set(document, Math.max(1, Math.floor(operations / 2)));
  }

  stored(document: DocumentName): void {
    const limit = this.#limits.get(document);
    if (limit !== undefined) this.#limits.set(document, limit * 2);
  }
}
