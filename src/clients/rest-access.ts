import type { OpenSearchClient } from './opensearch.ts';
import { objectWith, type RestRead, type RestWrite } from './rest-answer.ts';
import { ask, tell } from './rest-call.ts';
import { at } from './rest-name.ts';

/** The user who asks. */
export interface AccountInfo {
  readonly user_name: string;
  readonly is_reserved: boolean;
  readonly is_hidden: boolean;
  readonly is_internal_user: boolean;
  readonly user_requested_tenant: string | null;
  readonly backend_roles: readonly string[];
  readonly custom_attribute_names: readonly string[];
  /** Whether each may be written. */
  readonly tenants: Readonly<Record<string, boolean>>;
  readonly roles: readonly string[];
}

/** `hash` in place of `password` where the caller hashes. */
export type AccountBody = { readonly current_password: string } & (
  { readonly password: string } | { readonly hash: string }
);

export interface PermissionsInfo {
  readonly user: string;
  readonly user_name: string;
  /** False for the admin certificate, which may do everything all the same: ask `whoAmI` there. */
  readonly has_api_access: boolean;
  /** Methods by endpoint. */
  readonly disabled_endpoints: Readonly<Record<string, readonly string[]>>;
}

export interface OnBehalfOfBody {
  readonly description?: string;
  readonly service?: string;
  /** 300 when absent; the server makes 600 of what is more. */
  readonly durationSeconds?: number;
}

/** Holds a secret. */
export interface OnBehalfOfToken {
  readonly user: string;
  readonly authenticationToken: string;
  readonly durationSeconds: number;
}

export interface Access {
  readonly account: {
    get(signal?: AbortSignal): Promise<RestRead<AccountInfo>>;
    /** Changes the own password. */
    put(body: AccountBody, signal?: AbortSignal): Promise<RestWrite>;
  };
  readonly cache: {
    /** Makes all nodes load everything anew. */
    flush(signal?: AbortSignal): Promise<RestWrite>;
    /** From 3.x on. Succeeds for names that nobody has, too. */
    flushUser(name: string, signal?: AbortSignal): Promise<RestWrite>;
  };
  readonly tokens: {
    /**
     * `unsupported` while `on_behalf_of` is off in `securityconfig`. Once it was on, 3.4.0 goes on making tokens until
     * the node is started again, but accepts none.
     */
    onBehalfOf(body: OnBehalfOfBody, signal?: AbortSignal): Promise<RestRead<OnBehalfOfToken>>;
    /** A stub of the server: succeeds and makes nothing. */
    authToken(signal?: AbortSignal): Promise<RestWrite>;
  };
  permissionsInfo(signal?: AbortSignal): Promise<RestRead<PermissionsInfo>>;
}

/** @param api the path up to and with `/api` */
export function access(client: OpenSearchClient, api: string): Access {
  const account = `${api}/account`;
  return {
    account: {
      get: (signal) => ask(client, { method: 'GET', path: account, signal }, objectWith<AccountInfo>('user_name')),
      put: (body, signal) => tell(client, { method: 'PUT', path: account, body, signal }),
    },
    cache: {
      flush: (signal) => tell(client, { method: 'DELETE', path: `${api}/cache`, signal }),
      flushUser: (name, signal) =>
        at(name, `${api}/cache/user`, (path) => tell(client, { method: 'DELETE', path, signal })),
    },
    tokens: {
      onBehalfOf: (body, signal) => {
        const path = `${api}/generateonbehalfoftoken`;
        return ask(client, { method: 'POST', path, body, signal }, objectWith<OnBehalfOfToken>('authenticationToken'));
      },
      authToken: (signal) => tell(client, { method: 'POST', path: `${api}/authtoken`, signal }),
    },
    permissionsInfo: (signal) => {
      const path = `${api}/permissionsinfo`;
      return ask(client, { method: 'GET', path, signal }, objectWith<PermissionsInfo>('has_api_access'));
    },
  };
}
