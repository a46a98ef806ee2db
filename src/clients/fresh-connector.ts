import { buildConnector } from 'undici';
import type { TlsOptions } from './kubernetes-credentials.ts';

const CONNECT_TIMEOUT_MS = 10_000;

/** Makes each connection with what is trusted then: a process outlives the authority that it began with. */
export function freshConnector(tls: () => Promise<TlsOptions>): buildConnector.connector {
  let inUse: { readonly tls: TlsOptions; readonly connect: buildConnector.connector } | undefined;
  return (options, callback) => {
    tls()
      .then((present) => {
        // With it go the sessions that were begun under the authority of before.
        if (inUse?.tls !== present)
          inUse = { tls: present, connect: buildConnector({ ...present, timeout: CONNECT_TIMEOUT_MS }) };
        // Throws at once for a key or certificate that is none.
        inUse.connect(options, callback);
      })
      .catch((error: unknown) => callback(error instanceof Error ? error : new Error(String(error)), null));
  };
}
