import type { OpenSearchClient } from './opensearch.ts';
import { objectWith, type RestRead } from './rest-answer.ts';
import { ask } from './rest-call.ts';

export interface MainInfo {
  readonly name: string;
  readonly cluster_name: string;
  readonly cluster_uuid: string;
  readonly version: { readonly number: string; readonly distribution: string; readonly [more: string]: unknown };
}

export interface ClusterNode {
  readonly name: string;
  /** Another one after each start of the node, whose id stays. */
  readonly ephemeral_id: string;
  readonly transport_address: string;
  readonly attributes: Readonly<Record<string, string>>;
}

export interface ClusterNodes {
  readonly cluster_name: string;
  readonly cluster_uuid: string;
  /** By node id. */
  readonly nodes: Readonly<Record<string, ClusterNode>>;
}

/** What is asked of OpenSearch itself. `refused` without `cluster:monitor/main` and `cluster:monitor/state`. */
export interface ClusterInfo {
  main(signal?: AbortSignal): Promise<RestRead<MainInfo>>;
  /**
   * The nodes in the cluster, as its manager knows them. Not from `_nodes` or `_cat/nodes`, which wait for an answer of
   * each node and do not tell one that was started again from one that stayed.
   */
  nodes(signal?: AbortSignal): Promise<RestRead<ClusterNodes>>;
}

export function clusterInfo(client: OpenSearchClient): ClusterInfo {
  return {
    main: (signal) => ask(client, { method: 'GET', path: '/', signal }, objectWith<MainInfo>('version')),
    nodes: (signal) => {
      const path = '/_cluster/state/nodes';
      return ask(client, { method: 'GET', path, signal }, objectWith<ClusterNodes>('nodes'));
    },
  };
}
