import type { OpenSearchClient } from './opensearch.ts';
import { about, type About } from './rest-about.ts';
import { access, type Access } from './rest-access.ts';
import { certificates, type Certificates } from './rest-certificates.ts';
import { clusterInfo, type ClusterInfo } from './rest-cluster.ts';
import { collections, type Collections } from './rest-collections.ts';
import { singletons, type Singletons } from './rest-singletons.ts';
import { upgrades, type Upgrades } from './rest-upgrade.ts';
import { API_PREFIXES, type ApiPrefix } from './security-api.ts';

/**
 * The whole Security REST API, grouped by topic. Every method throws an `OperatorError` when the trouble is with the
 * whole connection (credentials, outage, somebody else's write in the same moment, a node that could not load what was
 * stored) and returns everything else. Source: docs/security-api.md
 */
export interface SecurityRest extends Collections, Singletons, Access, Upgrades {
  readonly certificates: Certificates;
  readonly about: About;
  readonly cluster: ClusterInfo;
}

/** @param prefix the spelling that the cluster knows; with the old one some endpoints are `unsupported` */
export function securityRest(client: OpenSearchClient, prefix: ApiPrefix): SecurityRest {
  const root = API_PREFIXES[prefix];
  const api = `${root}/api`;
  return {
    ...collections(client, api),
    ...singletons(client, api),
    ...access(client, api),
    ...upgrades(client, api),
    certificates: certificates(client, api),
    about: about(client, root),
    cluster: clusterInfo(client),
  };
}
