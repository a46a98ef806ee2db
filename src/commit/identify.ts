import type { OpenSearchClient, OpenSearchResponse } from '../clients/opensearch.ts';
import type { OpenSearchConnectionStatus } from '../generated/opensearch-connection.ts';
import type { Self } from '../kinds/kind.ts';
import { API_PREFIXES, toReadAnswer, type ApiPrefix } from '../clients/security-api.ts';
import { NotInitializedError } from '../errors.ts';

/** What a cluster says of itself and of us. */
export interface Identity {
  /** Undefined when we may not ask (`cluster:monitor/main`). */
  readonly version?: string;
  readonly clusterUuid?: string;
  readonly apiPrefix: ApiPrefix;
  readonly authenticatedAs: NonNullable<OpenSearchConnectionStatus['authenticatedAs']>;
  readonly pluginHealth: { readonly status: string; readonly mode: string };
  readonly self: Self;
}

/** What a status has room for. */
const MAX_SHOWN = 100;

/** Asks for version, health and who we are; three GETs, and one more with a certificate. @throws the error of the whole connection */
export async function identify(
  client: OpenSearchClient,
  wanted: ApiPrefix | 'Auto',
  signal: AbortSignal,
): Promise<Identity> {
  const [prefix, health] = await findPrefix(client, wanted, signal);
  const get = (path: string): Promise<OpenSearchResponse> => client.request({ method: 'GET', path }, signal);
  const [main, authinfo] = await Promise.all([get('/'), get(`${API_PREFIXES[prefix]}/authinfo`)]);
  const who = record(toReadAnswer(authinfo));
  // The distinguished name of a client certificate; null for everybody who logged in.
  const method = typeof who['principal'] === 'string' ? 'ClientCertificate' : 'Basic';
  const name = text(who['user_name']);
  if (name === '')
    throw new NotInitializedError('the cluster does not say who we are: check that the endpoints are OpenSearch');
  const [roles, backendRoles] = [texts(who['roles']), texts(who['backend_roles'])];
  const isAdmin = method === 'ClientCertificate' && (await isAdminCertificate(client, prefix, signal));
  return {
    ...versionOf(main),
    apiPrefix: prefix,
    // In the order of the text: that of the server is left to chance.
    authenticatedAs: { name, method, roles: shown(roles), backendRoles: shown(backendRoles) },
    pluginHealth: health,
    self: { name, method, isAdmin, backendRoles, roles },
  };
}

/** What the plugin says of itself, to anybody. @throws NotInitializedError when it says that it is down */
export async function readHealth(
  client: OpenSearchClient,
  prefix: ApiPrefix,
  signal: AbortSignal,
): Promise<Identity['pluginHealth']> {
  const response = await client.request({ method: 'GET', path: `${API_PREFIXES[prefix]}/health` }, signal);
  if (response.status !== 200 && response.status !== 503) toReadAnswer(response);
  return toHealth(record(response.body));
}

async function isAdminCertificate(client: OpenSearchClient, prefix: ApiPrefix, signal: AbortSignal): Promise<boolean> {
  const { status, body } = await client.request({ method: 'GET', path: `${API_PREFIXES[prefix]}/whoami` }, signal);
  return status === 200 && record(body)['is_admin'] === true;
}

async function findPrefix(
  client: OpenSearchClient,
  wanted: ApiPrefix | 'Auto',
  signal: AbortSignal,
): Promise<[ApiPrefix, Identity['pluginHealth']]> {
  const prefix = wanted === 'Auto' ? 'Plugins' : wanted;
  const response = await client.request({ method: 'GET', path: `${API_PREFIXES[prefix]}/health` }, signal);
  const health = record(response.body);
  if (response.status === 200 || response.status === 503) return [prefix, toHealth(health)];
  // Anything else but these may pass: a proxy, a node that starts.
  if (response.status !== 400 && response.status !== 404) toReadAnswer(response);
  if (wanted === 'Auto') return findPrefix(client, 'Opendistro', signal);
  throw new NotInitializedError(
    `${API_PREFIXES[prefix]} answers ${response.status}: is the Security plugin installed?`,
  );
}

function toHealth(health: Readonly<Record<string, unknown>>): Identity['pluginHealth'] {
  if (health['status'] === 'DOWN')
    throw new NotInitializedError(
      'the Security plugin says it is DOWN: no auth domain works or its index is not initialised',
    );
  if (health['status'] !== 'UP')
    throw new NotInitializedError(
      'the answer is not one of the Security plugin: check that the endpoints are OpenSearch',
    );
  return { status: 'UP', mode: text(health['mode']) };
}

/** A cluster that does not say who it is for a moment must not be taken for another one; 403: we may never ask. */
export function versionOf(response: OpenSearchResponse): { readonly version?: string; readonly clusterUuid?: string } {
  if (response.status === 403) return {};
  const main = record(toReadAnswer(response));
  const clusterUuid = text(main['cluster_uuid']);
  if (clusterUuid === '' || clusterUuid === '_na_')
    throw new NotInitializedError('the cluster has no uuid yet: it forms');
  return { version: text(record(main['version'])['number']), clusterUuid };
}

/** Empty where it is none. */
export function record(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : {};
}

function texts(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((entry) => typeof entry === 'string') : [];
}

function shown(names: readonly string[]): readonly string[] {
  return names
    .toSorted()
    .slice(0, MAX_SHOWN)
    .map((name) => name.slice(0, 1024).toWellFormed());
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
