import { accessRefusal } from '../clients/access-refusal.ts';
import { isFlushFailure } from '../clients/security-api.ts';
import type { SecurityRest } from '../clients/security-rest.ts';

/**
 * Whether the caches were flushed. `refused`: a role may lack the right. `failed`: some node could not do it, now or as long as
 * it cannot load what is stored. `words` say what to do about it where that is known.
 */
export type FlushAnswer =
  { readonly type: 'flushed' } | { readonly type: 'refused' | 'failed'; readonly words: string };

/** Makes every node forget who is who and read what is stored anew. One DELETE. */
export async function flushCache({ cache }: Pick<SecurityRest, 'cache'>): Promise<FlushAnswer> {
  const answer = await cache.flush();
  if (answer.type === 'ok' || answer.type === 'unchanged') return { type: 'flushed' };
  return { type: isFlushFailure(answer.words) ? 'failed' : 'refused', words: advise(answer.words) };
}

/** The server's own words list the roles of the user, each node in another order. */
function advise(words: string): string {
  const refusal = accessRefusal(words);
  return refusal?.type === 'endpoint-disabled' ? refusal.advice : words;
}
