import jsonPatch, { type Operation } from 'fast-json-patch';
import type { KubernetesClient, KubernetesRequest } from '../../src/clients/kubernetes.ts';
import { KubernetesError } from '../../src/errors.ts';
import type { RawObject } from '../../src/watch/list-watch.ts';
import { FakeWatches } from './fake-watches.ts';
import { merge, toPlace, type Place } from './kubernetes-requests.ts';

type Metadata = RawObject['metadata'];
type Body = Readonly<Record<string, unknown>> & { readonly metadata?: Partial<Metadata> };

interface List {
  readonly metadata: object;
  readonly items: readonly RawObject[];
}

/** How many objects a page of a list has when the request asks for more. */
const ALL = 1_000_000;

/**
 * A Kubernetes API server in memory: lists in pages, watches with history, patches, finalizers, and conflicts as
 * the real one has them.
 */
export class FakeKubernetes {
  readonly #objects = new Map<string, Map<string, RawObject>>();
  readonly #watches = new FakeWatches();
  readonly #now: () => number;
  #version = 100;
  #oldestToken = 0;
  /** Every request and watch that arrived. */
  readonly requests: KubernetesRequest[] = [];
  /** May answer a request with an error, before anything is done. */
  refuse: (request: KubernetesRequest) => Error | undefined = () => undefined;
  /** May hold an answer back until the promise ends; it is the state of before. */
  delay: (request: KubernetesRequest) => Promise<unknown> | undefined = () => undefined;
  /** May lose the answer to a request that was carried out. */
  lose: (request: KubernetesRequest) => Error | undefined = () => undefined;

  constructor(now: () => number = () => Date.parse('2026-01-01T00:00:00Z')) {
    this.#now = now;
  }

  /** What takes the place of the real client, whose class nobody else can implement. */
  get client(): KubernetesClient {
    return this as unknown as KubernetesClient;
  }

  get version(): string {
    return String(this.#version);
  }

  get watchers(): number {
    return this.#watches.size;
  }

  async request(request: KubernetesRequest): Promise<unknown> {
    this.requests.push(request);
    // No answer comes before the one who asked has gone on to wait for it.
    for (let tick = 0; tick < 10; tick += 1) await Promise.resolve();
    const refusal = this.refuse(request);
    if (refusal !== undefined) throw refusal;
    const answer = this.#answer(request);
    const lost = this.lose(request);
    if (lost !== undefined) throw lost;
    const copy = structuredClone(answer);
    await this.delay(request);
    return copy;
  }

  async *watch(request: KubernetesRequest, signal: AbortSignal): AsyncGenerator<string> {
    this.requests.push(request);
    const refusal = this.refuse(request);
    if (refusal !== undefined) throw refusal;
    const from = Number(request.query?.['resourceVersion'] ?? 0);
    yield* this.#watches.follow(toPlace(request.path), from, signal);
  }

  /** Ends every watch, as the server does after a while. */
  endWatches(): void {
    this.#watches.end();
  }

  breakWatches(error: Error): void {
    this.#watches.break(error);
  }

  /** What happens during the work is not told to the watches that are open, as if they were behind. */
  unseen(work: () => void): void {
    this.#watches.areBehind = true;
    work();
    this.#watches.areBehind = false;
  }

  /** Tells all watches how far they are. */
  bookmark(): void {
    this.#version += 1;
    this.#watches.bookmark(this.#version);
  }

  /** Is at an earlier state again, as after a restore: of what comes next the watches that are open hear nothing. */
  setBack(): void {
    this.#version -= 50;
  }

  /** Forgets what happened until now: who asks for it is answered 410. */
  compact(): void {
    this.#watches.forgetUntil(this.#version);
  }

  /** Pages that were begun cannot be continued. */
  expirePages(): void {
    this.#version += 1;
    this.#oldestToken = this.#version;
  }

  get(collection: string, namespace: string, name: string): RawObject | undefined {
    return this.#collection(collection).get(`${namespace}/${name}`);
  }

  all(collection: string): readonly RawObject[] {
    return [...this.#collection(collection).values()];
  }

  create(collection: string, namespace: string, body: Body & { readonly metadata: { readonly name: string } }): void {
    this.#create({ collection, namespace, name: undefined, isStatus: false }, body);
  }

  /** Merges into an object, as a person or another controller would. */
  edit(collection: string, namespace: string, body: Body & { readonly metadata: { readonly name: string } }): void {
    this.#patch({ collection, namespace, name: body.metadata.name, isStatus: false }, body);
  }

  /** Gives an object another spec or other data; what else it has stays. */
  replace(collection: string, namespace: string, body: Body & { readonly metadata: { readonly name: string } }): void {
    const { metadata, ...fields } = body;
    const before = this.#find({ collection, namespace, name: metadata.name, isStatus: false });
    this.#takeOver(collection, before, { ...before, ...fields });
  }

  delete(collection: string, namespace: string, name: string): void {
    const object = this.#find({ collection, namespace, name, isStatus: false });
    const finalizers = object.metadata.finalizers ?? [];
    const deletionTimestamp = this.#timestamp();
    if (finalizers.length === 0) this.#drop(collection, object);
    else if (object.metadata.deletionTimestamp === undefined)
      this.#store('MODIFIED', collection, {
        ...object,
        // As the API server does, which takes this for a change of what is wanted.
        metadata: { ...object.metadata, deletionTimestamp, generation: (object.metadata.generation ?? 1) + 1 },
      });
  }

  #answer(request: KubernetesRequest): unknown {
    const place = toPlace(request.path);
    const body = (request.body ?? {}) as Body;
    const answer = this.#carryOut(request, place, body);
    if (request.accept?.includes('PartialObjectMetadataList;') === true) return listOfMetadata(answer as List);
    const isPartial = request.accept?.includes('PartialObjectMetadata;') === true;
    return isPartial ? { metadata: (answer as RawObject).metadata } : answer;
  }

  #carryOut(request: KubernetesRequest, place: Place, body: Body): unknown {
    switch (request.method) {
      case 'GET':
        return place.name === undefined ? this.#list(place, request.query ?? {}) : this.#find(place);
      case 'POST':
        return this.#create(place, body);
      case 'PUT':
        return this.#put(place, body);
      case 'PATCH':
        return this.#patch(place, body);
      case 'DELETE':
        this.delete(place.collection, place.namespace ?? '', place.name ?? '');
        return {};
    }
  }

  #list(place: Place, query: Readonly<Record<string, string>>): List {
    const [offset, token] = (query['continue'] ?? `0/${this.#version}`).split('/').map(Number);
    if ((token ?? 0) < this.#oldestToken) throw new KubernetesError('the continue token is too old', 410, 'Expired');
    const [key, value] = (query['labelSelector'] ?? '').split('=');
    const matching = this.all(place.collection)
      .filter(({ metadata }) => place.namespace === undefined || metadata.namespace === place.namespace)
      .filter(({ metadata }) => key === undefined || key === '' || metadata.labels?.[key] === value);
    const end = (offset ?? 0) + Number(query['limit'] ?? ALL);
    const more = end < matching.length ? { continue: `${end}/${this.#version}` } : {};
    return { metadata: { resourceVersion: this.version, ...more }, items: matching.slice(offset, end) };
  }

  #find(place: Place): RawObject {
    const { collection, namespace = '', name = '' } = place;
    const object = this.get(collection, namespace, name);
    if (object === undefined) throw new KubernetesError(`${collection} "${name}" not found`, 404, 'NotFound');
    return object;
  }

  #create(place: Place, body: Body): RawObject {
    const { collection, namespace = '' } = place;
    const name = body.metadata?.name ?? '';
    if (this.get(collection, namespace, name) !== undefined)
      throw new KubernetesError(`${collection} "${name}" already exists`, 409, 'AlreadyExists');
    const defaults = { uid: `uid-${this.#version}`, creationTimestamp: this.#timestamp(), generation: 1, namespace };
    const stored = encodeStringData(body);
    return this.#store('ADDED', collection, { ...stored, metadata: { ...defaults, ...body.metadata, name } });
  }

  #put(place: Place, body: Body): RawObject {
    const object = this.#find(place);
    this.#checkPreconditions(object, body.metadata);
    return this.#store('MODIFIED', place.collection, { ...body, metadata: { ...object.metadata, ...body.metadata } });
  }

  #patch(place: Place, body: Body | readonly Operation[]): RawObject {
    const object = this.#find(place);
    const after = isJsonPatch(body) ? applyJsonPatch(object, body) : this.#mergeInto(object, place, body);
    return JSON.stringify(after) === JSON.stringify(object) ? object : this.#takeOver(place.collection, object, after);
  }

  #mergeInto(object: RawObject, place: Place, body: Body): RawObject {
    // The real one pays no heed to preconditions in the merge patch of a status.
    if (!place.isStatus) this.#checkPreconditions(object, body.metadata);
    const merged = merge(object, place.isStatus ? { status: body['status'] } : body) as RawObject;
    const { resourceVersion } = object.metadata;
    return { ...merged, metadata: { ...merged.metadata, resourceVersion } };
  }

  #takeOver(collection: string, before: RawObject, after: RawObject): RawObject {
    const finalizers = after.metadata.finalizers ?? [];
    const isDeleting = before.metadata.deletionTimestamp !== undefined;
    if (isDeleting && finalizers.length > (before.metadata.finalizers ?? []).length)
      throw new KubernetesError('no new finalizers can be added if the object is being deleted', 422, 'Invalid');
    if (isDeleting && finalizers.length === 0) {
      this.#drop(collection, after);
      return after;
    }
    const isEdit = JSON.stringify(before['spec']) !== JSON.stringify(after['spec']);
    const generation = (before.metadata.generation ?? 1) + (isEdit ? 1 : 0);
    return this.#store('MODIFIED', collection, { ...after, metadata: { ...after.metadata, generation } });
  }

  #checkPreconditions({ metadata }: RawObject, wanted: Partial<Metadata> = {}): void {
    if (wanted.resourceVersion !== undefined && wanted.resourceVersion !== metadata.resourceVersion)
      throw new KubernetesError('the object has been modified', 409, 'Conflict');
    if (wanted.uid !== undefined && wanted.uid !== metadata.uid)
      throw new KubernetesError(`metadata.uid: Invalid value: "${wanted.uid}": field is immutable`, 422, 'Invalid');
  }

  #store(type: string, collection: string, object: Body): RawObject {
    this.#version += 1;
    const stored = { ...object, metadata: { ...object.metadata, resourceVersion: this.version } } as RawObject;
    this.#collection(collection).set(`${stored.metadata.namespace ?? ''}/${stored.metadata.name}`, stored);
    this.#watches.tell({ type, collection, version: this.#version, object: stored });
    return stored;
  }

  #drop(collection: string, object: RawObject): void {
    this.#version += 1;
    this.#collection(collection).delete(`${object.metadata.namespace ?? ''}/${object.metadata.name}`);
    const last = { ...object, metadata: { ...object.metadata, resourceVersion: this.version } };
    this.#watches.tell({ type: 'DELETED', collection, version: this.#version, object: last });
  }

  #collection(name: string): Map<string, RawObject> {
    const present = this.#objects.get(name);
    if (present !== undefined) return present;
    const created = new Map<string, RawObject>();
    this.#objects.set(name, created);
    return created;
  }

  #timestamp(): string {
    return new Date(this.#now()).toISOString().replace(/\.\d+Z$/, 'Z');
  }
}

/** A list that has nothing in it says `null`, as the real one does, and only where metadata is asked for. */
function listOfMetadata({ metadata, items }: List): unknown {
  return { metadata, items: items.length === 0 ? null : items.map((item) => ({ metadata: item.metadata })) };
}

function isJsonPatch(body: Body | readonly Operation[]): body is readonly Operation[] {
  return Array.isArray(body);
}

/** @throws KubernetesError 422 when a test fails, in the words of the real one */
function applyJsonPatch(object: RawObject, operations: readonly Operation[]): RawObject {
  try {
    return jsonPatch.applyPatch(object, operations, false, false).newDocument;
  } catch {
    throw new KubernetesError('the server rejected our request due to an error in our request', 422, 'Invalid');
  }
}

/** Of Secrets: what is sent as text is kept encoded. */
function encodeStringData({ stringData, ...body }: Body): Body {
  if (stringData === undefined) return body;
  const data = Object.entries(stringData as Readonly<Record<string, string>>).map(([key, value]) => [
    key,
    Buffer.from(value).toString('base64'),
  ]);
  return { ...body, data: Object.fromEntries(data) as unknown };
}
