import { createHash } from 'node:crypto';
import type { KubernetesClient } from '../clients/kubernetes.ts';
import type { ObjectKey } from '../desired/resource.ts';
import { KubernetesError } from '../errors.ts';
import type { DocumentName } from '../kinds/kind.ts';

/** Who owns which name in one OpenSearch cluster; `null` when nobody does any more. */
export interface OwnerChange {
  readonly document: DocumentName;
  readonly name: string;
  readonly owner: ObjectKey | null;
}

interface Shard {
  readonly name: string;
  resourceVersion: string | undefined;
  readonly owners: Map<string, ObjectKey>;
  /** What the API server has. */
  text: string;
}

interface ConfigMap {
  readonly metadata: { readonly name: string; readonly resourceVersion: string };
  readonly data?: Readonly<Record<string, string>>;
}

/** Keeps one ConfigMap near 100 KB: small enough to be rewritten for every commit that creates something. */
const MAX_SHARD_ENTRIES = 1000;
const LABEL = 'security.opensearch.org/ledger';

/**
 * The record of what this installation created or adopted, by namespace and name of the owning object: it outlives the
 * operator, the objects and their status. Written before the first write to OpenSearch. Kept in ConfigMaps beside the
 * connection, one set for each OpenSearch cluster, so that nothing is claimed in another one.
 * Source: docs/decisions/0003-ownership-ledger.md
 */
export class Ledger {
  readonly #kubernetes: KubernetesClient;
  readonly #place: { readonly namespace: string; readonly connection: string; readonly id: string };
  readonly #shards: Shard[] = [];
  readonly #shardOf = new Map<string, Shard>();
  readonly #unsaved = new Set<Shard>();

  private constructor(kubernetes: KubernetesClient, place: { namespace: string; connection: string; id: string }) {
    this.#kubernetes = kubernetes;
    this.#place = place;
  }

  /** Reads the ledger of one connection to one cluster. One GET. @throws KubernetesError, UnreachableError */
  static async load(
    kubernetes: KubernetesClient,
    connection: { readonly namespace: string; readonly name: string },
    clusterUuid: string,
  ): Promise<Ledger> {
    const id = createHash('sha256').update(`${connection.name}\n${clusterUuid}`).digest('hex').slice(0, 12);
    const ledger = new Ledger(kubernetes, { namespace: connection.namespace, connection: connection.name, id });
    await ledger.#load();
    return ledger;
  }

  ownerOf(document: DocumentName, name: string): ObjectKey | undefined {
    const key = entryKey(document, name);
    return this.#shardOf.get(key)?.owners.get(key);
  }

  /** Stores the changes, one write for each ConfigMap they touch. @throws KubernetesError, UnreachableError; nothing is lost, record again */
  async record(changes: readonly OwnerChange[]): Promise<void> {
    this.retract(changes);
    for (const shard of this.#unsaved) {
      await this.#save(shard);
      this.#unsaved.delete(shard);
    }
  }

  /** What was recorded and then not stored is taken back; saved with the next record, since a crash until then does no harm. */
  retract(changes: readonly OwnerChange[]): void {
    for (const change of changes) {
      const shard = this.#apply(change);
      if (shard !== undefined) this.#unsaved.add(shard);
    }
  }

  #apply({ document, name, owner }: OwnerChange): Shard | undefined {
    const key = entryKey(document, name);
    const present = this.#shardOf.get(key);
    if (owner === null) {
      present?.owners.delete(key);
      this.#shardOf.delete(key);
      return present;
    }
    const shard = present ?? this.#roomiest();
    this.#shardOf.set(key, shard);
    if (shard.owners.get(key) === owner) return undefined;
    shard.owners.set(key, owner);
    return shard;
  }

  #roomiest(): Shard {
    const found = this.#shards.find((shard) => shard.owners.size < MAX_SHARD_ENTRIES);
    if (found !== undefined) return found;
    const shard: Shard = { name: this.#freeName(), resourceVersion: undefined, owners: new Map(), text: '' };
    this.#shards.push(shard);
    return shard;
  }

  /** One of a ConfigMap that was deleted by hand is taken first: counting would give the name of one that is there. */
  #freeName(): string {
    const taken = new Set(this.#shards.map(({ name }) => name));
    const prefix = `${this.#place.connection.slice(0, 200)}-owners-${this.#place.id}`;
    let index = 0;
    while (taken.has(`${prefix}-${index}`)) index += 1;
    return `${prefix}-${index}`;
  }

  get #path(): string {
    return `/api/v1/namespaces/${this.#place.namespace}/configmaps`;
  }

  async #load(): Promise<void> {
    const query = { labelSelector: `${LABEL}=${this.#place.id}` };
    const list = (await this.#kubernetes.request({ method: 'GET', path: this.#path, query })) as {
      readonly items: readonly ConfigMap[];
    };
    for (const item of list.items) this.#take(item);
    this.#shards.sort((a, b) => a.name.length - b.name.length || (a.name < b.name ? -1 : 1));
  }

  #take(item: ConfigMap): void {
    const text = item.data?.['owners'] ?? '{}';
    const owners = new Map<string, ObjectKey>(Object.entries(JSON.parse(text) as Record<string, string>));
    const { name, resourceVersion } = item.metadata;
    const shard: Shard = { name, resourceVersion, owners, text };
    this.#shards.push(shard);
    for (const key of owners.keys()) this.#shardOf.set(key, shard);
  }

  async #save(shard: Shard): Promise<void> {
    const text = spell(shard.owners);
    if (text === shard.text) return;
    const body = {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: {
        name: shard.name,
        namespace: this.#place.namespace,
        labels: { [LABEL]: this.#place.id, 'app.kubernetes.io/managed-by': 'opensearch-security-operator' },
        ...(shard.resourceVersion === undefined ? {} : { resourceVersion: shard.resourceVersion }),
      },
      data: { owners: text },
    };
    const request =
      shard.resourceVersion === undefined
        ? { method: 'POST' as const, path: this.#path }
        : { method: 'PUT' as const, path: `${this.#path}/${shard.name}` };
    try {
      const saved = (await this.#kubernetes.request({ ...request, body })) as ConfigMap;
      shard.resourceVersion = saved.metadata.resourceVersion;
      shard.text = text;
    } catch (error) {
      await this.#forgive(shard, error);
    }
  }

  /** Somebody changed or removed the ConfigMap: our memory is the truth, so the next save overwrites what is there. */
  async #forgive(shard: Shard, error: unknown): Promise<void> {
    shard.text = '';
    if (!(error instanceof KubernetesError) || (error.status !== 409 && error.status !== 404)) throw error;
    if (error.status === 404) shard.resourceVersion = undefined;
    else shard.resourceVersion = await this.#currentVersion(shard);
    throw error;
  }

  async #currentVersion(shard: Shard): Promise<string> {
    const found = (await this.#kubernetes.request({ method: 'GET', path: `${this.#path}/${shard.name}` })) as ConfigMap;
    return found.metadata.resourceVersion;
  }
}

/** One entry a line, in a fixed order, so that a person can read and compare it. */
function spell(owners: ReadonlyMap<string, ObjectKey>): string {
  return JSON.stringify(Object.fromEntries([...owners].sort(([a], [b]) => (a < b ? -1 : 1))), null, 1);
}

function entryKey(document: DocumentName, name: string): string {
  return `${document}/${name}`;
}
