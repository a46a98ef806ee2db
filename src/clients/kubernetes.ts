import { Agent, type Dispatcher } from 'undici';
import { KubernetesError, NotLeaderError, type OperatorError } from '../errors.ts';
import { userAgent, type Caller } from './caller.ts';
import { fenceWrites } from './fence.ts';
import { freshConnector } from './fresh-connector.ts';
import type { KubernetesCredentials } from './kubernetes-credentials.ts';
import { readBody } from './read-body.ts';
import { readLines } from './read-lines.ts';
import { NO_ANSWER, toTransportError } from './transport-errors.ts';

export interface KubernetesRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  /** Ask for metadata only, to keep the data of Secrets out of this process. */
  readonly accept?: string;
}

/** Answers with metadata in place of whole objects. */
export const METADATA_OBJECT = 'application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1';
export const METADATA_LIST = 'application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1';

const REQUEST_TIMEOUT_MS = 60_000;
/** Bookmarks come about once a minute, so a watch that says nothing for this long is dead. */
const WATCH_IDLE_MS = 150_000;
const MAX_RESPONSE_BYTES = 256 * 1024 * 1024;
/** How often a request that the API server asked to repeat (429) is repeated. */
const MAX_THROTTLED = 5;

/** One request that was answered, or failed. */
export interface KubernetesRequestRecord {
  readonly method: KubernetesRequest['method'];
  /** Of the status; `<error>` for no answer. */
  readonly code: string;
  readonly host: string;
}

export interface KubernetesClientOptions {
  /** Nobody in particular, who may write, when absent. */
  readonly caller?: Caller;
  readonly observe?: (request: KubernetesRequestRecord) => void;
}

/** One keep-alive dispatcher to the API server for requests and one for watches, which hold their connection. */
export class KubernetesClient {
  readonly #credentials: KubernetesCredentials;
  readonly #caller: Caller | undefined;
  readonly #origin: string;
  /** Of a proxy that serves several clusters. */
  readonly #prefix: string;
  readonly #requests: Dispatcher;
  readonly #watches: Dispatcher;
  readonly #host: string;
  readonly #observe: (request: KubernetesRequestRecord) => void;

  constructor(credentials: KubernetesCredentials, { caller, observe = () => undefined }: KubernetesClientOptions = {}) {
    this.#credentials = credentials;
    this.#caller = caller;
    this.#observe = observe;
    const server = new URL(credentials.server);
    this.#origin = server.origin;
    this.#host = server.host;
    this.#prefix = server.pathname.replace(/\/+$/, '');
    const connect = freshConnector(credentials.tls);
    const requests = new Agent({
      connect,
      connections: 16,
      headersTimeout: REQUEST_TIMEOUT_MS,
      bodyTimeout: REQUEST_TIMEOUT_MS,
    });
    this.#requests = fenceWrites(requests, caller);
    this.#watches = new Agent({ connect, headersTimeout: REQUEST_TIMEOUT_MS, bodyTimeout: WATCH_IDLE_MS });
  }

  /**
   * One request; a 429 is obeyed and repeated.
   *
   * @throws KubernetesError for an answer that is no success, with status 0 for none
   * @throws NotLeaderError for a write that is not ours to do
   */
  async request(request: KubernetesRequest, signal?: AbortSignal): Promise<unknown> {
    for (let attempt = 0; ; attempt += 1) {
      const response = await this.#send(this.#requests, request, signal);
      const text = await readBody(response.body, MAX_RESPONSE_BYTES);
      if (response.statusCode < 300) return JSON.parse(text) as unknown;
      if (response.statusCode !== 429 || attempt >= MAX_THROTTLED)
        throw toKubernetesError(request, response.statusCode, text);
      await pause(retryAfterMs(response));
    }
  }

  /** The events of a watch, one JSON text each, until the server ends it. @throws as `request` */
  async *watch(request: KubernetesRequest, signal: AbortSignal): AsyncGenerator<string> {
    const response = await this.#send(this.#watches, request, signal);
    if (response.statusCode >= 300) {
      throw toKubernetesError(request, response.statusCode, await readBody(response.body, MAX_RESPONSE_BYTES));
    }
    try {
      yield* readLines(response.body);
    } catch (error) {
      throw unreachable(request, error);
    } finally {
      response.body.destroy();
    }
  }

  async close(): Promise<void> {
    await Promise.all([this.#requests.destroy(), this.#watches.destroy()]);
  }

  async #send(
    dispatcher: Dispatcher,
    request: KubernetesRequest,
    signal?: AbortSignal,
  ): Promise<Dispatcher.ResponseData> {
    const headers = await this.#headers(request);
    let code = NO_ANSWER;
    try {
      const response = await dispatcher.request({
        origin: this.#origin,
        path: `${this.#prefix}${request.path}`,
        query: request.query ?? {},
        method: request.method,
        headers,
        body: request.body === undefined ? null : JSON.stringify(request.body),
        signal: signal ?? null,
      });
      code = String(response.statusCode);
      return response;
    } catch (error) {
      throw unreachable(request, error);
    } finally {
      this.#observe({ method: request.method, code, host: this.#host });
    }
  }

  async #headers(request: KubernetesRequest): Promise<Record<string, string>> {
    return {
      ...(await this.#credentials.headers()),
      accept: request.accept ?? 'application/json',
      ...contentType(request),
      ...userAgent(this.#caller),
    };
  }
}

/** The answer; undefined for one status that is no trouble here, such as 404 for what need not be there. @throws as `request` */
export async function requestUnless(
  kubernetes: Pick<KubernetesClient, 'request'>,
  status: number,
  request: KubernetesRequest,
): Promise<unknown> {
  try {
    return await kubernetes.request(request);
  } catch (error) {
    if (error instanceof KubernetesError && error.status === status) return undefined;
    throw error;
  }
}

/** Status 0: no answer, which must not be mistaken for trouble with an OpenSearch cluster. */
function unreachable(request: KubernetesRequest, error: unknown): OperatorError {
  if (error instanceof NotLeaderError) return error;
  return new KubernetesError(toTransportError(`${request.method} ${request.path}`, error).message, 0, 'Unreachable');
}

function contentType({ method, body }: KubernetesRequest): Record<string, string> {
  if (body === undefined) return {};
  return { 'content-type': method === 'PATCH' ? patchType(body) : 'application/json' };
}

/** A list is one of operations. */
function patchType(body: unknown): string {
  return Array.isArray(body) ? 'application/json-patch+json' : 'application/merge-patch+json';
}

function toKubernetesError(request: KubernetesRequest, status: number, text: string): KubernetesError {
  const body = parseStatus(text);
  return new KubernetesError(`${request.method} ${request.path}: ${body.message ?? status}`, status, body.reason ?? '');
}

function parseStatus(text: string): { readonly message?: string; readonly reason?: string } {
  try {
    return JSON.parse(text) as { readonly message?: string; readonly reason?: string };
  } catch {
    return {};
  }
}

function retryAfterMs(response: Dispatcher.ResponseData): number {
  const seconds = Number(response.headers['retry-after']);
  return Number.isFinite(seconds) && seconds > 0 ? Math.min(seconds, 30) * 1000 : 1000;
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
