import type { SecurityRest } from '../clients/security-rest.ts';

/** Whether the caches were flushed; a role may lack the right. */
export type FlushAnswer = { readonly type: 'flushed' } | { readonly type: 'refused'; readonly words: string };

/** Makes every node forget who is who and read what is stored anew. One DELETE. */
export async function flushCache({ cache }: Pick<SecurityRest, 'cache'>): Promise<FlushAnswer> {
  const answer = await cache.flush();
  return answer.type === 'ok' || answer.type === 'unchanged'
    ? { type: 'flushed' }
    : { type: 'refused', words: answer.words };
}
