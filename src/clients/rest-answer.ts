import { UnreachableError } from '../errors.ts';
import type { OpenSearchResponse } from './opensearch.ts';
import { isRecord, nameIn, throwUnlessAboutTheRequest, wordsOf } from './security-api.ts';

/**
 * Why nothing came of a request. `unsupported`: the endpoint does not exist on this version, or is switched off.
 * `words` are the server's own, without the secrets that were sent; `name` is the entity that they name.
 */
export type Refusal = {
  readonly type: 'not-found' | 'refused' | 'unsupported';
  readonly words: string;
  readonly name?: string;
};

/** Answer to a read, or to a write that answers with what it made. */
export type RestRead<T> = { readonly type: 'ok'; readonly value: T } | Refusal;

/** Answer to a write; `unchanged` when the server found nothing to store. */
export type RestWrite = RestRead<Confirmation> | { readonly type: 'unchanged' };

/** What the server says after a write. */
export interface Confirmation {
  /** `CREATED` after a PUT of what was not there. */
  readonly status: 'OK' | 'CREATED';
  readonly message: string;
}

/** Takes the body of a success for what it should be. @throws UnreachableError when it is something else */
export type Reader<T> = (body: unknown) => T;

/** Reads the answer. @param secrets finds what must not be in `words`; called for refusals only. @throws the error of the whole connection */
export function toRestRead<T>(
  response: OpenSearchResponse,
  read: Reader<T>,
  secrets: () => readonly string[],
): RestRead<T> {
  if (response.status === 200 || response.status === 201) return { type: 'ok', value: read(response.body) };
  return toRefusal(response, secrets());
}

/** As `toRestRead`, for writes that answer with a confirmation. */
export function toRestWrite(response: OpenSearchResponse, secrets: () => readonly string[]): RestWrite {
  const answer = toRestRead(response, confirmation, secrets);
  return answer.type === 'ok' && answer.value.message === 'No updates required' ? { type: 'unchanged' } : answer;
}

/** A JSON object that has at least these fields. */
export function objectWith<T extends object>(...fields: readonly (keyof T & string)[]): Reader<T> {
  return (body) => {
    if (!isRecord(body)) throw new UnreachableError('the answer is not the JSON object that was expected');
    const missing = fields.find((field) => !Object.hasOwn(body, field));
    if (missing !== undefined) throw new UnreachableError(`the answer has no "${missing}"`);
    return body as T;
  };
}

/** The confirmation of a write. */
const confirmation = objectWith<Confirmation>('message');

function toRefusal(response: OpenSearchResponse, secrets: readonly string[]): Refusal {
  const { status, body } = response;
  const words = wordsOf(body, secrets) || `answered ${status}`;
  if (isUnsupported(status, words)) return { type: 'unsupported', words };
  throwUnlessAboutTheRequest(response, words);
  const name = nameIn(body);
  return { type: status === 404 ? 'not-found' : 'refused', words, ...(name === undefined ? {} : { name }) };
}

/** 400 for a path or a parameter that this version does not know, and for features that are off; 405 and 501 for methods. */
function isUnsupported(status: number, words: string): boolean {
  return status === 405 || status === 501 || (status === 400 && UNSUPPORTED.test(words));
}

const UNSUPPORTED =
  /^no handler found for uri|contains unrecognized parameter|^The OnBehalfOf token generating API has been disabled/;
