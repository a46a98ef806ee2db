import { isIP, type LookupFunction } from 'node:net';
import { Agent, type Dispatcher } from 'undici';
import { SettingsError, UnreachableError } from '../errors.ts';
import { userAgent, type Caller } from './caller.ts';
import { isForbiddenAddress, permittedLookup } from './address-guard.ts';
import { answerLimit } from './answer-limit.ts';
import { ClosedConnections } from './closed-connections.ts';
import { withDeadline, type Deadline } from './deadline.ts';
import { endpointOf } from './endpoint-of.ts';
import { fenceWrites } from './fence.ts';
import type { TlsOptions } from './kubernetes-credentials.ts';
import { readBody } from './read-body.ts';
import { NO_ANSWER, toTransportError, wasNeverSent } from './transport-errors.ts';

/** How to reach and enter one OpenSearch cluster. Holds secrets: never log it. */
export interface OpenSearchSettings {
  /** Origins, tried in turn. */
  readonly endpoints: readonly string[];
  readonly auth:
    | { readonly type: 'basic'; readonly username: string; readonly password: string }
    | { readonly type: 'certificate'; readonly certPem: string; readonly keyPem: string };
  /** Of an administrator; used for nothing but putting back a configuration that locks everybody out. */
  readonly rescue?: { readonly certPem: string; readonly keyPem: string };
  /** The system's trust store when absent. */
  readonly caPem?: string;
  readonly serverName?: string;
  readonly insecureSkipVerify: boolean;
  readonly requestTimeoutMs: number;
  /** Sent as `X-Opaque-Id`, which OpenSearch copies into its audit log, unless the observer has a better one. */
  readonly opaqueId: string;
  /** Nobody in particular, who may write, when absent. */
  readonly caller?: Caller;
  /** No part of where the cluster is: settings that differ in nothing else are the same. */
  readonly observer?: RequestObserver;
}

/** Is told of each request, and says on whose behalf it is made. */
export interface RequestObserver {
  /** Sent as `X-Opaque-Id` with the next request. */
  readonly opaqueId: string;
  answered(request: RequestRecord): void;
}

/** One request that was answered or failed. */
export interface RequestRecord {
  /** Without any name in it, so that there are few. */
  readonly endpoint: string;
  readonly method: OpenSearchRequest['method'];
  /** Of the status; `<error>` for no answer. */
  readonly code: string;
  readonly ms: number;
}

export interface OpenSearchRequest {
  readonly method: 'GET' | 'PUT' | 'POST' | 'PATCH' | 'DELETE';
  readonly path: string;
  /** JSON text. */
  readonly body?: string;
}

export interface OpenSearchResponse {
  readonly status: number;
  /** Parsed JSON, or the text where it is none (401 and 503 answer plain text). */
  readonly body: unknown;
}

/** Looks at what one endpoint says to a GET of a path. @throws AnotherClusterError unless it may be asked for more */
export type EndpointCheck = (get: (path: string) => Promise<OpenSearchResponse>) => Promise<void>;

/** A frozen node delays a write by over 30 s until it is dropped from the cluster, and the write then succeeds. */
const WRITE_TIMEOUT_MS = 120_000;
/** What a body may take after its head, pauses and all; a request that has to wait for its connection takes it from this, too. */
const BODY_MS = 60_000;
/** After which a connection is closed that nobody uses. */
const IDLE_MS = 30_000;

/** Keep-alive connections to one cluster; goes to the next endpoint when one cannot be reached. */
export class OpenSearchClient {
  readonly #settings: OpenSearchSettings;
  readonly #dispatcher: Dispatcher;
  readonly #headers: Record<string, string>;
  readonly #bodyMs: number;
  #current = 0;
  #hasMoved = false;
  /** The endpoint that is of our cluster, since it was checked or is the only one that ever answered. */
  #known: number | undefined;
  #check: EndpointCheck | undefined;
  readonly #closed: ClosedConnections;
  /** How many were closed before the last check began: another server may answer since one more is. */
  #closedBefore = 0;

  constructor(
    settings: OpenSearchSettings,
    { bodyMs = BODY_MS, idleMs = IDLE_MS }: { readonly bodyMs?: number; readonly idleMs?: number } = {},
  ) {
    for (const endpoint of settings.endpoints) assertPermitted(endpoint);
    this.#settings = settings;
    this.#bodyMs = bodyMs;
    const agent = new Agent({
      connect: tlsOptions(settings),
      connections: 4,
      keepAliveTimeout: idleMs,
      bodyTimeout: bodyMs,
    });
    this.#closed = new ClosedConnections(agent);
    this.#dispatcher = fenceWrites(agent, settings.caller);
    this.#headers = {
      'content-type': 'application/json',
      ...userAgent(settings.caller),
      ...authorization(settings),
    };
  }

  /**
   * One request. A request that was never sent is tried on the next endpoint; any other failure of a write leaves open
   * whether it was stored, so it is thrown and the caller looks again.
   *
   * @throws UnreachableError, TlsVerificationError; NotLeaderError for a write that is not ours to do; what a check throws
   */
  async request(request: OpenSearchRequest, signal?: AbortSignal): Promise<OpenSearchResponse> {
    const { endpoints } = this.#settings;
    let failure: unknown;
    let isSent = false;
    for (let attempt = 0; attempt < endpoints.length; attempt += 1) {
      const at = this.#current;
      isSent = false;
      try {
        await this.#checkOnce(at, request, signal);
        isSent = true;
        return await this.#observed(at, request, signal);
      } catch (error) {
        failure = error;
        this.#leave(at);
        if (request.method !== 'GET' && isSent && !wasNeverSent(error)) break;
      }
    }
    throw toTransportError(`${request.method} ${request.path}`, failure, isSent);
  }

  /**
   * From now on each endpoint that has not been asked yet, or that the client moves to, is checked before anything else is asked
   * of it: a stand-by is another cluster, and where a connection broke another server may answer. Where one was closed without
   * any failure it is checked before a write alone: what is read is compared by who reads.
   */
  checkEndpoints(check: EndpointCheck): void {
    this.#check = check;
  }

  async close(): Promise<void> {
    await this.#dispatcher.destroy();
  }

  async #checkOnce(at: number, { method }: OpenSearchRequest, signal: AbortSignal | undefined): Promise<void> {
    const { count } = this.#closed;
    const isKnown = this.#known === at && (method === 'GET' || count === this.#closedBefore);
    if (this.#check === undefined || isKnown) return;
    await this.#check((path) => this.#observed(at, { method: 'GET', path }, signal));
    this.#known = at;
    this.#closedBefore = count;
  }

  /** Somebody else whose request failed in the same moment may have left it before. */
  #leave(at: number): void {
    if (this.#current !== at) return;
    this.#current = (at + 1) % this.#settings.endpoints.length;
    this.#hasMoved = true;
    this.#known = undefined;
  }

  async #observed(at: number, request: OpenSearchRequest, signal?: AbortSignal): Promise<OpenSearchResponse> {
    const startedMs = performance.now();
    let code = NO_ANSWER;
    try {
      const response = await withDeadline(this.#deadline(request, signal), (both) => this.#send(at, request, both));
      if (!this.#hasMoved) this.#known = at;
      code = String(response.status);
      return response;
    } finally {
      const { method, path } = request;
      const ms = performance.now() - startedMs;
      this.#settings.observer?.answered({ endpoint: endpointOf(path), method, code, ms });
    }
  }

  /** A server that sends a byte now and then must not keep a turn open for ever. */
  #deadline(request: OpenSearchRequest, signal: AbortSignal | undefined): Deadline {
    const ms = timeoutMs(request, this.#settings) + this.#bodyMs;
    const { method, path } = request;
    const late = (): Error => new UnreachableError(`${method} ${path}: not answered to the end within ${ms / 1000} s`);
    return { ms, signal, late };
  }

  async #send(at: number, request: OpenSearchRequest, signal: AbortSignal): Promise<OpenSearchResponse> {
    const { endpoints, observer, opaqueId } = this.#settings;
    const origin = endpoints[at];
    if (origin === undefined) throw new SettingsError('no endpoint is configured');
    const response = await this.#dispatcher.request({
      origin,
      path: request.path,
      method: request.method,
      headers: { ...this.#headers, 'x-opaque-id': observer?.opaqueId ?? opaqueId },
      body: request.body ?? null,
      headersTimeout: timeoutMs(request, this.#settings),
      signal,
    });
    const { maxBytes, problem } = answerLimit(request);
    return { status: response.statusCode, body: parse(await readBody(response.body, maxBytes, problem)) };
  }
}

function timeoutMs(request: OpenSearchRequest, settings: OpenSearchSettings): number {
  return request.method === 'GET' ? settings.requestTimeoutMs : Math.max(settings.requestTimeoutMs, WRITE_TIMEOUT_MS);
}

function authorization({ auth }: OpenSearchSettings): Record<string, string> {
  if (auth.type === 'certificate') return {};
  return { authorization: `Basic ${Buffer.from(`${auth.username}:${auth.password}`).toString('base64')}` };
}

function tlsOptions(settings: OpenSearchSettings): TlsOptions & { lookup: LookupFunction; timeout: number } {
  const { auth } = settings;
  return {
    ...(settings.caPem === undefined ? {} : { ca: settings.caPem }),
    ...(settings.serverName === undefined ? {} : { servername: settings.serverName }),
    ...(auth.type === 'certificate' ? { cert: auth.certPem, key: auth.keyPem } : {}),
    rejectUnauthorized: !settings.insecureSkipVerify,
    minVersion: 'TLSv1.2',
    lookup: permittedLookup,
    timeout: Math.min(settings.requestTimeoutMs, 10_000),
  };
}

function assertPermitted(endpoint: string): void {
  if (!URL.canParse(endpoint))
    throw new SettingsError(`endpoint ${endpoint} is no address: correct the host name or the numbers in it`);
  const host = new URL(endpoint).hostname.replace(/^\[|\]$/g, '');
  if (isIP(host) !== 0 && isForbiddenAddress(host)) {
    throw new SettingsError(
      `endpoint ${endpoint} is a link-local or metadata address, which is never asked: name the cluster's own address`,
    );
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
