import type { OpenSearchClient, OpenSearchRequest, OpenSearchResponse } from './opensearch.ts';
import { patchProblem, patchText, secretsInPatch, type PatchOperation } from './rest-patch.ts';
import { secretsIn } from './redact.ts';
import { toRestRead, toRestWrite, type Reader, type RestRead, type RestWrite } from './rest-answer.ts';

/** A request of the API. Reads go to the next endpoint when a connection breaks; nothing else is ever sent twice. */
export interface RestRequest {
  readonly method: OpenSearchRequest['method'];
  readonly path: string;
  /** Sent as JSON. */
  readonly body?: unknown;
  /** The body of a PATCH, in place of `body`. */
  readonly operations?: readonly PatchOperation[];
  readonly signal?: AbortSignal | undefined;
}

/** Sends a request that answers with something of its own. @throws the error of the whole connection */
export async function ask<T>(client: OpenSearchClient, request: RestRequest, read: Reader<T>): Promise<RestRead<T>> {
  return toRestRead(await send(client, request), read, () => sentSecrets(request));
}

/** Sends a write that answers with a confirmation; refuses itself what the server would misread. @throws the error of the whole connection */
export async function tell(client: OpenSearchClient, request: RestRequest): Promise<RestWrite> {
  const problem = patchProblem(request.operations ?? []);
  if (problem !== undefined) return { type: 'refused', words: problem };
  return toRestWrite(await send(client, request), () => sentSecrets(request));
}

function send(client: OpenSearchClient, request: RestRequest): Promise<OpenSearchResponse> {
  const { method, path, signal } = request;
  const text = bodyText(request);
  return client.request({ method, path, ...(text === undefined ? {} : { body: text }) }, signal);
}

function bodyText({ body, operations }: RestRequest): string | undefined {
  if (operations !== undefined) return patchText(operations);
  return body === undefined ? undefined : JSON.stringify(body);
}

function sentSecrets({ body, operations }: RestRequest): readonly string[] {
  return operations === undefined ? secretsIn(body) : secretsInPatch(operations);
}
