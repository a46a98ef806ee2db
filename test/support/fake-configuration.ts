import type { ConfigApi, ConfigDocuments, Login, Look } from '../../src/commit/config/config-api.ts';
import { patchFor, rootOf, toRoot } from '../../src/commit/config/config-wire.ts';
import type { UpgradeApi } from '../../src/commit/config/upgrade-api.ts';
import type { WriteAnswer } from '../../src/commit/cluster.ts';
import type { OperatorError } from '../../src/errors.ts';
import type { JsonObject, JsonValue } from '../../src/generated/json-value.ts';
import type { ConfigChange, ConfigDocument } from '../../src/plan/config/config-change.ts';
import type { UpgradeAction, UpgradeOffer, UpgradeScope } from '../../src/plan/config/upgrade-plan.ts';
import { pathOf, valueAt, withValue, type ConfigTree } from '../../src/plan/config/tree.ts';

const BASIC: JsonObject = {
  http_enabled: true,
  order: 4,
  http_authenticator: { type: 'basic', challenge: true, config: {} },
  authentication_backend: { type: 'intern', config: {} },
};

/** The configuration of a cluster in memory, patched as the real one is; whom it lets in is up to the test. */
export class FakeConfiguration implements ConfigApi {
  hasWayBack = true;
  tree: ConfigTree = {
    dynamic: {
      authc: { basic_internal_auth_domain: BASIC },
      authz: {},
      auth_failure_listeners: {},
      multi_rolespan_enabled: true,
    },
    audit: { enabled: true, audit: {}, compliance: {} },
    allowlist: { enabled: false, requests: {} },
    nodesDn: {},
  };
  /** What hinders the operator to get in; undefined when nothing does. */
  shutOut: (tree: ConfigTree) => string | undefined = () => undefined;
  letsIn: (login: Login, tree: ConfigTree) => boolean = () => true;
  /** Called before each step; what it throws is the answer. */
  onStep: (step: string) => void = () => undefined;
  /** Roots of documents that are not shown to us. */
  readonly hidden = new Set<string>();
  /** Words with which the next write is refused. */
  refusal: string | undefined;
  readonly patches: { readonly document: ConfigDocument; readonly changes: readonly ConfigChange[] }[] = [];
  /** The bodies of all PUTs. */
  readonly puts: JsonValue[] = [];
  reads = 0;
  readonly #outage: () => OperatorError | undefined;

  constructor(outage: () => OperatorError | undefined) {
    this.#outage = outage;
  }

  async fetch(documents: readonly ConfigDocument[]): Promise<ConfigTree> {
    await this.#step('fetch');
    return Object.fromEntries(documents.map((document) => [rootOf(document), this.tree[rootOf(document)] ?? {}]));
  }

  async look(document: ConfigDocument): Promise<Look> {
    await this.#step('look');
    this.reads += 1;
    if (this.hidden.has(rootOf(document))) return { type: 'unavailable', words: 'Access denied' };
    return { type: 'there', root: this.tree[rootOf(document)] ?? {} };
  }

  async patch(document: ConfigDocument, changes: readonly ConfigChange[], base: ConfigTree): Promise<WriteAnswer> {
    const refused = await this.#refusalOf('patch');
    if (refused !== undefined) return refused;
    this.patches.push({ document, changes });
    for (const operation of patchFor(document, changes, base)) {
      const value = operation.op === 'add' ? operation.value : undefined;
      const path = [rootOf(document), ...this.#path(document, operation.path)];
      const isEntry = document === 'nodesdn' && value !== undefined;
      const stored = isEntry ? valueAt(toRoot('nodesdn', { entry: value }), ['entry']) : value;
      this.tree = withValue(this.tree, path, stored);
    }
    await this.#step('written');
    return { type: 'stored' };
  }

  async put(dynamic: JsonValue): Promise<WriteAnswer> {
    const refused = await this.#refusalOf('put');
    if (refused !== undefined) return refused;
    this.puts.push(dynamic);
    this.tree = withValue(this.tree, ['dynamic'], dynamic);
    await this.#step('written');
    return { type: 'stored' };
  }

  async #refusalOf(step: string): Promise<WriteAnswer | undefined> {
    await this.#step(step);
    const words = this.refusal;
    this.refusal = undefined;
    return words === undefined ? undefined : { type: 'refused', words };
  }

  async renewSelf(): Promise<void> {
    await this.#step('renewSelf');
  }

  async prove(): Promise<string | undefined> {
    await this.#step('prove');
    return this.shutOut(this.tree);
  }

  async logIn(login: Login): Promise<boolean> {
    await this.#step('logIn');
    return this.letsIn(login, this.tree);
  }

  readonly upgrade = new FakeUpgrade((step) => this.#step(step));

  clusterUuid(): Promise<string | undefined> {
    return Promise.resolve(undefined);
  }

  answers(): Promise<boolean> {
    return Promise.resolve(true);
  }

  async asRescuer<T>(use: (api: ConfigDocuments) => Promise<T>): Promise<T> {
    return use(this);
  }

  #path(document: ConfigDocument, pointer: string): readonly string[] {
    const path = pathOf(pointer);
    if (document === 'nodesdn') return path;
    return document === 'securityconfig' ? path.slice(2) : path.slice(1);
  }

  #step(step: string): Promise<void> {
    const outage = this.#outage();
    return outage === undefined ? Promise.try(() => this.onStep(step)) : Promise.reject(outage);
  }
}

function isOf(action: UpgradeAction, name: string, verb: UpgradeAction['verb']): boolean {
  return action.name === name && action.verb === verb;
}

/** The upgrade of default roles: what is performed is stored, and loaded only when it is told so. */
class FakeUpgrade implements UpgradeApi {
  offered: readonly UpgradeAction[] = [];
  /** What is offered does not go away by performing it. */
  isStubborn = false;
  /** Words with which it is refused. */
  refusal: string | undefined;
  /** How many more times it fails, and what happens all the same: it is stored, or somebody else makes what it would make. */
  failures: { left: number; readonly meanwhile: 'nothing' | 'stored' | 'made' } = { left: 0, meanwhile: 'nothing' };
  checks = 0;
  /** What was asked for, in the order of arrival. */
  readonly performed: (UpgradeScope | undefined)[] = [];
  readonly #stored = new Set<string>();
  /** What is stored now. */
  get stored(): readonly string[] {
    return [...this.#stored];
  }

  /** Whether the nodes know of all that is stored. */
  isLoaded = true;
  readonly #step: (step: string) => Promise<void>;

  constructor(step: (step: string) => Promise<void>) {
    this.#step = step;
  }

  check(): Promise<UpgradeOffer> {
    this.checks += 1;
    return Promise.resolve({ type: 'offer', actions: this.offered });
  }

  async fetch(actions: readonly UpgradeAction[]): Promise<JsonObject> {
    const roles = actions.map(({ name }) => {
      if (this.#stored.has(name)) return [name, { description: 'new' }] as const;
      return [
        name,
        this.offered.some((action) => isOf(action, name, 'modify')) ? { description: 'theirs' } : null,
      ] as const;
    });
    await this.#step('fetchRoles');
    return { roles: Object.fromEntries(roles) };
  }

  async perform(scope: UpgradeScope | undefined): ReturnType<UpgradeApi['perform']> {
    await this.#step('perform');
    this.performed.push(scope);
    if (this.refusal !== undefined) return { type: 'refused', words: this.refusal };
    const meanwhile = this.failures.left > 0 ? this.failures.meanwhile : undefined;
    this.failures.left -= 1;
    if (meanwhile === 'made') this.offered = this.offered.map((action) => ({ ...action, verb: 'modify' }));
    if (meanwhile === 'made' || meanwhile === 'nothing') return { type: 'failed', words: 'see the log' };
    if (this.offered.length === 0) return { type: 'refused', words: 'no differences' };
    const done = this.offered.filter(({ name }) => scope?.entities.includes(name) ?? true);
    for (const { name } of done) this.#stored.add(name);
    if (!this.isStubborn) this.offered = this.offered.filter((action) => !done.includes(action));
    this.isLoaded = false;
    await this.#step('performed');
    return meanwhile === 'stored' ? { type: 'failed', words: 'see the log' } : { type: 'performed' };
  }

  async restore(before: JsonObject): Promise<string | undefined> {
    await this.#step('restore');
    for (const [name, value] of Object.entries((before['roles'] ?? {}) as JsonObject)) {
      if (value === null) this.#stored.delete(name);
      if (value === null) this.offered = [...this.offered, { document: 'roles', verb: 'add', name }];
    }
    await this.#step('restored');
    return undefined;
  }

  async load(): Promise<string | undefined> {
    await this.#step('flush');
    this.isLoaded = true;
    return undefined;
  }
}
