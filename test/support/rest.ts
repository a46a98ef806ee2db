import { Agent, request } from 'undici';

export interface Answer {
  readonly status: number;
  readonly body: unknown;
}

export interface RestOptions {
  readonly url: string;
  readonly caPem: string;
  readonly certPem?: string;
  readonly keyPem?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Content type of a PATCH; `application/json` unless given. */
  readonly patchType?: string;
}

/** A JSON client for tests: no retries, no opinion. */
export class Rest {
  readonly #options: RestOptions;
  readonly #agent: Agent;

  constructor(options: RestOptions) {
    this.#options = options;
    const { caPem, certPem, keyPem } = options;
    this.#agent = new Agent({
      connect: { ca: caPem, ...(certPem === undefined || keyPem === undefined ? {} : { cert: certPem, key: keyPem }) },
    });
  }

  async call(method: string, path: string, body?: unknown): Promise<Answer> {
    const contentType = (method === 'PATCH' ? this.#options.patchType : undefined) ?? 'application/json';
    const response = await request(`${this.#options.url}${path}`, {
      dispatcher: this.#agent,
      method: method as 'GET',
      headers: { 'content-type': contentType, ...this.#options.headers },
      body: body === undefined ? null : JSON.stringify(body),
    });
    const text = await response.body.text();
    return { status: response.statusCode, body: parse(text) };
  }

  /** As `call`, and fails unless it is a success. */
  async ok<T = unknown>(method: string, path: string, body?: unknown): Promise<T> {
    const answer = await this.call(method, path, body);
    if (answer.status >= 300) throw new Error(`${method} ${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
    return answer.body as T;
  }

  close(): Promise<void> {
    return this.#agent.destroy();
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
