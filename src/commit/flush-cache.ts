import { accessRefusal } from '../clients/access-refusal.ts';
import type { SecurityRest } from '../clients/security-rest.ts';

/** Whether the caches were flushed; a role may lack the right. `words` say what to do about it where that is known. */
export type FlushAnswer = { readonly type: 'flushed' } | { readonly type: 'refused'; readonly words: string };

/** Makes every node forget who is who and read what is stored anew. One DELETE. */
export async function flushCache({ cache }: Pick<SecurityRest, 'cache'>): Promise<FlushAnswer> {
  const answer = await cache.flush();
  if (answer.type === 'ok' || answer.type === 'unchanged') return { type: 'flushed' };
  return { type: 'refused', words: advise(answer.words) };
}

/** The server's own words list the roles of the user, each node in another order. */
function advise(words: string): string {
  const refusal = accessRefusal(words);
  return refusal?.type === 'endpoint-disabled' ? refusal.advice : words;
}
