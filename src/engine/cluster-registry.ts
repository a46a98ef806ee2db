import type { NamespacedName } from '../desired/resource.ts';

/**
 * Which connections lead to which cluster. Two that lead to one are two writers: what both declare under one name is
 * written by each of them again and again, so people are told.
 */
export class ClusterRegistry {
  readonly #clusterOf = new Map<NamespacedName, string>();

  join(connection: NamespacedName, clusterUuid: string): void {
    this.#clusterOf.set(connection, clusterUuid);
  }

  leave(connection: NamespacedName): void {
    this.#clusterOf.delete(connection);
  }

  /** The other connections to the cluster of this one, in text order. */
  neighboursOf(connection: NamespacedName): readonly NamespacedName[] {
    const clusterUuid = this.#clusterOf.get(connection);
    if (clusterUuid === undefined) return [];
    return [...this.#clusterOf]
      .filter(([other, uuid]) => other !== connection && uuid === clusterUuid)
      .map(([other]) => other)
      .sort();
  }
}
