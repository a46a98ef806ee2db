import { readFileSync } from 'node:fs';
import { request, type RequestOptions } from 'node:https';
import { basicAuthorization } from '../stack/https-get.ts';
import type { Stack } from '../stack/stack.ts';
import { DemoError } from './demo-error.ts';

const timeoutMs = 30_000;

/** Who asks. */
export type Login = { readonly username: string; readonly password: string };

export type Request = {
  readonly method: 'GET' | 'PUT' | 'POST' | 'DELETE';
  /** From the root, with the query. */
  readonly path: string;
  readonly body?: unknown;
};

export type Answer = { readonly status: number; readonly text: string };

/** OpenSearch as one person uses it: each request logs in anew. */
export class WebClient {
  readonly url: string;
  readonly #options: RequestOptions;

  constructor(stack: Stack, { username, password }: Login) {
    const cluster = stack.opensearch[0];
    const node = cluster?.nodes[0];
    if (cluster === undefined || node === undefined) throw new DemoError('the stack has no OpenSearch');
    this.url = node.url;
    this.#options = {
      headers: { authorization: basicAuthorization(username, password), 'content-type': 'application/json' },
      ...(cluster.caPath === undefined ? {} : { ca: readFileSync(cluster.caPath) }),
      agent: false,
    };
  }

  /** What is answered, whatever it is. */
  async ask({ method, path, body }: Request): Promise<Answer> {
    const options = { ...this.#options, method, signal: AbortSignal.timeout(timeoutMs) };
    return await new Promise((resolve, reject) => {
      const sent = request(`${this.url}${path}`, options, (response) => {
        let text = '';
        response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
        response.once('end', () => resolve({ status: response.statusCode ?? 0, text })).once('error', reject);
      });
      sent.once('error', reject).end(body === undefined ? '' : JSON.stringify(body));
    });
  }

  /** @throws DemoError unless the answer is 2xx */
  async demand(asked: Request): Promise<unknown> {
    const { status, text } = await this.ask(asked);
    if (status < 200 || status > 299) throw new DemoError(`${asked.method} ${asked.path} answers ${status}: ${text}`);
    return JSON.parse(text) as unknown;
  }
}
