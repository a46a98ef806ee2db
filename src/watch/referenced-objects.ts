import { isDeepStrictEqual } from 'node:util';
import { METADATA_LIST, METADATA_OBJECT, type KubernetesClient } from '../clients/kubernetes.ts';
import type { Clock } from '../clock.ts';
import { namespacedName, type NamespacedName } from '../desired/resource.ts';
import { KubernetesError, messageOf } from '../errors.ts';
import type { Log } from '../log.ts';
import { backoffMs } from '../backoff.ts';
import { ListWatch, type Cached, type RawObject } from './list-watch.ts';
import type { WatchProgress } from './watch-progress.ts';

/** The data of one Secret or ConfigMap, decoded; undefined when it does not exist; words where we may not read it. */
export type ReferencedData =
  | { readonly unreadable: string }
  | {
      readonly unreadable?: undefined;
      readonly values: ReadonlyMap<string, string>;
      /** The resource version with which these values were seen first. */
      readonly version: string;
      /** The uids of those with which the garbage collector takes it. */
      readonly owners: readonly string[];
    }
  | undefined;

export interface ReferencedObjectsOptions {
  readonly kubernetes: KubernetesClient;
  readonly resource: 'secrets' | 'configmaps';
  readonly clock: Clock;
  readonly random: () => number;
  readonly log: Log;
  readonly progress: WatchProgress;
  readonly onChange: (key: NamespacedName) => void;
}

/** What somebody refers to, as it was read last. */
interface Wanted {
  data: ReferencedData;
  isKnown: boolean;
  /** How many hold on to it; who only looks does not. */
  holders: number;
  /** Counts the changes: an answer that a newer request has overtaken is not taken for the newest state. */
  turn: number;
}

/** No answer, those of an API server that is busy or just coming up, or of a token that is about to be renewed. */
const PASSING = new Set([0, 401, 429, 502, 503, 504]);
/** A refusal stays what it is; an error of the server is mostly over within the minute that these tries take. */
const TRIES_BEFORE_WORDS = { refused: 3, broken: 8 };
const RETRY = { firstMs: 500, maxMs: 30_000 };

/**
 * The Secrets or ConfigMaps that somebody refers to, and no others: each namespace with a reference is watched for
 * metadata only, and the data of what is referred to is fetched when its version changes.
 */
export class ReferencedObjects {
  readonly #options: ReferencedObjectsOptions;
  readonly #namespaces = new Map<string, { readonly wanted: Set<NamespacedName>; readonly stop: AbortController }>();
  readonly #wanted = new Map<NamespacedName, Wanted>();
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
    this.#want(key);
    return 'unknown';
  }

  /** Keeps it in memory until `release` was called as often. */
  hold(key: NamespacedName): void {
    const wanted = this.#wanted.get(key) ?? this.#want(key);
    wanted.holders += 1;
  }

  release(key: NamespacedName): void {
    const wanted = this.#wanted.get(key);
    if (wanted === undefined) return;
    wanted.holders -= 1;
    if (wanted.holders <= 0) this.#drop(key, wanted);
  }

  #want(key: NamespacedName): Wanted {
    const wanted: Wanted = { data: undefined, isKnown: false, holders: 0, turn: 0 };
    this.#wanted.set(key, wanted);
    const [namespace = ''] = key.split('/');
    const watched = this.#namespaces.get(namespace);
    if (watched === undefined) this.#watch(namespace, key);
    else watched.wanted.add(key);
    void this.#fetch(key, wanted);
    return wanted;
  }

  #drop(key: NamespacedName, wanted: Wanted): void {
    this.#wanted.delete(key);
    wanted.turn += 1;
    const [namespace = ''] = key.split('/');
    const watched = this.#namespaces.get(namespace);
    watched?.wanted.delete(key);
    if (watched?.wanted.size !== 0) return;
    watched.stop.abort();
    this.#namespaces.delete(namespace);
  }

  #watch(namespace: string, first: NamespacedName): void {
    const signal = this.#signal;
    if (signal === undefined) throw new Error('start was not called');
    const stop = new AbortController();
    const { kubernetes, resource, clock, random, log, progress } = this.#options;
    const listWatch = new ListWatch<Cached>({
      kubernetes,
      path: `/api/v1/namespaces/${namespace}/${resource}`,
      accept: { list: METADATA_LIST, watch: METADATA_OBJECT },
      isRequired: false,
      project: toCached,
      onChange: ({ before, after }) => this.#onChange(after ?? before),
      clock,
      random,
      log,
      progress,
    });
    this.#namespaces.set(namespace, { wanted: new Set([first]), stop });
    void listWatch.run(AbortSignal.any([signal, stop.signal]));
  }

  #onChange(object: Cached | undefined): void {
    if (object === undefined) return;
    const key = namespacedName(object);
    const wanted = this.#wanted.get(key);
    if (wanted !== undefined) void this.#fetch(key, wanted);
  }

  /** Tries until it has an answer, or until a newer change asks for itself. */
  async #fetch(key: NamespacedName, wanted: Wanted): Promise<void> {
    const { resource, log, clock, random } = this.#options;
    const signal = this.#signal ?? AbortSignal.abort();
    const turn = (wanted.turn += 1);
    for (let failures = 0; wanted.turn === turn && !signal.aborted; failures += 1) {
      try {
        const data = await this.#read(key, signal);
        if (wanted.turn === turn) this.#learn(key, wanted, data);
        return;
      } catch (error) {
        const unreadable = whyUnreadable(error);
        const isTold = wanted.data?.unreadable === unreadable;
        log[isTold ? 'debug' : 'warn']({ resource, key, error: messageOf(error) }, 'referenced object not read');
        if (wanted.turn === turn && this.#isHopeless(error, wanted, failures)) this.#learn(key, wanted, { unreadable });
        await clock.sleep(backoffMs(failures, RETRY, random), signal);
      }
    }
  }

  /** What was read before is not forgotten since the API server has a bad day; who waits for the first answer must hear why it does not come. */
  #isHopeless(error: unknown, { isKnown }: Wanted, failures: number): boolean {
    if (!(error instanceof KubernetesError)) return false;
    const tries = error.status < 500 ? TRIES_BEFORE_WORDS.refused : TRIES_BEFORE_WORDS.broken;
    return error.status === 403 || (!isKnown && failures >= tries && !PASSING.has(error.status));
  }

  async #read(key: NamespacedName, signal: AbortSignal): Promise<ReferencedData> {
    const { kubernetes, resource } = this.#options;
    const [namespace = '', name = ''] = key.split('/');
    try {
      const path = `/api/v1/namespaces/${namespace}/${resource}/${name}`;
      return this.#decode((await kubernetes.request({ method: 'GET', path }, signal)) as RawObject);
    } catch (error) {
      if (error instanceof KubernetesError && error.status === 404) return undefined;
      throw error;
    }
  }

  /** Tells only what is new: labels and annotations are nobody's business here. */
  #learn(key: NamespacedName, wanted: Wanted, data: ReferencedData): void {
    const isNew = !wanted.isKnown || !isDeepStrictEqual(contentOf(wanted.data), contentOf(data));
    wanted.data = isNew ? data : withVersionOf(wanted.data, data);
    wanted.isKnown = true;
    if (isNew) this.#options.onChange(key);
  }

  #decode(raw: RawObject): ReferencedData {
    const data = (raw['data'] ?? {}) as Readonly<Record<string, string>>;
    const isSecret = this.#options.resource === 'secrets';
    const values = new Map(
      Object.entries(data).map(([key, value]) => [
        key,
        isSecret ? Buffer.from(value, 'base64').toString('utf8') : value,
      ]),
    );
    const { resourceVersion, ownerReferences = [] } = raw.metadata;
    return { values, version: resourceVersion, owners: ownerReferences.map(({ uid }) => uid) };
  }
}

/** Equal values keep the version with which they were seen first. */
function withVersionOf(before: ReferencedData, after: ReferencedData): ReferencedData {
  const haveValues = before !== undefined && after !== undefined;
  if (!haveValues || before.unreadable !== undefined || after.unreadable !== undefined) return after;
  return { ...after, version: before.version };
}

/** Who may not read there can do nothing about it; somebody who installs the operator can. */
function whyUnreadable(error: unknown): string {
  const isForbidden = error instanceof KubernetesError && error.status === 403;
  const advice = isForbidden
    ? ': open the namespace to the operator (rbac.secrets.namespaces of the chart; "Rights" in docs/install.md)'
    : '';
  return `${messageOf(error)}${advice}`;
}

function contentOf(data: ReferencedData): unknown {
  return data?.unreadable ?? data?.values;
}

function toCached({ metadata }: RawObject): Cached {
  return { namespace: metadata.namespace ?? '', name: metadata.name, resourceVersion: metadata.resourceVersion };
}
