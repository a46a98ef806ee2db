import { readFileSync } from 'node:fs';
import { load } from 'js-yaml';
import type { Rest } from '../support/rest.ts';
import { waitFor } from '../support/wait-for.ts';

const EXAMPLE = new URL('../../deploy/argocd/application.yaml', import.meta.url);

/** How Argo CD applies and compares. */
export type Mode = 'client-side' | 'server-side apply' | 'server-side diff';

const MODES: Readonly<Record<Mode, { readonly syncOptions: readonly string[]; readonly compare: string }>> = {
  'client-side': { syncOptions: [], compare: '' },
  'server-side apply': { syncOptions: ['ServerSideApply=true'], compare: '' },
  'server-side diff': { syncOptions: ['ServerSideApply=true'], compare: 'ServerSideDiff=true' },
};

/** One object of an application, as Argo CD sees it. */
export interface Managed {
  readonly group?: string;
  readonly kind: string;
  readonly name: string;
  readonly namespace?: string;
  readonly status?: string;
  readonly health?: { readonly status: string; readonly message?: string };
}

interface Live {
  readonly operation?: object;
  readonly status?: {
    readonly sync?: { readonly status: string; readonly revision?: string };
    readonly health?: { readonly status: string };
    readonly resources?: readonly Managed[];
    readonly conditions?: readonly { readonly type: string; readonly message: string }[];
    readonly operationState?: {
      readonly phase: string;
      readonly message?: string;
      readonly operation: { readonly sync?: { readonly resources?: readonly Managed[] } };
    };
  };
}

interface Example {
  readonly metadata: { readonly annotations: object };
  readonly spec: {
    readonly source: object;
    readonly destination: object;
    readonly syncPolicy: { readonly automated: object };
  };
}

export interface ApplicationOptions {
  readonly kube: Rest;
  /** Of Argo CD. */
  readonly namespace: string;
  readonly name: string;
  readonly repoUrl: string;
  readonly destination: string;
  readonly mode: Mode;
}

/** An Application like the one in `deploy/argocd/application.yaml`. */
export class Application {
  readonly #options: ApplicationOptions;
  /** Every health it was seen in, in the order of time. */
  readonly seen: string[] = [];

  constructor(options: ApplicationOptions) {
    this.#options = options;
  }

  /** @param automated whether it syncs by itself from the beginning */
  async create(automated: 'automated' | 'by hand'): Promise<void> {
    const { kube, namespace, name, repoUrl, destination, mode } = this.#options;
    const example = load(readFileSync(EXAMPLE, 'utf8')) as Example;
    const annotations = { 'argocd.argoproj.io/compare-options': MODES[mode].compare };
    const { metadata, spec } = example;
    await kube.ok('POST', `/apis/argoproj.io/v1alpha1/namespaces/${namespace}/applications`, {
      ...example,
      metadata: { ...metadata, name, namespace, annotations },
      spec: {
        ...spec,
        source: { ...spec.source, repoURL: repoUrl, path: '.' },
        destination: { ...spec.destination, namespace: destination },
        syncPolicy: {
          ...(automated === 'automated' ? { automated: spec.syncPolicy.automated } : {}),
          syncOptions: MODES[mode].syncOptions,
        },
      },
    });
  }

  async automate(): Promise<void> {
    const { spec } = load(readFileSync(EXAMPLE, 'utf8')) as Example;
    await this.#patch({ spec: { syncPolicy: { automated: spec.syncPolicy.automated } } });
  }

  /** Syncs these objects one after another, each as an operation of its own. */
  async syncOneByOne(order: readonly Managed[]): Promise<void> {
    for (const { group = '', kind, name, namespace } of order) {
      const { syncOptions } = MODES[this.#options.mode];
      const resources = [{ group, kind, name, namespace }];
      await this.#patch({ operation: { sync: { resources, syncOptions } } });
      await this.until(`${kind} ${name} synced`, (live) => hasSynced(live, { kind, name }));
    }
  }

  /** Looks into git again, at once. */
  async refresh(): Promise<void> {
    await this.#patch({ metadata: { annotations: { 'argocd.argoproj.io/refresh': 'hard' } } });
  }

  async get(): Promise<Live> {
    const live = await this.#find();
    if (live === undefined) throw new Error(`the application ${this.#options.name} is gone`);
    return live;
  }

  async until(what: string, isThere: (live: Live) => boolean, timeoutMs = 90_000): Promise<Live> {
    let last: Live | undefined;
    return waitFor(
      what,
      async () => {
        last = await this.get();
        return isThere(last) ? last : undefined;
      },
      timeoutMs,
    ).catch((error: unknown) => {
      throw new Error(`${String(error)}; last seen: ${inShort(last)}`);
    });
  }

  async untilHealth(health: string, sync = 'Synced'): Promise<Live> {
    return this.until(`${health} and ${sync}`, ({ status }) => {
      return status?.health?.status === health && status.sync?.status === sync;
    });
  }

  async untilResource(kind: string, name: string, health: string): Promise<Managed> {
    const isIt = (managed: Managed): boolean =>
      managed.kind === kind && managed.name === name && managed.health?.status === health;
    const { status } = await this.until(
      `${kind} ${name} ${health}`,
      (live) => live.status?.resources?.some(isIt) === true,
    );
    return status?.resources?.find(isIt) ?? { kind, name };
  }

  async delete(): Promise<void> {
    await this.#options.kube.ok('DELETE', this.#path);
  }

  /** Lets it go whatever holds it; its objects stay. */
  async abandon(): Promise<void> {
    if ((await this.#find()) === undefined) return;
    await this.#patch({ metadata: { finalizers: null }, spec: { syncPolicy: { automated: null } } });
    await this.#options.kube.call('DELETE', this.#path);
  }

  async untilGone(timeoutMs: number): Promise<void> {
    await waitFor(
      'the application gone',
      async () => ((await this.#find()) === undefined ? true : undefined),
      timeoutMs,
    );
  }

  async #find(): Promise<Live | undefined> {
    const answer = await this.#options.kube.call('GET', this.#path);
    if (answer.status === 404) return undefined;
    const live = answer.body as Live;
    const health = live.status?.health?.status;
    if (health !== undefined && this.seen.at(-1) !== health) this.seen.push(health);
    return live;
  }

  async #patch(patch: object): Promise<void> {
    await this.#options.kube.ok('PATCH', this.#path, patch);
  }

  get #path(): string {
    const { namespace, name } = this.#options;
    return `/apis/argoproj.io/v1alpha1/namespaces/${namespace}/applications/${name}`;
  }
}

/** Whether the last operation was for this object alone, and has ended well. */
function hasSynced({ operation, status }: Live, { kind, name }: Managed): boolean {
  const state = status?.operationState;
  const isIts = state?.operation.sync?.resources?.some((one) => one.kind === kind && one.name === name);
  if (operation !== undefined || state === undefined || isIts !== true) return false;
  if (['Failed', 'Error'].includes(state.phase)) throw new Error(state.message);
  return state.phase === 'Succeeded';
}

/** What explains why something did not come. */
function inShort(live: Live | undefined): string {
  const { sync, health, resources = [], conditions = [], operationState } = live?.status ?? {};
  return [
    `${sync?.status ?? 'no sync'}, ${health?.status ?? 'no health'}`,
    ...(operationState === undefined ? [] : [`${operationState.phase}: ${operationState.message ?? ''}`]),
    ...conditions.map(({ type, message }) => `${type}: ${message}`),
    ...resources.map(({ kind, name, status, health }) =>
      [kind, name, status, health?.status, health?.message].join(' '),
    ),
  ].join('\n');
}
