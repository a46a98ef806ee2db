import { randomBytes } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { generatePassword } from '../../src/desired/generate-password.ts';
import { Scenario, type KindName } from '../support/scenario.ts';
import { waitFor } from '../support/wait-for.ts';
import { Application, type Managed, type Mode } from './application.ts';
import type { ArgoCd } from './argocd.ts';
import { examplesFor, janeOf } from './examples.ts';
import { GitFolder } from './git-folder.ts';

/** In which order the objects are applied; Argo CD itself goes by the names of the kinds. */
export type Order = 'one wave' | 'reversed' | 'random';

export interface Plan {
  readonly mode: Mode;
  readonly order: Order;
  /** Nothing has moved for that long when all has settled. */
  readonly quietMs: number;
  /** How long nothing is changed then, to see that nothing moves. */
  readonly restMs: number;
  /** Of a cluster that other tests use, a connection tells what they do to it. */
  readonly cluster: 'own' | 'shared';
  /** Files in place of examples of the same name. */
  readonly files: (scenario: Scenario) => ReadonlyMap<string, string>;
}

/** What was seen of the examples in the hands of Argo CD, from their first sync to the end of their Application. */
export interface Observations {
  /** While no operator ran yet. */
  readonly applied: readonly Managed[];
  /** Of the Application, until all was in force. */
  readonly onTheWay: readonly string[];
  readonly inForce: readonly Managed[];
  /** Each `sync health` that was seen while nothing was changed. */
  readonly atRest: readonly string[];
  /** Objects that somebody wrote to meanwhile. */
  readonly movedAtRest: readonly string[];
  /** What the description of the tenant was after somebody had edited it. */
  readonly healed: unknown;
  readonly degraded: Managed;
  /** A paused object, and what the Application is with it. */
  readonly suspended: Managed & { readonly sync: string | undefined };
  /** What is still in OpenSearch after the Application, and what was told of it. */
  readonly left: readonly string[];
}

const PAUSED = 'security.opensearch.org/paused';
const DELETED_WITHIN_MS = 60_000;

/** Goes through all of it in a namespace of its own, and cleans up. */
export async function observe(argocd: ArgoCd, plan: Plan): Promise<Observations> {
  const scenario = await Scenario.start();
  const folder = await GitFolder.create(filesOf(scenario, plan));
  const { namespace } = argocd;
  const destination = scenario.namespace;
  const where = { kube: scenario.kube, namespace, name: destination, destination, repoUrl: folder.url };
  const application = new Application({ ...where, mode: plan.mode });
  try {
    return await new Observation(scenario, folder, application).run(plan);
  } finally {
    await application.abandon();
    folder.remove();
    await scenario.stop();
  }
}

function filesOf(scenario: Scenario, { files }: Plan): Map<string, string> {
  return new Map([...examplesFor(scenario), ...files(scenario)]);
}

class Observation {
  readonly #scenario: Scenario;
  readonly #folder: GitFolder;
  readonly #application: Application;

  constructor(scenario: Scenario, folder: GitFolder, application: Application) {
    this.#scenario = scenario;
    this.#folder = folder;
    this.#application = application;
  }

  async run(plan: Plan): Promise<Observations> {
    const applied = await this.#sync(plan.order);
    const inForce = await this.#getIntoForce();
    const onTheWay = [...this.#application.seen];
    const { atRest, movedAtRest } = await this.#rest(plan);
    const healed = await this.#editByHand();
    const degraded = await this.#breakInGit(filesOf(this.#scenario, plan));
    const suspended = await this.#pause();
    await this.#application.delete();
    await this.#application.untilGone(DELETED_WITHIN_MS);
    const found = await this.#left();
    const left = found.length === 0 ? [] : [...found, await this.#scenario.everythingTold(), this.#scenario.log];
    return { applied, onTheWay, inForce, atRest, movedAtRest, healed, degraded, suspended, left };
  }

  /** @returns the objects as Argo CD sees them while no operator runs */
  async #sync(order: Order): Promise<readonly Managed[]> {
    await this.#scenario.adminSecret('opensearch-admin-cert');
    await this.#scenario.secret('opensearch-ca', { 'ca.crt': this.#scenario.real.caPem });
    await this.#application.create(order === 'one wave' ? 'automated' : 'by hand');
    if (order !== 'one wave') {
      const { status } = await this.#application.until('the objects', (live) => hasObjects(live.status?.resources));
      const objects = status?.resources ?? [];
      await this.#application.syncOneByOne(order === 'reversed' ? objects.toReversed() : shuffled(objects));
      await this.#application.automate();
    }
    const { status } = await this.#application.untilHealth('Progressing');
    return status?.resources ?? [];
  }

  /** The operator comes, and last of all the password that a user waits for. */
  async #getIntoForce(): Promise<readonly Managed[]> {
    this.#scenario.startOperator();
    const jane = janeOf(this.#scenario.namespace);
    await this.#scenario.untilReason('OpenSearchUser', jane, 'SecretNotFound');
    await this.#scenario.secret(jane, { password: generatePassword(20, randomBytes) });
    const { status } = await this.#application.untilHealth('Healthy');
    return status?.resources ?? [];
  }

  async #rest({ quietMs, restMs, cluster }: Plan): Promise<Pick<Observations, 'atRest' | 'movedAtRest'>> {
    const before = await this.#settle(quietMs);
    const end = performance.now() + restMs;
    const seen = new Set<string>();
    while (performance.now() < end) {
      const { status } = await this.#application.get();
      seen.add(`${status?.sync?.status ?? ''} ${status?.health?.status ?? ''}`);
      await new Promise((resolve) => setTimeout(resolve, 250));
    }
    const after = await this.#versions();
    const moved = [...after].filter(([name, version]) => before.get(name) !== version).map(([name]) => name);
    const movedAtRest = moved.filter((name) => cluster === 'own' || !name.startsWith('OpenSearchConnection '));
    return { atRest: [...seen], movedAtRest };
  }

  /** Counts and the like are told a moment after all is in force. @returns the versions at rest */
  async #settle(quietMs: number): Promise<ReadonlyMap<string, string>> {
    let versions = await this.#versions();
    let since = performance.now();
    const look = async (): Promise<ReadonlyMap<string, string> | undefined> => {
      const now = await this.#versions();
      if (!isDeepStrictEqual(now, versions)) [versions, since] = [now, performance.now()];
      return performance.now() - since >= quietMs ? versions : undefined;
    };
    return waitFor('all at rest', look, quietMs * 5 + 60_000);
  }

  async #versions(): Promise<Map<string, string>> {
    const { status } = await this.#application.get();
    const versions = (status?.resources ?? []).map(async ({ kind, name }) => {
      const object = await this.#scenario.get(kind as KindName, name);
      return [`${kind} ${name}`, object?.metadata.resourceVersion ?? ''] as const;
    });
    return new Map(await Promise.all(versions));
  }

  async #editByHand(): Promise<unknown> {
    const tenant = this.#scenario.namespace;
    const description = async (): Promise<unknown> => {
      const object = await this.#scenario.get('OpenSearchTenant', tenant);
      return (object?.spec as { readonly description?: unknown } | undefined)?.description;
    };
    const wanted = await description();
    await this.#scenario.patch('OpenSearchTenant', tenant, { spec: { description: 'edited by hand' } });
    await waitFor('the edit undone', async () => ((await description()) === wanted ? true : undefined));
    await this.#application.untilHealth('Healthy');
    return description();
  }

  /** A mistake in git, and its correction. */
  async #breakInGit(files: ReadonlyMap<string, string>): Promise<Managed> {
    const role = files.get('role.yaml') ?? '';
    await this.#commit('role.yaml', role.replace(/dls: .*/, "dls: '{bad'"));
    const degraded = await this.#application.untilResource('OpenSearchRole', this.#role, 'Degraded');
    await this.#commit('role.yaml', role);
    await this.#application.untilHealth('Healthy');
    return degraded;
  }

  async #commit(name: string, text: string): Promise<void> {
    await this.#folder.commit(new Map([[name, text]]));
    await this.#application.refresh();
  }

  async #pause(): Promise<Observations['suspended']> {
    const annotate = (value: string | null): Promise<unknown> =>
      this.#scenario.patch('OpenSearchRole', this.#role, { metadata: { annotations: { [PAUSED]: value } } });
    await annotate('true');
    const suspended = await this.#application.untilResource('OpenSearchRole', this.#role, 'Suspended');
    const { status } = await this.#application.get();
    await annotate(null);
    await this.#application.untilResource('OpenSearchRole', this.#role, 'Healthy');
    return { ...suspended, sync: status?.sync?.status };
  }

  get #role(): string {
    return `${this.#scenario.namespace}-reader`;
  }

  async #left(): Promise<readonly string[]> {
    const { namespace } = this.#scenario;
    const documents = ['roles', 'rolesmapping', 'internalusers', 'tenants', 'actiongroups'];
    const found = documents.map(async (document) => {
      const all = await this.#scenario.search.ok<Readonly<Record<string, unknown>>>(
        'GET',
        `/_plugins/_security/api/${document}`,
      );
      const ours = Object.entries(all).filter(([, entity]) => JSON.stringify(entity).includes(namespace));
      const names = Object.keys(all).filter((name) => name.includes(namespace));
      return [...names, ...ours.map(([name]) => name)].map((name) => `${document}/${name}`);
    });
    return (await Promise.all(found)).flat();
  }
}

function hasObjects(resources: readonly Managed[] | undefined): boolean {
  return resources !== undefined && resources.length > 0;
}

function shuffled<T>(list: readonly T[]): readonly T[] {
  return list
    .map((item) => ({ item, place: Math.random() }))
    .toSorted((a, b) => a.place - b.place)
    .map(({ item }) => item);
}
