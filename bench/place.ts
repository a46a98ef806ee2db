import { randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { forEachConcurrently } from '../src/concurrency.ts';
import type { OwnStack, StackCluster } from '../test/stack/stack.ts';
import { adminCertificate } from '../test/support/real-stack.ts';
import { Rest } from '../test/support/rest.ts';
import { GROUP, HASH, HASH_SECRET, manifest, namesOf, SHAPES, type BenchKind } from './objects.ts';

const APPLIERS = 24;
const WRITERS = 16;
const REMOVED_AT_ONCE = 1000;

interface Patches {
  readonly op: 'add' | 'remove';
  readonly names: readonly string[];
  readonly atOnce: number;
  readonly entityOf?: (name: string) => object;
}

const documentPath = (kind: BenchKind): string => `/_plugins/_security/api/${SHAPES[kind].document}`;

/** A namespace with N objects that nobody has seen yet, on the real servers. */
export class Place {
  readonly namespace = `bench-${randomBytes(4).toString('hex')}`;
  readonly names: readonly string[];
  readonly kube: Rest;
  readonly search: Rest;
  /** What is at work here, ended before the place is cleared. */
  readonly programs: { stop(): Promise<void> }[] = [];
  readonly folder = mkdtempSync(join(tmpdir(), 'bench-'));
  readonly #stack: OwnStack;
  readonly #cluster: StackCluster;
  readonly kind: BenchKind;

  private constructor(stack: OwnStack, cluster: StackCluster, { kind, count }: { kind: BenchKind; count: number }) {
    [this.#stack, this.#cluster, this.kind] = [stack, cluster, kind];
    this.names = namesOf(this.namespace, count);
    this.kube = new Rest({
      url: stack.apiServer.url,
      caPem: readFileSync(stack.apiServer.caPath, 'utf8'),
      headers: { authorization: `Bearer ${stack.apiServer.token}` },
      patchType: 'application/merge-patch+json',
    });
    this.search = new Rest({
      url: this.searchUrl,
      caPem: readFileSync(cluster.caPath, 'utf8'),
      ...adminCertificate(cluster),
    });
  }

  /** With the connection; `fill` makes the `count` objects. */
  static async make(stack: OwnStack, wanted: { readonly kind: BenchKind; readonly count: number }): Promise<Place> {
    const [cluster] = stack.opensearch;
    if (cluster === undefined) throw new Error('the stack has no OpenSearch');
    const place = new Place(stack, cluster, wanted);
    await place.kube.ok('POST', '/api/v1/namespaces', { metadata: { name: place.namespace } });
    await place.addNeededRoles([...place.names, place.rawName]);
    await place.connect(place.searchUrl);
    return place;
  }

  /** Makes the objects, as a hasty `kubectl apply` does. @returns milliseconds */
  async fill(): Promise<number> {
    const startedAt = Date.now();
    const { secret } = SHAPES[this.kind];
    await forEachConcurrently(this.names, APPLIERS, async (name) => {
      if (secret !== undefined) await this.#secret(name, secret());
      await this.kube.ok('POST', this.objects, manifest(this.kind, name));
    });
    return Date.now() - startedAt;
  }

  /** How many objects the API server has. */
  async countObjects(): Promise<number> {
    const list = await this.kube.ok<{
      readonly items: readonly object[];
      readonly metadata: { readonly remainingItemCount?: number };
    }>('GET', `${this.objects}?limit=1`);
    return list.items.length + (list.metadata.remainingItemCount ?? 0);
  }

  async setFinalizers(finalizers: readonly string[] | null): Promise<void> {
    await forEachConcurrently(this.names, WRITERS, async (name) => {
      await this.kube.ok('PATCH', `${this.objects}/${name}`, { metadata: { finalizers } });
    });
  }

  /** As `kubectl delete --all`, only hasty: one request for all of them would take the API server longer than it grants a request. */
  async deleteObjects(): Promise<void> {
    await forEachConcurrently(this.names, WRITERS, async (name) => {
      await this.kube.ok('DELETE', `${this.objects}/${name}`);
    });
  }

  /** Path of the collection of custom resources. */
  get objects(): string {
    return `/apis/${GROUP}/namespaces/${this.namespace}/${SHAPES[this.kind].plural}`;
  }

  get entities(): string {
    return documentPath(this.kind);
  }

  /** Of an entity beside the others. */
  get rawName(): string {
    return `${this.namespace}-raw`;
  }

  get #needsRoles(): boolean {
    return SHAPES[this.kind].needsRole === true;
  }

  get searchUrl(): string {
    return this.#cluster.nodes[0]?.url ?? '';
  }

  /** What the floor needs to know. */
  get environment(): Record<string, string> {
    const { apiServer } = this.#stack;
    return {
      NAMESPACE: this.namespace,
      BENCH_KIND: this.kind,
      KUBE_URL: apiServer.url,
      KUBE_CA: apiServer.caPath,
      KUBE_TOKEN: apiServer.token,
      SEARCH_URL: this.searchUrl,
      SEARCH_CA: this.#cluster.caPath,
      SEARCH_CERT: this.#cluster.adminCertPath,
      SEARCH_KEY: this.#cluster.adminKeyPath,
    };
  }

  /** The files that a pod finds at its service account's place. */
  serviceAccount(): string {
    const { apiServer } = this.#stack;
    writeFileSync(join(this.folder, 'token'), apiServer.token, { mode: 0o600 });
    writeFileSync(join(this.folder, 'namespace'), this.namespace);
    writeFileSync(join(this.folder, 'ca.crt'), readFileSync(apiServer.caPath));
    return this.folder;
  }

  get apiServer(): URL {
    return new URL(this.#stack.apiServer.url);
  }

  async connect(endpoint: string): Promise<void> {
    const { certPem, keyPem } = adminCertificate(this.#cluster);
    await this.#secret('bench-admin', { 'tls.crt': certPem, 'tls.key': keyPem });
    await this.#secret('bench-ca', { 'ca.crt': readFileSync(this.#cluster.caPath, 'utf8') });
    await this.#secret(HASH_SECRET, { hash: HASH });
    await this.kube.ok('POST', `/apis/${GROUP}/namespaces/${this.namespace}/opensearchconnections`, {
      apiVersion: GROUP,
      kind: 'OpenSearchConnection',
      metadata: { name: 'default' },
      spec: {
        endpoints: [endpoint],
        auth: { clientCertificate: { secretRef: { name: 'bench-admin' } } },
        tls: { caRef: { kind: 'Secret', name: 'bench-ca', key: 'ca.crt' } },
      },
    });
  }

  /** How many of ours OpenSearch has. */
  async count(): Promise<number> {
    return (await this.#present(this.kind)).length;
  }

  /** Entities that no custom resource stands for. @param entityOf what is stored under a name; the least, if not told */
  async addToOpenSearch(
    names: readonly string[],
    entityOf: (name: string) => object = () => SHAPES[this.kind].entity,
  ): Promise<void> {
    await this.#patch(this.kind, { op: 'add', names, atOnce: SHAPES[this.kind].batch, entityOf });
  }

  /** The roles without which OpenSearch does not take entities of these names. */
  async addNeededRoles(names: readonly string[]): Promise<void> {
    if (!this.#needsRoles) return;
    const { batch: atOnce, entity } = SHAPES.roles;
    await this.#patch('roles', { op: 'add', names, atOnce, entityOf: () => entity });
  }

  /** Behind the operator's back. */
  async removeFromOpenSearch(names: readonly string[], atOnce = REMOVED_AT_ONCE): Promise<void> {
    await this.#patch(this.kind, { op: 'remove', names, atOnce });
  }

  /** Leaves nothing behind, whoever was at work. */
  async clear(): Promise<void> {
    for (const program of this.programs) await program.stop();
    await this.#clear(this.kind);
    if (this.#needsRoles) await this.#clear('roles');
    await forEachConcurrently(this.names, APPLIERS, async (name) => {
      await this.kube.call('PATCH', `${this.objects}/${name}`, { metadata: { finalizers: null } });
      await this.kube.call('DELETE', `${this.objects}/${name}`);
    });
    const connection = `/apis/${GROUP}/namespaces/${this.namespace}/opensearchconnections/default`;
    await this.kube.call('PATCH', connection, { metadata: { finalizers: null } });
    await this.kube.call('DELETE', `/api/v1/namespaces/${this.namespace}`);
    await Promise.all([this.kube.close(), this.search.close()]);
    rmSync(this.folder, { recursive: true, force: true });
  }

  async #patch(kind: BenchKind, { names, atOnce, op, entityOf }: Patches): Promise<void> {
    for (let at = 0; at < names.length; at += atOnce) {
      const operations = names
        .slice(at, at + atOnce)
        .map((name) => ({ op, path: `/${name}`, value: entityOf?.(name) }));
      await this.search.ok('PATCH', documentPath(kind), operations);
    }
  }

  /** Names of ours that a document has. */
  async #present(kind: BenchKind): Promise<readonly string[]> {
    const all = await this.search.ok<Readonly<Record<string, object>>>('GET', documentPath(kind));
    return Object.keys(all).filter((name) => name.startsWith(this.namespace));
  }

  async #clear(kind: BenchKind): Promise<void> {
    await this.#patch(kind, { op: 'remove', names: await this.#present(kind), atOnce: REMOVED_AT_ONCE });
  }

  async #secret(name: string, values: Readonly<Record<string, string>>): Promise<void> {
    const body = { metadata: { name }, stringData: values };
    await this.kube.ok('POST', `/api/v1/namespaces/${this.namespace}/secrets`, body);
  }
}
