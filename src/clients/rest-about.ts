import type { OpenSearchClient, OpenSearchResponse } from './opensearch.ts';
import { objectWith, toRestRead, type Reader, type RestRead } from './rest-answer.ts';
import { ask } from './rest-call.ts';
import { isRecord } from './security-api.ts';

/** The plugin's own state; DOWN also when nobody is left who could log in. */
export interface Health {
  readonly status: 'UP' | 'DOWN';
  readonly mode: string;
  readonly message: string | null;
  /** From 3.x on. */
  readonly settings?: Readonly<Record<string, unknown>>;
}

export interface AuthInfo {
  readonly user: string;
  readonly user_name: string;
  readonly user_requested_tenant: string | null;
  /** Null for a client certificate. */
  readonly remote_address: string | null;
  readonly backend_roles: readonly string[];
  readonly custom_attribute_names: readonly string[];
  readonly roles: readonly string[];
  readonly tenants: Readonly<Record<string, boolean>>;
  /** The distinguished name of the client certificate that the request came with. */
  readonly principal: string | null;
  readonly peer_certificates: string;
  readonly sso_logout_url: string | null;
}

export interface WhoAmI {
  readonly dn: string | null;
  /** Whether the certificate is one of `plugins.security.authcz.admin_dn`. */
  readonly is_admin: boolean;
  readonly is_node_certificate_request: boolean;
}

export interface DashboardsInfo {
  readonly user_name: string;
  readonly not_fail_on_forbidden_enabled: boolean;
  readonly opensearch_dashboards_mt_enabled: boolean;
  readonly opensearch_dashboards_index: string;
  readonly opensearch_dashboards_server_user: string;
  readonly multitenancy_enabled: boolean;
  readonly private_tenant_enabled: boolean;
  readonly default_tenant: string;
  readonly sign_in_options: readonly string[];
  readonly password_validation_error_message: string;
  readonly password_validation_regex: string;
  /** From 3.x on. */
  readonly resource_sharing_enabled?: boolean;
}

export interface SslInfo {
  readonly principal: string | null;
  readonly peer_certificates: string;
  readonly ssl_protocol: string;
  readonly ssl_cipher: string;
  readonly ssl_provider_http: string;
  readonly ssl_provider_transport_server: string;
  readonly ssl_provider_transport_client: string;
  /** Only with `show_dn`. */
  readonly peer_certificates_list?: readonly string[];
  readonly local_certificates_list?: readonly string[];
  /** More about OpenSSL on 2.x. */
  readonly ssl_openssl_available?: boolean;
}

export interface About {
  /** Needs no login. */
  health(signal?: AbortSignal): Promise<RestRead<Health>>;
  authInfo(signal?: AbortSignal): Promise<RestRead<AuthInfo>>;
  /** Not there with the old prefix. */
  whoAmI(signal?: AbortSignal): Promise<RestRead<WhoAmI>>;
  dashboardsInfo(signal?: AbortSignal): Promise<RestRead<DashboardsInfo>>;
  /** Tenants by the name of their index, for the server user of Dashboards and the admin certificate. */
  tenantInfo(signal?: AbortSignal): Promise<RestRead<Readonly<Record<string, string>>>>;
  /** Has the old prefix only. With the distinguished names of both sides. */
  sslInfo(signal?: AbortSignal): Promise<RestRead<SslInfo>>;
}

/** @param root the path up to and without `/api` */
export function about(client: OpenSearchClient, root: string): About {
  const get = <T>(path: string, read: Reader<T>, signal?: AbortSignal): Promise<RestRead<T>> =>
    ask(client, { method: 'GET', path, signal }, read);
  return {
    health: async (signal) => toHealth(await client.request({ method: 'GET', path: `${root}/health` }, signal)),
    authInfo: (signal) => get(`${root}/authinfo`, objectWith<AuthInfo>('user_name', 'roles'), signal),
    whoAmI: (signal) => get(`${root}/whoami`, objectWith<WhoAmI>('is_admin'), signal),
    dashboardsInfo: (signal) => get(`${root}/dashboardsinfo`, objectWith<DashboardsInfo>('user_name'), signal),
    tenantInfo: (signal) => get(`${root}/tenantinfo`, objectWith<Record<string, string>>(), signal),
    sslInfo: (signal) =>
      get('/_opendistro/_security/sslinfo?show_dn=true', objectWith<SslInfo>('ssl_protocol'), signal),
  };
}

/** 503 is an answer, too, when it comes from the plugin. */
function toHealth(response: OpenSearchResponse): RestRead<Health> {
  const isPlugin = isRecord(response.body) && response.body['status'] === 'DOWN';
  return toRestRead(isPlugin ? { ...response, status: 200 } : response, objectWith<Health>('status', 'mode'), () => []);
}
