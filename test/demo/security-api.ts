import type { Stack } from '../stack/stack.ts';
import { DemoError } from './demo-error.ts';
import { WebClient } from './web-client.ts';

/** OpenSearch as an administrator uses it, past the operator. */
export class SecurityApi {
  readonly client: WebClient;

  constructor(stack: Stack) {
    const cluster = stack.opensearch[0];
    if (cluster === undefined) throw new DemoError('the stack has no OpenSearch');
    this.client = new WebClient(stack, cluster);
  }

  get url(): string {
    return this.client.url;
  }

  /** All entities of one type by name. */
  async entities(type: string): Promise<Readonly<Record<string, unknown>>> {
    return (await this.send('GET', type)) as Readonly<Record<string, unknown>>;
  }

  /** One request below `/_plugins/_security/api/`. @throws DemoError unless the answer is 2xx */
  async send(method: 'GET' | 'PUT' | 'DELETE', path: string, body?: unknown): Promise<unknown> {
    return await this.client.demand({ method, path: `/_plugins/_security/api/${path}`, body });
  }
}
