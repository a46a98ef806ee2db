import { METADATA_LIST, METADATA_OBJECT, type KubernetesClient } from '../clients/kubernetes.ts';
import type { Clock } from '../clock.ts';
import { namespacedName, type NamespacedName } from '../desired/resource.ts';
import { KubernetesError, messageOf } from '../errors.ts';
import type { Log } from '../log.ts';
import { backoffMs } from './backoff.ts';
import { ListWatch, type Cached, type RawObject } from './list-watch.ts';

/** The data of one Secret or ConfigMap, decoded; undefined when it does not exist. */
export type ReferencedData = ReadonlyMap<string, string> | undefined;

export interface ReferencedObjectsOptions {
  readonly kubernetes: KubernetesClient;
  readonly resource: 'secrets' | 'configmaps';
  readonly clock: Clock;
  readonly random: () => number;
  readonly log: Log;
  readonly onChange: (key: NamespacedName) => void;
}

const RETRY = { firstMs: 500, maxMs: 30_000 };

/**
 * The Secrets or ConfigMaps that somebody refers to, and no others: each namespace with a reference is watched for
 * metadata only, and the data of what is referred to is fetched when its version changes.
 */
export class ReferencedObjects {
  readonly #options: ReferencedObjectsOptions;
  readonly #namespaces = new Map<string, ListWatch<Cached>>();
  readonly #wanted = new Map<NamespacedName, { data: ReferencedData; isKnown: boolean }>();
  #signal: AbortSignal | undefined;

  constructor(options: ReferencedObjectsOptions) {
    this.#options = options;
  }

  /** Must be called before the first `get`; everything ends with the signal. */
  start(signal: AbortSignal): void {
    this.#signal = signal;
  }

  /** The data, or `unknown` while it is being fetched: `onChange` tells when it is there. */
  get(namespace: string, name: string): ReferencedData | 'unknown' {
    const key = `${namespace}/${name}`;
    const known = this.#wanted.get(key);
    if (known !== undefined) return known.isKnown ? known.data : 'unknown';
    this.#wanted.set(key, { data: undefined, isKnown: false });
    const watched = this.#namespaces.get(namespace);
    if (watched === undefined) this.#watch(namespace);
    void this.#fetch(key, 0);
    return 'unknown';
  }

  #watch(namespace: string): void {
    const signal = this.#signal;
    if (signal === undefined) throw new Error('start was not called');
    const { kubernetes, resource, clock, random, log } = this.#options;
    const listWatch = new ListWatch<Cached>({
      kubernetes,
      path: `/api/v1/namespaces/${namespace}/${resource}`,
      accept: { list: METADATA_LIST, watch: METADATA_OBJECT },
      project: toCached,
      onChange: ({ before, after }) => this.#onChange(after ?? before),
      clock,
      random,
      log,
    });
    this.#namespaces.set(namespace, listWatch);
    void listWatch.run(signal);
  }

  #onChange(object: Cached | undefined): void {
    if (object === undefined) return;
    const key = namespacedName(object);
    if (this.#wanted.has(key)) void this.#fetch(key, 0);
  }

  async #fetch(key: NamespacedName, failures: number): Promise<void> {
    const { kubernetes, resource, log, clock, random, onChange } = this.#options;
    const [namespace = '', name = ''] = key.split('/');
    try {
      const raw = (await kubernetes.request(
        { method: 'GET', path: `/api/v1/namespaces/${namespace}/${resource}/${name}` },
        this.#signal,
      )) as RawObject;
      this.#wanted.set(key, { data: this.#decode(raw), isKnown: true });
      onChange(key);
    } catch (error) {
      if (this.#signal?.aborted === true) return;
      if (error instanceof KubernetesError && error.status === 404) {
        this.#wanted.set(key, { data: undefined, isKnown: true });
        onChange(key);
        return;
      }
      log.warn({ resource, key, error: messageOf(error) }, 'referenced object not read');
      await clock.sleep(backoffMs(failures, RETRY, random), this.#signal ?? AbortSignal.abort());
      await this.#fetch(key, failures + 1);
    }
  }

  #decode(raw: RawObject): ReferencedData {
    const data = (raw['data'] ?? {}) as Readonly<Record<string, string>>;
    const isSecret = this.#options.resource === 'secrets';
    return new Map(
      Object.entries(data).map(([key, value]) => [
        key,
        isSecret ? Buffer.from(value, 'base64').toString('utf8') : value,
      ]),
    );
  }
}

function toCached({ metadata }: RawObject): Cached {
  return { namespace: metadata.namespace ?? '', name: metadata.name, resourceVersion: metadata.resourceVersion };
}
