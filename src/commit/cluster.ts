import { OpenSearchClient, type OpenSearchSettings } from '../clients/opensearch.ts';
import { securityRest } from '../clients/security-rest.ts';
import {
  API_PREFIXES,
  read,
  toDocument,
  toWriteAnswer,
  type ApiPrefix,
  type WriteAnswer,
} from '../clients/security-api.ts';
import type { DocumentName } from '../kinds/kind.ts';
import { patchBody, secretsOf, type Operation } from '../plan/operation.ts';
import { clusterCare, type ClusterCare } from './cluster-care.ts';
import { configApi, type ConfigApi } from './config/config-api.ts';
import { flushCache, type FlushAnswer } from './flush-cache.ts';
import { identify, type Identity } from './identify.ts';
import { nodeReader } from './node-reader.ts';
import { keepToCluster } from './same-cluster.ts';

export type { WriteAnswer } from '../clients/security-api.ts';
export type { OpenSearchSettings, RequestObserver, RequestRecord } from '../clients/opensearch.ts';
export type { Identity } from './identify.ts';
export type { ReloadAnswer } from './cluster-care.ts';
export type { FlushAnswer } from './flush-cache.ts';

/** What came of a new password for ourselves; `words` are the server's, without any password in them. */
export type PasswordAnswer = { readonly type: 'changed' } | { readonly type: 'refused'; readonly words: string };

/** One OpenSearch cluster, as far as the engine needs it. Every method throws an `OperatorError` of the whole connection, and those of documents `EndpointDisabledError`. */
export interface Cluster {
  readonly identity: Identity;
  /** All entities of one document by name, as the server spells them. One GET. */
  fetchDocument(document: DocumentName, signal: AbortSignal): Promise<Readonly<Record<string, unknown>>>;
  /** Ids of the nodes that are in the cluster; undefined when we may not ask (`cluster:monitor/state`). One GET. @throws AnotherClusterError */
  fetchNodes(signal: AbortSignal): Promise<readonly string[] | undefined>;
  /** Makes every node forget who is who and read the configuration anew. */
  flushCache(): Promise<FlushAnswer>;
  readonly care: ClusterCare;
  /** Gives the user that we log in as another password, which needs the one in use. One PUT; the login in use is over then. */
  changePassword(password: string): Promise<PasswordAnswer>;
  /** The security configuration, which is changed in a transaction. */
  readonly configuration: ConfigApi;
  /** One bulk PATCH, all or nothing. */
  patchDocument(document: DocumentName, operations: readonly Operation[]): Promise<WriteAnswer>;
  close(): Promise<void>;
}

/** Opens a connection, finds out who we are there, and which prefix the API has. */
export async function openCluster(
  settings: OpenSearchSettings,
  prefix: ApiPrefix | 'Auto',
  signal: AbortSignal,
): Promise<Cluster> {
  const client = new OpenSearchClient(settings);
  try {
    const identity = await identify(client, prefix, signal);
    keepToCluster(client, identity.clusterUuid);
    return toCluster(client, identity, settings);
  } catch (error) {
    await client.close();
    throw error;
  }
}

function toCluster(client: OpenSearchClient, identity: Identity, settings: OpenSearchSettings): Cluster {
  const { auth } = settings;
  const rest = securityRest(client, identity.apiPrefix);
  const api = `${API_PREFIXES[identity.apiPrefix]}/api`;
  return {
    identity,
    configuration: configApi(client, settings, identity),
    fetchDocument: async (document, signal) => toDocument(document, await read(client, `${api}/${document}`, signal)),
    patchDocument: async (document, operations) => {
      const request = { method: 'PATCH', path: `${api}/${document}`, body: patchBody(operations) } as const;
      return toWriteAnswer(await client.request(request), () => secretsOf(operations));
    },
    fetchNodes: nodeReader(client, identity.clusterUuid),
    flushCache: () => flushCache(rest),
    care: clusterCare(client, identity.apiPrefix, settings),
    changePassword: async (password) => {
      if (auth.type !== 'basic') return { type: 'refused', words: 'a client certificate has no password' };
      const answer = await rest.account.put({ current_password: auth.password, password });
      return answer.type === 'ok' || answer.type === 'unchanged'
        ? { type: 'changed' }
        : { type: 'refused', words: answer.words };
    },
    close: () => client.close(),
  };
}
