import type { OperatorProcess } from '../support/operator-process.ts';
import { conditionOf, readyOf, type KindName, type LiveObject, type Scenario } from '../support/scenario.ts';
import { waitFor } from '../support/wait-for.ts';
import { mappedRole, RESOURCES, type Recipe } from './specimens.ts';

/** Stages in the life of an object. */
export type Phase =
  | 'fresh'
  | 'new generation'
  | 'waiting'
  | 'unreachable'
  | 'ready'
  | 'observed'
  | 'stalled'
  | 'paused'
  | 'edited while paused'
  | 'deleting';

/** An object in a phase, as the API server returned it. */
export interface Specimen {
  readonly kind: KindName;
  readonly phase: Phase;
  readonly object: LiveObject;
}

type Target = readonly [kind: KindName, name: string];

const PAUSE = 'security.opensearch.org/paused';
const HOLD = 'conformance.example.com/hold';
const CONNECTION = 'OpenSearchConnection';

/** Brings objects of all kinds into every phase, on real servers, and keeps each as it is then. */
export async function collectSpecimens(scenario: Scenario): Promise<readonly Specimen[]> {
  const specimens: Specimen[] = [];
  const collection = new Collection(scenario, (specimen) => specimens.push(specimen));
  await collection.fresh();
  await collection.ready();
  await collection.observed();
  await collection.waiting();
  await collection.stalled();
  await collection.paused();
  await collection.newGeneration();
  await collection.deleting();
  return specimens;
}

/** The steps in their order; each begins where the one before it has ended. */
class Collection {
  readonly #scenario: Scenario;
  readonly #keep: (specimen: Specimen) => void;
  readonly #prefix: string;
  #operator: OperatorProcess | undefined;

  constructor(scenario: Scenario, keep: (specimen: Specimen) => void) {
    this.#scenario = scenario;
    this.#keep = keep;
    this.#prefix = scenario.namespace;
  }

  /** No operator has run yet. */
  async fresh(): Promise<void> {
    const { real } = this.#scenario;
    const { username, password } = real.cluster;
    await this.#scenario.connectAsAdmin();
    await this.#scenario.secret('person', { password: `${this.#prefix}-Correct-Horse-9` });
    await this.#scenario.secret('no-hash', { hash: 'not a hash' });
    await this.#scenario.secret('wrong', { username, password: `not ${password}` });
    await this.#scenario.create('OpenSearchRole', mappedRole(this.#prefix), {
      clusterPermissions: ['cluster_monitor'],
    });
    for (const recipe of RESOURCES) await this.#create(recipe.kind, this.#name(recipe), recipe.spec(this.#prefix));
    await this.#each('fresh', this.#all, ([kind, name]) => this.#get(kind, name));
  }

  async ready(): Promise<void> {
    await this.#start();
    await this.#each('ready', this.#all, (target) => this.#untilReady(target));
  }

  async observed(): Promise<void> {
    for (const recipe of RESOURCES) {
      const spec = { ...recipe.spec(this.#prefix), managementPolicy: 'Observe' };
      await this.#create(recipe.kind, this.#name(recipe, 'observed'), spec);
    }
    const targets: Target[] = RESOURCES.map((recipe) => [recipe.kind, this.#name(recipe, 'observed')]);
    await this.#each('observed', targets, ([kind, name]) => this.#scenario.untilReason(kind, name, 'Observed'));
  }

  async waiting(): Promise<void> {
    await this.#create(CONNECTION, 'waiting', this.#withBasic('missing'));
    for (const recipe of RESOURCES)
      await this.#create(recipe.kind, this.#name(recipe, 'waiting'), recipe.waiting.spec(this.#prefix));
    const reasons = new Map<string, string>(RESOURCES.map(({ kind, waiting }) => [kind, waiting.reason]));
    const targets: Target[] = RESOURCES.map((recipe) => [recipe.kind, this.#name(recipe, 'waiting')]);
    await this.#each('waiting', [[CONNECTION, 'waiting'], ...targets], ([kind, name]) =>
      this.#scenario.untilReason(kind, name, reasons.get(kind) ?? 'SecretNotFound'),
    );
  }

  async stalled(): Promise<void> {
    await this.#create(CONNECTION, 'stalled', this.#withBasic('wrong'));
    for (const recipe of RESOURCES)
      await this.#create(recipe.kind, this.#name(recipe, 'stalled'), recipe.stalled.spec(this.#prefix));
    const reasons = new Map<string, string>(RESOURCES.map(({ kind, stalled }) => [kind, stalled.reason]));
    const targets: Target[] = RESOURCES.map((recipe) => [recipe.kind, this.#name(recipe, 'stalled')]);
    await this.#each('stalled', [[CONNECTION, 'stalled'], ...targets], ([kind, name]) =>
      this.#scenario.untilReason(kind, name, reasons.get(kind) ?? 'AuthenticationFailed'),
    );
  }

  async paused(): Promise<void> {
    for (const [kind, name] of this.#resources) await this.#annotate(kind, name, { [PAUSE]: 'true' });
    await this.#each('paused', this.#resources, (target) => this.#untilPaused(target));
    for (const recipe of RESOURCES) await this.#scenario.patch(recipe.kind, this.#name(recipe), recipe.edit);
    await this.#each('edited while paused', this.#resources, (target) => this.#untilPaused(target));
    for (const [kind, name] of this.#resources) await this.#annotate(kind, name, { [PAUSE]: null });
    await Promise.all(this.#resources.map((target) => this.#untilReady(target)));
  }

  /** Edited while no operator runs, which is what a tool sees that looks right after it has applied. */
  async newGeneration(): Promise<void> {
    await this.#operator?.stop();
    await this.#scenario.patch(CONNECTION, 'default', { spec: { driftDetection: { intervalSeconds: 6 } } });
    const back = { spec: { description: 'one', backendRoles: ['conformance'], upgrade: { policy: 'Check' } } };
    for (const recipe of RESOURCES) {
      const fields = Object.keys((recipe.edit as { readonly spec: object }).spec);
      const spec = Object.fromEntries(Object.entries(back.spec).filter(([field]) => fields.includes(field)));
      await this.#scenario.patch(recipe.kind, this.#name(recipe), { spec });
    }
    await this.#each('new generation', this.#all, ([kind, name]) => this.#get(kind, name));
    await this.#start();
    await Promise.all(this.#all.map((target) => this.#untilReady(target)));
  }

  /** The cluster is away, so what was made there cannot be removed. */
  async deleting(): Promise<void> {
    const [endpoint] = this.#scenario.real.cluster.nodes;
    const reach = (url: string | undefined): Promise<LiveObject> =>
      this.#scenario.patch(CONNECTION, 'default', { spec: { endpoints: [url] } });
    await reach('https://127.0.0.1:1');
    await this.#each('unreachable', [[CONNECTION, 'default']], ([kind, name]) =>
      this.#scenario.untilReason(kind, name, 'Unreachable'),
    );
    const targets: readonly Target[] = [[CONNECTION, 'waiting'], ...this.#resources];
    for (const [kind, name] of targets) {
      await this.#scenario.patch(kind, name, { metadata: { finalizers: await this.#withHold(kind, name) } });
      await this.#scenario.delete(kind, name);
    }
    await this.#each('deleting', targets, (target) => this.#untilLeaving(target));
    for (const [kind, name] of targets) {
      const finalizers = ((await this.#get(kind, name)).metadata.finalizers ?? []).filter((one) => one !== HOLD);
      await this.#scenario.patch(kind, name, { metadata: { finalizers } });
    }
    await reach(endpoint?.url);
    await Promise.all(targets.map(([kind, name]) => this.#scenario.untilGone(kind, name)));
  }

  get #resources(): readonly Target[] {
    return RESOURCES.map((recipe) => [recipe.kind, this.#name(recipe)]);
  }

  get #all(): readonly Target[] {
    return [[CONNECTION, 'default'], ...this.#resources];
  }

  /** Names in OpenSearch begin with that of the namespace, so that tests do not meet. */
  #name({ kind }: Pick<Recipe, 'kind'>, suffix?: string): string {
    const noun = kind.replace('OpenSearch', '').toLowerCase();
    return [this.#prefix, noun, ...(suffix === undefined ? [] : [suffix])].join('-');
  }

  #withBasic(secret: string): object {
    const endpoints = [this.#scenario.real.cluster.nodes[0]?.url];
    return { ...this.#scenario.connectionSpec(), endpoints, auth: { basic: { secretRef: { name: secret } } } };
  }

  async #start(): Promise<void> {
    this.#operator = this.#scenario.startOperator();
    await this.#scenario.untilReason(CONNECTION, 'default', 'Connected');
  }

  async #create(kind: KindName, name: string, spec: object): Promise<void> {
    await this.#scenario.create(kind, name, spec);
  }

  async #annotate(kind: KindName, name: string, annotations: object): Promise<void> {
    await this.#scenario.patch(kind, name, { metadata: { annotations } });
  }

  async #get(kind: KindName, name: string): Promise<LiveObject> {
    const object = await this.#scenario.get(kind, name);
    if (object === undefined) throw new Error(`there is no ${kind} ${name}`);
    return object;
  }

  async #each(phase: Phase, targets: readonly Target[], until: (target: Target) => Promise<LiveObject>): Promise<void> {
    await Promise.all(
      targets.map(async (target) => this.#keep({ kind: target[0], phase, object: await until(target) })),
    );
  }

  #untilReady([kind, name]: Target): Promise<LiveObject> {
    return this.#scenario.untilReason(kind, name, kind === CONNECTION ? 'Connected' : 'Applied');
  }

  #untilPaused(target: Target): Promise<LiveObject> {
    return this.#until(target, 'paused', (object) => isTold(object, 'Paused'));
  }

  #untilLeaving(target: Target): Promise<LiveObject> {
    return this.#until(target, 'leaving', (object) => target[0] === CONNECTION || readyOf(object)?.status === 'False');
  }

  #until([kind, name]: Target, what: string, isThere: (object: LiveObject) => boolean): Promise<LiveObject> {
    return waitFor(`${kind} ${name} ${what}`, async () => {
      const object = await this.#get(kind, name);
      return isThere(object) ? object : undefined;
    });
  }

  async #withHold(kind: KindName, name: string): Promise<readonly string[]> {
    return [...((await this.#get(kind, name)).metadata.finalizers ?? []), HOLD];
  }
}

/** Whether a condition says something of the object as it is now. */
function isTold(object: LiveObject, type: string): boolean {
  const condition = conditionOf(object, type);
  return condition?.status === 'True' && condition.observedGeneration === object.metadata.generation;
}
