import {
  AuthenticationError,
  ConflictError,
  EndpointDisabledError,
  ForbiddenError,
  NotInForceError,
  NotInitializedError,
  UnreachableError,
} from '../errors.ts';
import { accessRefusal } from './access-refusal.ts';
import type { OpenSearchClient, OpenSearchResponse } from './opensearch.ts';
import { redact } from './redact.ts';

/** Answer to a write: stored, nothing to store, or refused for what it says (never retried unchanged). */
export type WriteAnswer =
  | { readonly type: 'stored' }
  | { readonly type: 'unchanged' }
  | { readonly type: 'refused'; readonly words: string; readonly name?: string };

/** Both spellings of the API; the second is the one of clusters from before the rename. */
export const API_PREFIXES = { Plugins: '/_plugins/_security', Opendistro: '/_opendistro/_security' } as const;

export type ApiPrefix = keyof typeof API_PREFIXES;

/**
 * Reads the answer to a write.
 *
 * @param secrets finds what was sent and must not be in the words; called unless all went well
 * @throws the error of the whole connection, where the answer is about that and not about what was sent;
 *   EndpointDisabledError where it is about the endpoint
 */
export function toWriteAnswer(response: OpenSearchResponse, secrets: () => readonly string[]): WriteAnswer {
  const { status, body } = response;
  if ((status === 200 || status === 201) && isRecord(body))
    return { type: wordsOf(body) === 'No updates required' ? 'unchanged' : 'stored' };
  const words = wordsOf(body, secrets());
  throwUnlessAboutTheRequest(response, words);
  throwIfDisabled(response, words);
  throwUnlessOfThePlugin(response, words);
  const name = nameIn(body);
  return { type: 'refused', words, ...(name === undefined ? {} : { name }) };
}

/** The body of a successful read. @throws as for `toWriteAnswer`; UnreachableError for anything else but 200. */
export function toReadAnswer(response: OpenSearchResponse): unknown {
  if (response.status === 200) return response.body;
  const words = wordsOf(response.body);
  throwUnlessAboutTheRequest(response, words);
  throwIfDisabled(response, words);
  throw new UnreachableError(`answered ${response.status}: ${words}`);
}

/**
 * Throws the error of the whole connection when the answer is about that; returns when it is about what was sent.
 *
 * @param words what the error says; the same as the server's own, or with secrets taken out
 */
export function throwUnlessAboutTheRequest(response: OpenSearchResponse, words: string): void {
  throwForWhoWeAre(response, words);
  throwForItsState(response, words);
}

/** The plugin refuses writes in JSON; a proxy in between has pages of its own, and may let us through the next time. */
function throwUnlessOfThePlugin({ status, body }: OpenSearchResponse, words: string): void {
  const isRefusal = status >= 400 && status !== 408 && (isRecord(body) || status === 413);
  if (!isRefusal) throw new UnreachableError(`answered ${status}: ${firstLine(words)}`);
}

function firstLine(words: string): string {
  return words.split('\n')[0]?.slice(0, 200).toWellFormed() ?? '';
}

/**
 * The entity that a refusal names; the server does so only where it may not be written. From the words as they are: a name is no
 * secret, even where it is the same as one.
 */
export function nameIn(body: unknown): string | undefined {
  return /^Resource '(.*)' is (?:reserved|static|not available)\.$/s.exec(wordsOf(body))?.[1];
}

function throwForWhoWeAre({ status }: OpenSearchResponse, words: string): void {
  if (status === 401) throw new AuthenticationError('the cluster does not accept the credentials');
  if (status === 403 && accessRefusal(words)?.type === 'no-api-role') throw new ForbiddenError(words);
}

function throwIfDisabled({ status }: OpenSearchResponse, words: string): void {
  const refusal = status === 403 ? accessRefusal(words) : undefined;
  if (refusal?.type === 'endpoint-disabled') throw new EndpointDisabledError(refusal.advice);
}

function throwForItsState({ status, body }: OpenSearchResponse, words: string): void {
  if (status === 409) throw new ConflictError('somebody else wrote the document in the same moment');
  if (status === 503 || words === 'Security index not initialized') throw new NotInitializedError(words);
  if (status === 429 || status === 502 || status === 504) throw new UnreachableError(`answered ${status}`);
  if (status === 500 && words.includes('Error Failed node')) throw new NotInForceError(words);
  if (status >= 500 && !isInputError(body)) throw new UnreachableError(`answered ${status}: ${words}`);
}

/** 500s that are about what was sent and will be the same next time. */
function isInputError(body: unknown): boolean {
  const type = isRecord(body) && isRecord(body['error']) ? body['error']['type'] : undefined;
  if (typeof type === 'string') return INPUT_ERRORS.test(type);
  return spell(body).startsWith('Existing user ') || (isRecord(body) && isFlushFailure(String(body['message'])));
}

/** What the plugin says with a 500 when a node could not flush its caches; the cluster goes on to answer everything else. */
export function isFlushFailure(words: string): boolean {
  return words.startsWith('Cannot flush cache due to ');
}

const INPUT_ERRORS =
  /unrecognized_property|unchecked_i_o|json_mapping|illegal_argument|invalid_format|mismatched_input/;

/**
 * The server's own words, whichever of its error shapes it used; at most 1,000 characters.
 *
 * @param secrets are taken out, before the text is cut
 */
export function wordsOf(body: unknown, secrets: readonly string[] = []): string {
  return redact(spell(body), secrets).slice(0, 1000).toWellFormed();
}

function spell(body: unknown): string {
  if (typeof body === 'string') return body.trim();
  if (!isRecord(body)) return '';
  if (typeof body['message'] === 'string') return body['message'];
  if (typeof body['reason'] === 'string') return [body['reason'], ...details(body)].join('; ');
  if (typeof body['error'] === 'string') return body['error'];
  if (isRecord(body['error']) && typeof body['error']['reason'] === 'string') return body['error']['reason'];
  return '';
}

/** Validation answers name the keys at fault beside `status` and `reason`. */
function details(body: Record<string, unknown>): readonly string[] {
  return Object.entries(body)
    .filter(([key]) => key !== 'status' && key !== 'reason')
    .map(([key, value]) => `${key}: ${typeof value === 'string' ? value : JSON.stringify(value)}`);
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** What is not a document says nothing about what is in it. @throws UnreachableError */
export function toDocument(name: string, body: unknown): Record<string, unknown> {
  if (isRecord(body)) return body;
  throw new UnreachableError(`the answer for ${name} is no document`);
}

/** GET that must answer 200. */
export async function read(client: OpenSearchClient, path: string, signal?: AbortSignal): Promise<unknown> {
  return toReadAnswer(await client.request({ method: 'GET', path }, signal));
}
