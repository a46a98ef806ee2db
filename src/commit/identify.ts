import type { OpenSearchClient, OpenSearchResponse } from '../clients/opensearch.ts';
import type { Self } from '../kinds/kind.ts';
import { API_PREFIXES, toReadAnswer, type ApiPrefix } from '../clients/security-api.ts';
import { NotInitializedError } from '../errors.ts';

/** What a cluster says of itself and of us. */
export interface Identity {
  /** Undefined when we may not ask (`cluster:monitor/main`). */
  readonly version?: string;
  readonly clusterUuid?: string;
  readonly apiPrefix: ApiPrefix;
  readonly authenticatedAs: { readonly name: string; readonly method: 'Basic' | 'ClientCertificate' };
  readonly pluginHealth: { readonly status: string; readonly mode: string };
  readonly self: Self;
}

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
  const isAdmin = method === 'ClientCertificate' && (await isAdminCertificate(client, prefix, signal));
  return {
    ...versionOf(main),
    apiPrefix: prefix,
    authenticatedAs: { name, method },
    pluginHealth: health,
    self: { name, method, isAdmin, backendRoles: texts(who['backend_roles']), roles: texts(who['roles']) },
  };
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
  return { status: text(health['status']), mode: text(health['mode']) };
}

function versionOf({ status, body }: OpenSearchResponse): { readonly version?: string; readonly clusterUuid?: string } {
  if (status !== 200) return {};
  const main = record(body);
  return { version: text(record(main['version'])['number']), clusterUuid: text(main['cluster_uuid']) };
}

function record(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : {};
}

function texts(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((entry) => typeof entry === 'string') : [];
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
