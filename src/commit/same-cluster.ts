import type { OpenSearchClient, OpenSearchResponse } from '../clients/opensearch.ts';
import { AnotherClusterError } from '../errors.ts';
import { versionOf } from './identify.ts';

/** Of two names of a cluster nothing follows unless both are known. @throws AnotherClusterError when they are of two clusters */
export function assertSameCluster(expected: string | undefined, present: string | undefined): void {
  if (expected === undefined || present === undefined || expected === present) return;
  throw new AnotherClusterError(`cluster ${present} answers where ${expected} did before`);
}

/**
 * Lets the client ask nothing of an endpoint that it moves to, or has not asked yet, before that says that it is of this
 * cluster. One GET each time. Where the cluster may not be asked who it is, nothing is checked.
 *
 * @param uuidIn what an endpoint says; `uuidIfTold` where one that says nothing now may be asked all the same, since it is there to be mended
 */
export function keepToCluster(
  client: OpenSearchClient,
  clusterUuid: string | undefined,
  uuidIn: (main: OpenSearchResponse) => string | undefined = (main) => versionOf(main).clusterUuid,
): void {
  if (clusterUuid === undefined) return;
  client.checkEndpoints(async (get) => assertSameCluster(clusterUuid, uuidIn(await get('/'))));
}

/** Undefined when the answer does not say it, for whatever reason. */
export function uuidIfTold(main: OpenSearchResponse): string | undefined {
  try {
    return versionOf(main).clusterUuid;
  } catch {
    return undefined;
  }
}
