import type { OpenSearchClient, OpenSearchResponse } from '../clients/opensearch.ts';
import { record } from './identify.ts';
import { assertSameCluster } from './same-cluster.ts';

/** Says which cluster it is, too; needs one of the permissions that `_cat/nodes` needs, and waits for no other node. */
const STATE = '/_cluster/state/nodes?filter_path=cluster_uuid,nodes.*.ephemeral_id';
/** For who may ask only this, such as by the list of `allowlist`. */
const CAT = '/_cat/nodes?h=id&full_id=true&format=json';

/** Ids of the nodes that are in the cluster, in order; undefined when we may not ask. @throws AnotherClusterError */
export type NodeReader = (signal: AbortSignal) => Promise<readonly string[] | undefined>;

/** One GET each time, and one more where the first way turns out to be refused. */
export function nodeReader(client: OpenSearchClient, clusterUuid: string | undefined): NodeReader {
  let path = STATE;
  const get = (signal: AbortSignal): Promise<OpenSearchResponse> => client.request({ method: 'GET', path }, signal);
  return async (signal) => {
    const answer = await get(signal);
    if (path === CAT || answer.status !== 403) return nodesIn(answer, clusterUuid);
    path = CAT;
    return nodesIn(await get(signal), clusterUuid);
  };
}

function nodesIn({ status, body }: OpenSearchResponse, clusterUuid: string | undefined): readonly string[] | undefined {
  if (status !== 200) return undefined;
  if (Array.isArray(body)) return body.flatMap(idOfRow).sort();
  const { cluster_uuid: present, nodes } = record(body);
  if (typeof nodes !== 'object' || nodes === null) return undefined;
  assertSameCluster(clusterUuid, typeof present === 'string' && present !== '_na_' ? present : undefined);
  return Object.keys(nodes).sort();
}

function idOfRow(row: unknown): readonly string[] {
  const { id } = record(row);
  return typeof id === 'string' ? [id] : [];
}
