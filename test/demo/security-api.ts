import { readFileSync } from 'node:fs';
import { request, type RequestOptions } from 'node:https';
import { basicAuthorization } from '../stack/https-get.ts';
import type { Stack } from '../stack/stack.ts';
import { DemoError } from './demo-error.ts';

const timeoutMs = 30_000;

/** The security REST API as an administrator uses it, past the operator. */
export class SecurityApi {
  readonly url: string;
  readonly #options: RequestOptions;

  constructor(stack: Stack) {
    const cluster = stack.opensearch[0];
    const node = cluster?.nodes[0];
    if (cluster === undefined || node === undefined) throw new DemoError('the stack has no OpenSearch');
    this.url = node.url;
    const authorization = basicAuthorization(cluster.username, cluster.password);
    this.#options = {
      headers: { authorization, 'content-type': 'application/json' },
      ...(cluster.caPath === undefined ? {} : { ca: readFileSync(cluster.caPath) }),
      agent: false,
    };
  }

  /** All entities of one type by name. */
  async entities(type: string): Promise<Readonly<Record<string, unknown>>> {
    return (await this.send('GET', type)) as Readonly<Record<string, unknown>>;
  }

  /** One request below `/_plugins/_security/api/`. @throws DemoError unless the answer is 2xx */
  async send(method: 'GET' | 'PUT' | 'DELETE', path: string, body?: unknown): Promise<unknown> {
    const { status, text } = await this.#send(method, path, body === undefined ? '' : JSON.stringify(body));
    if (status < 200 || status > 299) throw new DemoError(`${method} ${path} answers ${status}: ${text}`);
    return JSON.parse(text) as unknown;
  }

  async #send(method: string, path: string, body: string): Promise<{ status: number; text: string }> {
    const url = `${this.url}/_plugins/_security/api/${path}`;
    const options = { ...this.#options, method, signal: AbortSignal.timeout(timeoutMs) };
    return await new Promise((resolve, reject) => {
      const sent = request(url, options, (response) => {
        let text = '';
        response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
        response.once('end', () => resolve({ status: response.statusCode ?? 0, text })).once('error', reject);
      });
      sent.once('error', reject).end(body);
    });
  }
}
