import type { Fault, Recorded } from './recording-proxy.ts';

/** What a cluster answers to everybody while no auth domain works. */
const LETS_NOBODY_IN: Fault = { type: 'answer', status: 503, body: 'OpenSearch Security not initialized.' };

/** The plugin says of itself that it is down; everything else passes. */
export function saysItIsDown({ method, path }: Recorded): Fault | undefined {
  if (method !== 'GET' || !path.endsWith('/health')) return undefined;
  return { type: 'answer', status: 503, body: '{"message":"Not initialized","mode":"strict","status":"DOWN"}' };
}

/**
 * A fault by which the write is carried out, its writer dies of it, and nobody gets in any more.
 *
 * @param die ends who wrote
 */
export function lockOutAt(
  isWrite: (request: Recorded) => boolean,
  die: () => void,
): (request: Recorded) => Fault | undefined {
  let isLockedOut = false;
  return (request) => {
    if (isLockedOut) return LETS_NOBODY_IN;
    if (!isWrite(request)) return undefined;
    isLockedOut = true;
    die();
    return { type: 'lose-answer' };
  };
}
