import { createHash } from 'node:crypto';
import type { KubernetesClient } from '../clients/kubernetes.ts';
import type { ObjectKey } from '../desired/resource.ts';
import { KubernetesError } from '../errors.ts';
import type { DocumentName } from '../kinds/kind.ts';
import {
  changeOwnership,
  isNobody,
  nobody,
  readOwnership,
  spellOwnership,
  type OwnerChange,
  type Ownership,
  type SpelledOwnership,
} from './ownership.ts';

interface Shard {
  readonly name: string;
  resourceVersion: string | undefined;
  /** The JSON of what is on record for each name. */
  readonly entries: Map<string, string>;
  /** Characters of all entries. */
  length: number;
  /** What the API server has. */
  text: string;
}

interface ConfigMap {
  readonly metadata: { readonly name: string; readonly resourceVersion: string };
  readonly data?: Readonly<Record<string, string>>;
}

/** One who is on record for a name in OpenSearch, `document/name`. */
interface Holder {
  readonly key: string;
  readonly owner: ObjectKey;
  /** Its finalizer may be missing. */
  readonly isProvisional: boolean;
}

/** Keeps one ConfigMap small enough to be rewritten for every commit that creates something, far from the limit of 1 MiB. */
const MAX_SHARD_LENGTH = 100_000;
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
  #saving: Promise<void> = Promise.resolve();

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
    return this.ownershipOf(document, name).owner;
  }

  ownershipOf(document: DocumentName, name: string): Ownership {
    const key = entryKey(document, name);
    const entry = this.#shardOf.get(key)?.entries.get(key);
    return entry === undefined ? nobody : readOwnership(JSON.parse(entry) as SpelledOwnership);
  }

  /** Whose finalizer may be missing, by the name in OpenSearch that is theirs. */
  provisional(): readonly Holder[] {
    return this.#all
      .filter(({ entry }) => entry.includes('"provisional":true'))
      .flatMap(({ key, entry }) => {
        const { owner } = readOwnership(JSON.parse(entry) as SpelledOwnership);
        return owner === undefined ? [] : [{ key, owner, isProvisional: true }];
      });
  }

  /** Everybody who owns a name, or has a part of one, by that name in OpenSearch. */
  holders(): readonly Holder[] {
    return this.#all.flatMap(({ key, entry }) => {
      const { owner, parts, isProvisional } = readOwnership(JSON.parse(entry) as SpelledOwnership);
      const holders = new Set([...(owner === undefined ? [] : [owner]), ...parts.keys()]);
      return [...holders].map((holder) => ({ key, owner: holder, isProvisional: isProvisional && holder === owner }));
    });
  }

  get #all(): readonly { readonly key: string; readonly entry: string }[] {
    return [...this.#shardOf].map(([key, { entries }]) => ({ key, entry: entries.get(key) ?? '' }));
  }

  /** Stores the changes, one write for each ConfigMap they touch. @throws KubernetesError, UnreachableError; nothing is lost, record again */
  async record(changes: readonly OwnerChange[]): Promise<void> {
    this.retract(changes);
    // One after the other: two saves of one ConfigMap would conflict.
    const saved = this.#saving.then(() => this.#saveAll());
    this.#saving = saved.catch(() => undefined);
    await saved;
  }

  async #saveAll(): Promise<void> {
    for (const shard of this.#unsaved) {
      // What changes while it is saved is saved once more.
      this.#unsaved.delete(shard);
      try {
        await this.#save(shard);
      } catch (error) {
        this.#unsaved.add(shard);
        throw error;
      }
    }
  }

  /** What was recorded and then not stored is taken back; saved with the next record, since a crash until then does no harm. */
  retract(changes: readonly OwnerChange[]): void {
    for (const change of changes) {
      const shard = this.#apply(change);
      if (shard !== undefined) this.#unsaved.add(shard);
    }
  }

  #apply(change: OwnerChange): Shard | undefined {
    const key = entryKey(change.document, change.name);
    const present = this.#shardOf.get(key);
    const after = changeOwnership(this.ownershipOf(change.document, change.name), change);
    if (isNobody(after)) {
      if (present !== undefined) setEntry(present, key, undefined);
      this.#shardOf.delete(key);
      return present;
    }
    const shard = present ?? this.#roomiest();
    this.#shardOf.set(key, shard);
    const entry = JSON.stringify(spellOwnership(after));
    if (shard.entries.get(key) === entry) return undefined;
    setEntry(shard, key, entry);
    return shard;
  }

  #roomiest(): Shard {
    const found = this.#shards.find((shard) => shard.length < MAX_SHARD_LENGTH);
    if (found !== undefined) return found;
    const shard: Shard = {
      name: this.#freeName(),
      resourceVersion: undefined,
      entries: new Map(),
      length: 0,
      text: '',
    };
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
    const { name, resourceVersion } = item.metadata;
    const shard: Shard = { name, resourceVersion, entries: new Map(), length: 0, text };
    this.#shards.push(shard);
    for (const [key, entry] of Object.entries(JSON.parse(text) as Record<string, SpelledOwnership>)) {
      setEntry(shard, key, JSON.stringify(entry));
      this.#shardOf.set(key, shard);
    }
  }

  async #save(shard: Shard): Promise<void> {
    const text = spell(shard.entries);
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
function spell(entries: ReadonlyMap<string, string>): string {
  const lines = [...entries]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, entry]) => `\n ${JSON.stringify(key)}: ${entry}`);
  return lines.length === 0 ? '{}' : `{${lines.join(',')}\n}`;
}

function setEntry(shard: Shard, key: string, entry: string | undefined): void {
  const before = shard.entries.get(key);
  shard.length -= before === undefined ? 0 : key.length + before.length;
  if (entry === undefined) shard.entries.delete(key);
  else shard.entries.set(key, entry);
  shard.length += entry === undefined ? 0 : key.length + entry.length;
}

function entryKey(document: DocumentName, name: string): string {
  return `${document}/${name}`;
}
