import { get, type RequestOptions } from 'node:https';

/** Who asks: a bearer token, a name and password, or a client certificate, and whom to trust. */
export type Caller = {
  readonly ca?: string | undefined;
  readonly cert?: string;
  readonly key?: string;
  readonly authorization?: string;
};

export type Answer = { readonly status: number; readonly body: string };

/** One GET on a connection of its own. Rejects when there is no answer within `timeoutMs`. */
export async function httpsGet(url: string, caller: Caller, timeoutMs = 5_000): Promise<Answer> {
  const headers = caller.authorization === undefined ? {} : { authorization: caller.authorization };
  const { ca, cert, key } = caller;
  const options: RequestOptions = { agent: false, headers, ca, cert, key, signal: AbortSignal.timeout(timeoutMs) };
  return await new Promise((resolve, reject) => {
    const request = get(url, options, (response) => {
      let body = '';
      response.setEncoding('utf8').on('data', (chunk: string) => (body += chunk));
      response.once('end', () => resolve({ status: response.statusCode ?? 0, body })).once('error', reject);
    });
    request.once('error', reject);
  });
}

/** Value of an `Authorization` header for a name and a password. */
export function basicAuthorization(username: string, password: string): string {
  return `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
}
