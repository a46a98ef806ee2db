import type { DocumentName, Kind } from '../kinds/kind.ts';

/**
 * How many operations the next batch of each document may have. A batch of which each entry is checked takes the server
 * seconds, and somebody who writes in between wins every time; so each lost race halves the batch, and each one that is
 * stored doubles it again.
 */
export class BatchLimits {
  readonly #limits = new Map<DocumentName, number>();

  of({ document, maxOperations }: Kind): number {
    return Math.min(this.#limits.get(document) ?? maxOperations, maxOperations);
  }

  conflicted(document: DocumentName, operations: number): void {
    this.#limits.set(document, Math.max(1, Math.floor(operations / 2)));
  }

  stored(document: DocumentName): void {
    const limit = this.#limits.get(document);
    if (limit !== undefined) this.#limits.set(document, limit * 2);
  }
}
