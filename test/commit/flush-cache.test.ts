import { expect, test } from '@jest/globals';
import type { SecurityRest } from '../../src/clients/security-rest.ts';
import { flushCache, type FlushAnswer } from '../../src/commit/flush-cache.ts';

function refusedWith(words: string): Promise<FlushAnswer> {
  const flush = (): ReturnType<SecurityRest['cache']['flush']> => Promise.resolve({ type: 'refused', words });
  return flushCache({ cache: { flush, flushUser: flush } });
}

test('a flush that is disabled for our roles says which setting to change, and not the roles in the order of one node', async () => {
  const words =
    'No permission to access REST API: User operator with Security roles [b, a] does not have any access to endpoint CACHE and method DELETE. No client TLS certificate found in request';
  const answer = JSON.stringify(await refusedWith(words));
  expect(answer).toContain('endpoints_disabled.<role>.CACHE');
  expect(answer).not.toContain('[b, a]');
});

test('a flush that is refused otherwise is told in the words of the server', async () => {
  expect(await refusedWith('Access denied')).toEqual({ type: 'refused', words: 'Access denied' });
});

test('a flush that one node cannot do has failed, and is not refused', async () => {
  const words = 'Cannot flush cache due to Failed node [abc]';
  expect(await refusedWith(words)).toEqual({ type: 'failed', words });
});
