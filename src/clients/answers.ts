import { isIP } from 'node:net';
import { Agent } from 'undici';
import { isForbiddenAddress, permittedLookup } from './address-guard.ts';

const PATIENCE_MS = 5000;

/** Whether a web server answers at an address, with whatever. Link-local and metadata addresses never do. */
export async function answers(url: string): Promise<boolean> {
  const { origin, hostname, pathname, search } = new URL(url);
  const host = hostname.replace(/^\[|\]$/g, '');
  if (isIP(host) !== 0 && isForbiddenAddress(host)) return false;
  const connect = { rejectUnauthorized: false, lookup: permittedLookup, timeout: PATIENCE_MS };
  const agent = new Agent({ connect, headersTimeout: PATIENCE_MS });
  try {
    const response = await agent.request({
      origin,
      path: pathname + search,
      method: 'GET',
      signal: AbortSignal.timeout(2 * PATIENCE_MS),
    });
    await response.body.dump();
    return response.statusCode < 500;
  } catch {
    return false;
  } finally {
    await agent.destroy();
  }
}
