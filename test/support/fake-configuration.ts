import type { ConfigApi, Login, Look, UpgradeStatus } from '../../src/commit/config/config-api.ts';
import { patchFor, rootOf, toRoot } from '../../src/commit/config/config-wire.ts';
import type { WriteAnswer } from '../../src/commit/cluster.ts';
import type { OperatorError } from '../../src/errors.ts';
import type { JsonObject } from '../../src/generated/json-value.ts';
import type { ConfigChange, ConfigDocument } from '../../src/plan/config/config-change.ts';
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
  /** Words with which the next PATCH is refused. */
  refusal: string | undefined;
  readonly patches: { readonly document: ConfigDocument; readonly changes: readonly ConfigChange[] }[] = [];
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
    return { type: 'there', root: this.tree[rootOf(document)] ?? {} };
  }

  async patch(document: ConfigDocument, changes: readonly ConfigChange[], base: ConfigTree): Promise<WriteAnswer> {
    await this.#step('patch');
    const words = this.refusal;
    this.refusal = undefined;
    if (words !== undefined) return { type: 'refused', words };
    this.patches.push({ document, changes });
    for (const operation of patchFor(document, changes, base)) {
      const value = operation.op === 'add' ? operation.value : undefined;
      const path = [rootOf(document), ...this.#path(document, operation.path)];
      const isEntry = document === 'nodesdn' && value !== undefined;
      const stored = isEntry ? valueAt(toRoot('nodesdn', { entry: value }), ['entry']) : value;
      this.tree = withValue(this.tree, path, stored);
    }
    await this.#step('patched');
    return { type: 'stored' };
  }

  async prove(): Promise<string | undefined> {
    await this.#step('prove');
    return this.shutOut(this.tree);
  }

  async logIn(login: Login): Promise<boolean> {
    await this.#step('logIn');
    return this.letsIn(login, this.tree);
  }

  upgrade: UpgradeStatus = { available: false, changes: [] };

  checkUpgrade(): Promise<UpgradeStatus> {
    return Promise.resolve(this.upgrade);
  }

  answers(): Promise<boolean> {
    return Promise.resolve(true);
  }

  async asRescuer<T>(use: (api: Pick<ConfigApi, 'fetch' | 'patch'>) => Promise<T>): Promise<T> {
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
