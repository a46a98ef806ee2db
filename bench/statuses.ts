import { KubernetesClient } from '../src/clients/kubernetes.ts';
import { readFileSync } from 'node:fs';
import type { Place } from './place.ts';

/** Watches until every object of a place says that it is applied. The same watch runs for whoever is measured. */
export class Statuses {
  readonly #client: KubernetesClient;
  readonly #stop = new AbortController();
  readonly #told = new Set<string>();
  readonly #place: Place;
  #all: () => void = () => undefined;

  private constructor(place: Place) {
    this.#place = place;
    const { KUBE_URL: server = '', KUBE_CA: ca = '', KUBE_TOKEN: token = '' } = place.environment;
    this.#client = new KubernetesClient({
      server,
      tls: () => Promise.resolve({ ca: readFileSync(ca, 'utf8') }),
      headers: () => Promise.resolve({ authorization: `Bearer ${token}` }),
      namespace: place.namespace,
    });
  }

  /** From the state of now. */
  static async watch(place: Place): Promise<Statuses> {
    const statuses = new Statuses(place);
    const list = (await statuses.#client.request({
      method: 'GET',
      path: place.objects,
      query: { limit: '1' },
    })) as { readonly metadata: { readonly resourceVersion: string } };
    void statuses.#follow(list.metadata.resourceVersion).catch(() => undefined);
    return statuses;
  }

  /** @returns when the last of all came, in milliseconds since 1970 */
  async untilAll(timeoutMs: number): Promise<number> {
    const isComplete = (): boolean => this.#told.size === this.#place.names.length;
    await new Promise<void>((resolve, reject) => {
      const late = (): void =>
        reject(new Error(`${this.#told.size} of ${this.#place.names.length} statuses came in time`));
      const timer = setTimeout(late, timeoutMs);
      this.#all = () => {
        if (!isComplete()) return;
        clearTimeout(timer);
        resolve();
      };
      this.#all();
    });
    return Date.now();
  }

  async close(): Promise<void> {
    this.#stop.abort();
    await this.#client.close();
  }

  async #follow(resourceVersion: string): Promise<void> {
    const query = { watch: 'true', resourceVersion, allowWatchBookmarks: 'true' };
    for await (const line of this.#client.watch(
      { method: 'GET', path: this.#place.objects, query },
      this.#stop.signal,
    )) {
      // Not parsed: that would cost more than what is measured.
      if (!line.includes('"reason":"Applied"')) continue;
      const name = /"name":"([^"]+)"/.exec(line)?.[1];
      if (name !== undefined) this.#told.add(name);
      this.#all();
    }
  }
}
