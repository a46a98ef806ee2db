import type { KubernetesClient } from '../clients/kubernetes.ts';
import type { Clock } from '../clock.ts';
import { isAborted } from '../concurrency.ts';
import { namespacedName, type NamespacedName } from '../desired/resource.ts';
import { KubernetesError, messageOf } from '../errors.ts';
import type { Log } from '../log.ts';
import { backoffMs } from '../backoff.ts';
import type { WatchProgress, WatchTrack } from './watch-progress.ts';

/** What every cached object has. */
export interface Cached {
  readonly namespace: string;
  readonly name: string;
  readonly resourceVersion: string;
}

export type OnChange<T> = (change: { readonly before: T | undefined; readonly after: T | undefined }) => void;

export interface ListWatchOptions<T> {
  readonly kubernetes: KubernetesClient;
  readonly path: string;
  /** Accept headers of the list and of the watch, for metadata only. */
  readonly accept?: { readonly list: string; readonly watch: string };
  /** Keeps of an object what is used. */
  readonly project: (raw: RawObject) => T;
  readonly onChange: OnChange<T>;
  readonly clock: Clock;
  readonly random: () => number;
  readonly log: Log;
  readonly progress: WatchProgress;
  /** Nothing is done before it was listed. */
  readonly isRequired: boolean;
}

/** A Kubernetes object as it comes from the wire. */
export interface RawObject {
  readonly metadata: {
    readonly namespace?: string;
    readonly name: string;
    readonly uid: string;
    readonly resourceVersion: string;
    readonly generation?: number;
    readonly creationTimestamp: string;
    readonly deletionTimestamp?: string;
    readonly finalizers?: readonly string[];
    readonly annotations?: Readonly<Record<string, string>>;
    readonly labels?: Readonly<Record<string, string>>;
    readonly ownerReferences?: readonly { readonly uid: string }[];
  };
  readonly [field: string]: unknown;
}

interface List {
  readonly metadata: { readonly resourceVersion: string; readonly continue?: string };
  /** A list of metadata only says `null` where there is nothing. */
  readonly items: readonly RawObject[] | null;
}

interface WatchEvent {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK' | 'ERROR';
  readonly object: RawObject & { readonly code?: number; readonly message?: string };
}

const WHOLE_PAGE = { limit: '500' };
const RETRY = { firstMs: 250, maxMs: 30_000 };
/** A watch that lived this long was healthy: the next failure starts at the first pause again. */
const HEALTHY_MS = 60_000;
/** A server or proxy that ends watches sooner than this is not asked again without a pause. */
const SHORTEST_MS = 1000;
const CATCH_UP_MS = 60_000;
/**
 * Bookmarks come about once a minute where anything at all happens in the API server: a watch that brings nothing for longer may
 * be of a place that the server does not know yet.
 */
const DEAF_MS = 120_000;
const WATCH_SECONDS = { least: 240, spread: 60 };

/**
 * Keeps a copy of a collection: lists in pages, watches from there with bookmarks, resumes where a watch ended, and
 * lists again when the server no longer knows that place. What disappeared in between is told as a deletion.
 */
export class ListWatch<T extends Cached> {
  readonly objects = new Map<NamespacedName, T>();
  readonly #options: ListWatchOptions<T>;
  #resourceVersion: string | undefined;
  #markSynced: () => void = () => undefined;
  #track: WatchTrack | undefined;
  /** Of the watch that is under way. */
  #watching = new AbortController();
  /** Who waits for a list that begins from now on; aborted once it is there, or with why it may not be had. */
  readonly #waiting = new Set<AbortController>();
  #hasListed = false;
  /** Whether the last watch brought nothing for so long that it may be of no use. */
  #mayBeDeaf = false;
  /** When a list came further than those before it that failed, and how many pages that was. */
  #furtherAtMs = -Infinity;
  #furthestPages = 0;
  /** Ends after the first complete list. */
  readonly synced: Promise<void>;

  constructor(options: ListWatchOptions<T>) {
    this.#options = options;
    this.synced = new Promise((resolve) => (this.#markSynced = resolve));
  }

  /** Whether it watches objects of this namespace. */
  covers(namespace: string): boolean {
    const [, watched] = /\/namespaces\/([^/]+)\//.exec(this.#options.path) ?? [];
    return watched === undefined || watched === namespace;
  }

  /**
   * Lists anew: what is there afterwards is at least as new as the API server was when this was called, of which a watch may be
   * behind. Ends early when the signal is aborted.
   *
   * @throws KubernetesError when no list gets any further for a minute, and at once when we may not list
   */
  async catchUp(signal: AbortSignal): Promise<void> {
    const over = new AbortController();
    this.#waiting.add(over);
    this.#watching.abort();
    try {
      await this.#wait(AbortSignal.any([signal, over.signal]));
    } finally {
      this.#waiting.delete(over);
    }
    if (isForbidden(over.signal.reason)) throw over.signal.reason;
  }

  /** Until the signal is aborted, as long as pages come that are not the same ones again. */
  async #wait(signal: AbortSignal): Promise<void> {
    const { clock, path } = this.#options;
    const startedMs = clock.steady();
    while (!isAborted(signal)) {
      const leftMs = Math.max(startedMs, this.#furtherAtMs) + CATCH_UP_MS - clock.steady();
      if (leftMs <= 0) throw new KubernetesError(`${path} cannot be listed anew`, 0, 'Timeout');
      await clock.sleep(leftMs, signal);
    }
  }

  /** Runs until the signal is aborted; every failure is logged and tried again. */
  async run(signal: AbortSignal): Promise<void> {
    const { progress, path, isRequired } = this.#options;
    const track = progress.track(path, { isRequired });
    this.#track = track;
    await this.#run(signal).finally(() => track.close());
  }

  async #run(signal: AbortSignal): Promise<void> {
    const { clock, random } = this.#options;
    let failures = 0;
    while (!signal.aborted) {
      const startedAt = clock.steady();
      this.#track?.moved();
      try {
        await this.#follow(signal);
        failures = 0;
      } catch (error) {
        if (isAborted(signal)) return;
        if (isExpired(error)) this.#resourceVersion = undefined;
        failures = clock.steady() - startedAt > HEALTHY_MS ? 0 : failures + 1;
        this.#tellFailure(error, failures);
        await clock.sleep(backoffMs(failures - 1, RETRY, random), signal);
      }
    }
  }

  /** That nothing can begin is told at once, and once for each cause. */
  #tellFailure(error: unknown, failures: number): void {
    const { log, path, isRequired } = this.#options;
    const words = messageOf(error);
    const hasList = this.#hasListed || isExpired(error);
    if (hasList) return log[failures > 1 ? 'warn' : 'debug']({ path, error: words }, 'watch interrupted');
    const isNews = this.#track?.failed(words) === true;
    const consequence = isRequired ? 'nothing is reconciled until it is complete' : 'it is tried again';
    log[isNews ? 'warn' : 'debug']({ path, error: words }, `cannot be listed: ${consequence}`);
  }

  async #follow(signal: AbortSignal): Promise<void> {
    if (this.#mayBeDeaf && this.#waiting.size === 0) await this.#lookBack(signal);
    while (this.#resourceVersion === undefined || this.#waiting.size > 0)
      this.#resourceVersion = await this.#listAnew(signal);
    const { clock } = this.#options;
    const startedAt = clock.steady();
    const watching = new AbortController();
    this.#watching = watching;
    try {
      await this.#watch(this.#resourceVersion, AbortSignal.any([signal, watching.signal]));
    } catch (error) {
      if (!isAborted(watching.signal)) throw error;
    }
    // It was ended for a new list.
    if (isAborted(watching.signal)) return;
    if (clock.steady() - startedAt < SHORTEST_MS) throw new KubernetesError('the watch ended at once', 0, 'ShortWatch');
  }

  async #watch(resourceVersion: string, signal: AbortSignal): Promise<void> {
    const { kubernetes, path, accept, random, clock } = this.#options;
    const timeoutSeconds = String(Math.round(WATCH_SECONDS.least + WATCH_SECONDS.spread * random()));
    const request = {
      method: 'GET',
      path,
      query: { watch: 'true', allowWatchBookmarks: 'true', timeoutSeconds, resourceVersion },
      ...(accept === undefined ? {} : { accept: accept.watch }),
    } as const;
    let isSilent = true;
    const startedAt = clock.steady();
    try {
      for await (const line of kubernetes.watch(request, signal)) {
        isSilent = false;
        this.#track?.moved();
        this.#handle(JSON.parse(line) as WatchEvent);
      }
    } finally {
      this.#mayBeDeaf = isSilent && clock.steady() - startedAt > DEAF_MS;
    }
  }

  /**
   * Whether the server is as far as we are. One that was set back to an earlier state says nothing until it has come this far
   * again; but neither does one in which nothing happens.
   */
  async #lookBack(signal: AbortSignal): Promise<void> {
    const { resourceVersion } = (await this.#page({ limit: '1' }, signal)).metadata;
    this.#mayBeDeaf = false;
    // What is no number is not comparable.
    if (!(Number(resourceVersion) >= Number(this.#resourceVersion))) this.#resourceVersion = undefined;
  }

  async #listAnew(signal: AbortSignal): Promise<string> {
    const waiting = [...this.#waiting];
    try {
      const resourceVersion = await this.#list(signal);
      this.#hasListed = true;
      this.#mayBeDeaf = false;
      this.#furthestPages = 0;
      this.#track?.synced();
      this.#markSynced();
      this.#answer(waiting);
      return resourceVersion;
    } catch (error) {
      if (isForbidden(error)) this.#answer(waiting, error);
      throw error;
    }
  }

  #answer(waiting: readonly AbortController[], why?: KubernetesError): void {
    for (const one of waiting) {
      this.#waiting.delete(one);
      one.abort(why);
    }
  }

  async #list(signal: AbortSignal): Promise<string> {
    const seen = new Set<NamespacedName>();
    let pages = 0;
    for (let coming = this.#page(WHOLE_PAGE, signal); ;) {
      const page = await coming;
      this.#took((pages += 1));
      this.#track?.moved();
      const from = page.metadata.continue ?? '';
      // The server is at work on the next page while this one is taken in.
      if (from !== '') coming = this.#page({ ...WHOLE_PAGE, continue: from }, signal);
      for (const item of page.items ?? []) seen.add(this.#put(item));
      if (from !== '') continue;
      for (const key of [...this.objects.keys()]) if (!seen.has(key)) this.#remove(key);
      return page.metadata.resourceVersion;
    }
  }

  #took(pages: number): void {
    if (pages <= this.#furthestPages) return;
    this.#furthestPages = pages;
    this.#furtherAtMs = this.#options.clock.steady();
  }

  #page(query: Readonly<Record<string, string>>, signal: AbortSignal): Promise<List> {
    const { kubernetes, path, accept } = this.#options;
    const request = {
      method: 'GET',
      path,
      query,
      ...(accept === undefined ? {} : { accept: accept.list }),
    } as const;
    const page = kubernetes.request(request, signal) as Promise<List>;
    // Should the page before it break off the list, nobody waits for this one.
    page.catch(() => undefined);
    return page;
  }

  #handle(event: WatchEvent): void {
    if (event.type === 'ERROR')
      throw new KubernetesError(event.object.message ?? 'watch failed', event.object.code ?? 0, 'WatchError');
    this.#resourceVersion = event.object.metadata.resourceVersion;
    if (event.type === 'BOOKMARK') return;
    if (event.type === 'DELETED') this.#remove(keyOf(event.object));
    else this.#put(event.object);
  }

  #put(raw: RawObject): NamespacedName {
    const key = keyOf(raw);
    const before = this.objects.get(key);
    if (before?.resourceVersion === raw.metadata.resourceVersion) return key;
    const after = this.#options.project(raw);
    this.objects.set(key, after);
    this.#options.onChange({ before, after });
    return key;
  }

  #remove(key: NamespacedName): void {
    const before = this.objects.get(key);
    if (!this.objects.delete(key)) return;
    this.#options.onChange({ before, after: undefined });
  }
}

function keyOf(raw: RawObject): NamespacedName {
  return namespacedName({ namespace: raw.metadata.namespace ?? '', name: raw.metadata.name });
}

/** We may not list, or there is no such collection: to wait for that is of no use. */
function isForbidden(error: unknown): error is KubernetesError {
  return error instanceof KubernetesError && (error.status === 403 || error.status === 404);
}

/** 410: the place where the watch or the list was is no longer known. */
function isExpired(error: unknown): boolean {
  return error instanceof KubernetesError && error.status === 410;
}
