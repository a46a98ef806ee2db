import { METADATA_LIST, METADATA_OBJECT } from '../clients/kubernetes.ts';
import { KubernetesError } from '../errors.ts';
import type { WatchTools } from './collections.ts';
import { ListWatch, type Cached, type RawObject } from './list-watch.ts';

interface Namespace extends Cached {
  readonly labels: Readonly<Record<string, string>>;
}

/** Labels of namespaces, for connections that choose by label; with a list of namespaces nothing is watched. */
export class NamespaceCache {
  readonly #tools: WatchTools;
  readonly #watch: ListWatch<Namespace> | undefined;

  constructor(
    tools: WatchTools,
    { isClusterWide, onChange }: { readonly isClusterWide: boolean; readonly onChange: (name: string) => void },
  ) {
    this.#tools = tools;
    if (!isClusterWide) return;
    this.#watch = new ListWatch<Namespace>({
      ...tools,
      path: '/api/v1/namespaces',
      isRequired: true,
      accept: { list: METADATA_LIST, watch: METADATA_OBJECT },
      project: toNamespace,
      onChange: ({ before, after }) => {
        const name = (after ?? before)?.name ?? '';
        if (JSON.stringify(before?.labels) !== JSON.stringify(after?.labels)) onChange(name);
      },
    });
  }

  /** Ends after the first list. */
  async run(signal: AbortSignal): Promise<void> {
    await this.#watch?.run(signal);
  }

  /** As `ListWatch.catchUp`; nothing where nothing is watched. */
  async catchUp(signal: AbortSignal): Promise<void> {
    await this.#watch?.catchUp(signal);
  }

  get synced(): Promise<void> {
    return this.#watch?.synced ?? Promise.resolve();
  }

  labels(name: string): Readonly<Record<string, string>> | undefined {
    return this.#watch?.objects.get(`/${name}`)?.labels;
  }

  /** Asks the API server; a namespace that we may not see is taken to stay. */
  async isTerminating(name: string): Promise<boolean> {
    try {
      const raw = (await this.#tools.kubernetes.request({
        method: 'GET',
        path: `/api/v1/namespaces/${name}`,
      })) as RawObject;
      return raw.metadata.deletionTimestamp !== undefined;
    } catch (error) {
      return error instanceof KubernetesError && error.status === 404;
    }
  }
}

function toNamespace({ metadata }: RawObject): Namespace {
  return {
    namespace: '',
    name: metadata.name,
    resourceVersion: metadata.resourceVersion,
    labels: metadata.labels ?? {},
  };
}
