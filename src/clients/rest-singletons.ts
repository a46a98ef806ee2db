import type { OpenSearchClient } from './opensearch.ts';
import { objectWith, type RestRead, type RestWrite } from './rest-answer.ts';
import { ask, tell } from './rest-call.ts';
import type * as config from './rest-config-types.ts';
import { at } from './rest-name.ts';
import type { PatchOperation } from './rest-patch.ts';

/** A document with one entry, `config`; paths of a PATCH begin with it. */
export interface Singleton<Body, Stored> {
  get(signal?: AbortSignal): Promise<RestRead<Stored>>;
  /** Replaces it: what is missing becomes its default. */
  put(body: Body, signal?: AbortSignal): Promise<RestWrite>;
  patch(operations: readonly PatchOperation[], signal?: AbortSignal): Promise<RestWrite>;
}

export interface Tenancy {
  get(signal?: AbortSignal): Promise<RestRead<config.Tenancy>>;
  /** Changes what is given and answers with all. */
  put(body: Partial<config.Tenancy>, signal?: AbortSignal): Promise<RestRead<config.Tenancy>>;
}

type Listeners = Readonly<Record<string, config.AuthFailureListener>>;

/** From 3.x on. Stored in `securityconfig`. Each write answers with all listeners. */
export interface AuthFailureListeners {
  getAll(signal?: AbortSignal): Promise<RestRead<Listeners>>;
  put(name: string, body: config.AuthFailureListenerBody, signal?: AbortSignal): Promise<RestRead<Listeners>>;
  delete(name: string, signal?: AbortSignal): Promise<RestRead<Listeners>>;
}

export interface Singletons {
  /** Written with the admin certificate, or `restapi:admin/config/update`; a wrong one locks everybody else out. */
  readonly securityConfig: Singleton<config.SecurityConfig, { readonly config: config.SecurityConfig }>;
  readonly audit: Singleton<
    config.AuditConfig,
    { readonly _readonly: readonly string[]; readonly config: config.AuditConfig }
  >;
  /** For the admin certificate. */
  readonly allowlist: Singleton<config.Allowlist, { readonly config: config.Allowlist }>;
  /** What `allowlist` was before: on 2.x a document of its own, with the same body; gone on 3.x. */
  readonly whitelist: Singleton<config.Allowlist, { readonly config: config.Allowlist }>;
  readonly tenancy: Tenancy;
  readonly authFailureListeners: AuthFailureListeners;
}

/** @param api the path up to and with `/api` */
export function singletons(client: OpenSearchClient, api: string): Singletons {
  return {
    securityConfig: singleton(client, `${api}/securityconfig`, `${api}/securityconfig/config`),
    audit: singleton(client, `${api}/audit`, `${api}/audit/config`),
    allowlist: singleton(client, `${api}/allowlist`, `${api}/allowlist`),
    whitelist: singleton(client, `${api}/whitelist`, `${api}/whitelist`),
    tenancy: tenancy(client, `${api}/tenancy/config`),
    authFailureListeners: authFailureListeners(client, `${api}/authfailurelisteners`),
  };
}

function singleton<Body, Stored extends { readonly config: object }>(
  client: OpenSearchClient,
  path: string,
  putPath: string,
): Singleton<Body, Stored> {
  return {
    get: (signal) => ask(client, { method: 'GET', path, signal }, objectWith<Stored>('config')),
    put: (body, signal) => tell(client, { method: 'PUT', path: putPath, body, signal }),
    patch: (operations, signal) => tell(client, { method: 'PATCH', path, operations, signal }),
  };
}

function tenancy(client: OpenSearchClient, path: string): Tenancy {
  const whole = objectWith<config.Tenancy>('default_tenant', 'multitenancy_enabled', 'private_tenant_enabled');
  return {
    get: (signal) => ask(client, { method: 'GET', path, signal }, whole),
    put: (body, signal) => ask(client, { method: 'PUT', path, body, signal }, whole),
  };
}

function authFailureListeners(client: OpenSearchClient, all: string): AuthFailureListeners {
  const map = objectWith<Listeners>();
  return {
    getAll: (signal) => ask(client, { method: 'GET', path: all, signal }, map),
    put: (name, body, signal) => at(name, all, (path) => ask(client, { method: 'PUT', path, body, signal }, map)),
    delete: (name, signal) => at(name, all, (path) => ask(client, { method: 'DELETE', path, signal }, map)),
  };
}
