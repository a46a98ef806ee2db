import { randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { toKubeconfig } from '../stack/kubeconfig.ts';
import { OperatorProcess } from './operator-process.ts';
import { adminCertificate, realStack, type RealStack } from './real-stack.ts';
import { RecordingProxy } from './recording-proxy.ts';
import { Rest } from './rest.ts';
import { HOME, Rights } from './rights.ts';
import { waitFor } from './wait-for.ts';

export interface Condition {
  readonly type: string;
  readonly status: string;
  readonly reason: string;
  readonly message: string;
  readonly lastTransitionTime: string;
  readonly observedGeneration?: number;
}

/** A custom resource as the API server returns it. */
export interface LiveObject {
  readonly metadata: {
    readonly name: string;
    readonly uid: string;
    readonly resourceVersion: string;
    readonly generation: number;
    readonly finalizers?: readonly string[];
    readonly deletionTimestamp?: string;
  };
  readonly spec: unknown;
  readonly status: {
    readonly observedGeneration?: number;
    readonly conditions?: readonly Condition[];
    readonly resourceName?: string;
    readonly plannedChanges?: readonly string[];
    readonly lastHandledReconcileAt?: string;
    readonly [field: string]: unknown;
  };
}

const GROUP = 'security.opensearch.org/v1alpha1';
const PLURALS: Readonly<Record<string, string>> = {
  OpenSearchConnection: 'opensearchconnections',
  OpenSearchActionGroup: 'opensearchactiongroups',
  OpenSearchTenant: 'opensearchtenants',
  OpenSearchRole: 'opensearchroles',
  OpenSearchUser: 'opensearchusers',
  OpenSearchRoleMapping: 'opensearchrolemappings',
  OpenSearchSecurityConfig: 'opensearchsecurityconfigs',
};

export type KindName =
  | 'OpenSearchConnection'
  | 'OpenSearchActionGroup'
  | 'OpenSearchTenant'
  | 'OpenSearchRole'
  | 'OpenSearchUser'
  | 'OpenSearchRoleMapping'
  | 'OpenSearchSecurityConfig';

/** The documents that the tests write, in an order in which all of them can be cleaned. */
export const DOCUMENTS = ['rolesmapping', 'internalusers', 'roles', 'tenants', 'actiongroups'] as const;

/** Somebody who logs in. */
export interface Login {
  readonly username: string;
  readonly password: string;
}

/** Who OpenSearch says that somebody is; no roles where it does not let them in. */
export interface Who {
  readonly status: number;
  readonly roles: readonly string[];
}

/** Whether a name in OpenSearch begins with the namespace of a scenario, be it one of a test beside this one. */
export function isOfScenario(name: string): boolean {
  return /^t-[0-9a-f]{8}/.test(name);
}

/** One of several operators. */
export interface Replica {
  readonly process: OperatorProcess;
  /** Its way to the API server. */
  readonly proxy: RecordingProxy;
}

/**
 * A namespace of its own on the real API server, the real OpenSearch behind a proxy that counts, and an operator for it
 * with the rights that the chart gives.
 */
export class Scenario {
  readonly real: RealStack;
  /** Unique; names in OpenSearch begin with it, so that tests do not meet. */
  readonly namespace: string;
  readonly kube: Rest;
  /** OpenSearch with the admin certificate, past the proxy: what is really there. */
  readonly search: Rest;
  readonly searchProxy: RecordingProxy;
  readonly kubeProxy: RecordingProxy;
  readonly rights: Rights;
  readonly #folder: string;
  readonly #operators: OperatorProcess[] = [];
  readonly #replicaProxies: RecordingProxy[] = [];

  private constructor(
    parts: Pick<Scenario, 'real' | 'namespace' | 'kube' | 'search' | 'searchProxy' | 'kubeProxy' | 'rights'>,
  ) {
    ({ real: this.real, namespace: this.namespace, kube: this.kube, search: this.search } = parts);
    ({ searchProxy: this.searchProxy, kubeProxy: this.kubeProxy, rights: this.rights } = parts);
    this.#folder = mkdtempSync(join(tmpdir(), 'scenario-'));
  }

  /** @param shards as many as operators may be told to share */
  static async start(real?: RealStack, shards = 1): Promise<Scenario> {
    return Scenario.#on(real ?? (await realStack()), shards);
  }

  static async #on(real: RealStack, shards: number): Promise<Scenario> {
    const { stack, cluster, caPem } = real;
    const node = cluster.nodes[0];
    const kubeCa = readFileSync(stack.apiServer.caPath, 'utf8');
    const kube = new Rest({
      url: stack.apiServer.url,
      caPem: kubeCa,
      headers: { authorization: `Bearer ${stack.apiServer.token}` },
      patchType: 'application/merge-patch+json',
    });
    const search = new Rest({
      url: node?.url ?? '',
      caPem,
      ...adminCertificate(cluster),
    });
    const searchProxy = await RecordingProxy.start({ url: node?.url ?? '', caPem }, stack.ca);
    const kubeProxy = await RecordingProxy.start({ url: stack.apiServer.url, caPem: kubeCa }, stack.ca);
    const namespace = `t-${randomBytes(4).toString('hex')}`;
    await kube.ok('POST', '/api/v1/namespaces', { metadata: { name: namespace } });
    const rights = await Rights.grant(kube, namespace, shards);
    return new Scenario({ real, namespace, kube, search, searchProxy, kubeProxy, rights });
  }

  /** The connection `default`, in use by an operator. */
  async startConnected(): Promise<void> {
    await this.connect();
    this.startOperator();
    await this.untilReason('OpenSearchConnection', 'default', 'Connected');
  }

  /** The Secrets and the connection `default`, through the proxy, as admin. */
  async connect(spec: object = {}): Promise<void> {
    const { username, password } = this.real.cluster;
    await this.secret('opensearch-admin', { username, password });
    await this.secret('opensearch-ca', { 'ca.crt': this.real.caPem });
    await this.create('OpenSearchConnection', 'default', { ...this.connectionSpec(), ...spec });
  }

  /** The connection `default` with the certificate of an administrator, without a proxy. */
  async connectAsAdmin(spec: object = {}): Promise<void> {
    const { cluster } = this.real;
    await this.adminSecret('opensearch-admin-cert');
    const auth = { clientCertificate: { secretRef: { name: 'opensearch-admin-cert' } } };
    await this.connect({ endpoints: [cluster.nodes[0]?.url], auth, ...spec });
  }

  /** A Secret with the certificate of an administrator. */
  async adminSecret(name: string): Promise<void> {
    const { certPem, keyPem } = adminCertificate(this.real.cluster);
    await this.secret(name, { 'tls.crt': certPem, 'tls.key': keyPem });
  }

  connectionSpec(): object {
    return {
      endpoints: [this.searchProxy.url],
      auth: { basic: { secretRef: { name: 'opensearch-admin' } } },
      tls: { caRef: { kind: 'Secret', name: 'opensearch-ca', key: 'ca.crt' } },
      driftDetection: { intervalSeconds: 5 },
    };
  }

  startOperator(...flags: readonly string[]): OperatorProcess {
    return this.#startOperator(this.kubeProxy, flags);
  }

  /** One of several operators, with a way of its own to the API server. */
  async startReplica(...flags: readonly string[]): Promise<Replica> {
    const { apiServer, ca } = this.real.stack;
    const caPem = readFileSync(apiServer.caPath, 'utf8');
    const proxy = await RecordingProxy.start({ url: apiServer.url, caPem }, ca);
    this.#replicaProxies.push(proxy);
    const election = ['--leader-elect', 'true', '--leader-election-id', this.rights.account];
    return { proxy, process: this.#startOperator(proxy, [...election, ...flags]) };
  }

  #startOperator(way: RecordingProxy, flags: readonly string[]): OperatorProcess {
    const operator = OperatorProcess.start(this.#kubeconfig(way), [...this.rights.flags, ...flags]);
    this.#operators.push(operator);
    return operator;
  }

  async secret(name: string, values: Readonly<Record<string, string>>): Promise<void> {
    const data = Object.fromEntries(
      Object.entries(values).map(([key, value]) => [key, Buffer.from(value).toString('base64')]),
    );
    const path = `/api/v1/namespaces/${this.namespace}/secrets`;
    const answer = await this.kube.call('POST', path, { metadata: { name }, data });
    if (answer.status === 409) await this.kube.ok('PUT', `${path}/${name}`, { metadata: { name }, data });
    else if (answer.status >= 300) throw new Error(`secret ${name}: ${JSON.stringify(answer.body)}`);
  }

  /** The values of a Secret; undefined when there is none. */
  async secretValues(name: string): Promise<Readonly<Record<string, string>> | undefined> {
    const answer = await this.kube.call('GET', `/api/v1/namespaces/${this.namespace}/secrets/${name}`);
    if (answer.status === 404) return undefined;
    const { data } = answer.body as { readonly data: Readonly<Record<string, string>> };
    return Object.fromEntries(
      Object.entries(data).map(([key, value]) => [key, Buffer.from(value, 'base64').toString()]),
    );
  }

  async deleteSecret(name: string): Promise<void> {
    await this.kube.ok('DELETE', `/api/v1/namespaces/${this.namespace}/secrets/${name}`);
  }

  async create(kind: KindName, name: string, spec: object): Promise<LiveObject> {
    return this.kube.ok<LiveObject>('POST', this.#path(kind), { apiVersion: GROUP, kind, metadata: { name }, spec });
  }

  /** A merge patch. */
  async patch(kind: KindName, name: string, patch: object): Promise<LiveObject> {
    return this.kube.ok<LiveObject>('PATCH', `${this.#path(kind)}/${name}`, patch);
  }

  async delete(kind: KindName, name: string): Promise<void> {
    await this.kube.ok('DELETE', `${this.#path(kind)}/${name}`);
  }

  async get(kind: KindName, name: string): Promise<LiveObject | undefined> {
    const answer = await this.kube.call('GET', `${this.#path(kind)}/${name}`);
    return answer.status === 404 ? undefined : (answer.body as LiveObject);
  }

  async list(kind: KindName): Promise<readonly LiveObject[]> {
    return (await this.kube.ok<{ items: readonly LiveObject[] }>('GET', this.#path(kind))).items;
  }

  /** Waits until the object, as it is now, has this reason. @returns it */
  async untilReason(kind: KindName, name: string, reason: string): Promise<LiveObject> {
    return this.until(kind, name, {
      what: `reason ${reason}`,
      isThere: (object) => isSettled(object) && readyOf(object)?.reason === reason,
    });
  }

  /** Waits until the object is what it should be; fails with what it was last, and what the operators said. @returns it */
  async until(
    kind: KindName,
    name: string,
    { what, isThere }: { readonly what: string; readonly isThere: (object: LiveObject) => boolean },
  ): Promise<LiveObject> {
    let seen: LiveObject | undefined;
    return waitFor(`${kind} ${name} with ${what}`, async () => {
      seen = await this.get(kind, name);
      return seen !== undefined && isThere(seen) ? seen : undefined;
    }).catch((error: unknown) => {
      throw new Error(`${String(error)}\nlast seen:\n${spellConditions(seen)}\nlog:\n${this.log.slice(-3000)}`);
    });
  }

  async untilGone(kind: KindName, name: string, timeoutMs?: number): Promise<void> {
    await waitFor(
      `${kind} ${name} gone`,
      async () => ((await this.get(kind, name)) === undefined ? true : undefined),
      timeoutMs,
    );
  }

  async untilAllReady(kinds: readonly KindName[], timeoutMs?: number): Promise<void> {
    await waitFor(
      `all of ${kinds.join(', ')} ready`,
      async () => ((await this.notReady(kinds)).length === 0 ? true : undefined),
      timeoutMs,
    );
  }

  async notReady(kinds: readonly KindName[]): Promise<readonly LiveObject[]> {
    const lists = await Promise.all(kinds.map((kind) => this.list(kind)));
    return lists.flat().filter((object) => !isSettled(object) || readyOf(object)?.status !== 'True');
  }

  async events(
    name: string,
  ): Promise<readonly { readonly reason: string; readonly message: string; readonly type: string }[]> {
    const path = `/api/v1/namespaces/${this.namespace}/events?fieldSelector=involvedObject.name=${name}`;
    return (await this.kube.ok<{ items: { reason: string; message: string; type: string }[] }>('GET', path)).items;
  }

  /** Everything in the namespace that the operator writes, but Secrets: objects with their status, events and the ledger. */
  async everythingTold(): Promise<string> {
    const core = ['events', 'configmaps'].map((plural) => `/api/v1/namespaces/${this.namespace}/${plural}`);
    const paths = [...core, ...(Object.keys(PLURALS) as KindName[]).map((kind) => this.#path(kind))];
    return (await Promise.all(paths.map((path) => this.kube.ok('GET', path))))
      .map((list) => JSON.stringify(list))
      .join('\n');
  }

  /** One entity as OpenSearch has it; undefined when it has none. */
  async entity(document: string, name: string): Promise<Readonly<Record<string, unknown>> | undefined> {
    const all = await this.search.ok<Readonly<Record<string, Readonly<Record<string, unknown>>>>>(
      'GET',
      `/_plugins/_security/api/${document}`,
    );
    return all[name];
  }

  /** A bulk PATCH behind the operator's back. */
  async change(document: string, operations: readonly object[]): Promise<void> {
    await waitFor(`outside change of ${document}`, async () => {
      const answer = await this.search.call('PATCH', `/_plugins/_security/api/${document}`, operations);
      if (answer.status === 409) return undefined;
      if (answer.status >= 300) throw new Error(JSON.stringify(answer.body));
      return true;
    });
  }

  /** Somebody who gets in with a password and has nothing to do with the operator. */
  async person(): Promise<Login> {
    const login = { username: `${this.namespace}-jane`, password: randomBytes(12).toString('base64url') };
    const { username, password } = login;
    await this.change('internalusers', [{ op: 'add', path: `/${username}`, value: { password } }]);
    return login;
  }

  /** Logs in with a password, on the first node unless another is named. */
  async logIn({ username, password }: Login, node = 0): Promise<Who> {
    const authorization = `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
    const { cluster, caPem } = this.real;
    const rest = new Rest({ url: cluster.nodes[node]?.url ?? '', caPem, headers: { authorization } });
    const { status, body } = await rest.call('GET', '/_plugins/_security/authinfo').finally(() => rest.close());
    return { status, roles: status === 200 ? (body as Who).roles : [] };
  }

  async untilLogIn(login: Login, status: 200 | 401, timeoutMs?: number): Promise<void> {
    const look = async (): Promise<true | undefined> =>
      (await this.logIn(login)).status === status ? true : undefined;
    await waitFor(`${login.username} to be answered ${status}`, look, timeoutMs);
  }

  get log(): string {
    return this.#operators.map((operator) => operator.output).join('\n');
  }

  /**
   * Ends the operators, lets the namespace go whatever holds it, and removes what the tests left in OpenSearch. An operator for
   * the whole cluster that starts afterwards sees nothing of it.
   */
  async stop(): Promise<void> {
    await Promise.all(this.#operators.map((operator) => operator.kill()));
    for (const kind of Object.keys(PLURALS) as KindName[]) {
      await this.kube.call('DELETE', this.#path(kind));
      for (const { metadata } of await this.list(kind)) {
        if (metadata.finalizers !== undefined)
          await this.kube.call('PATCH', `${this.#path(kind)}/${metadata.name}`, { metadata: { finalizers: null } });
      }
    }
    await this.kube.call('DELETE', `/api/v1/namespaces/${this.namespace}`);
    await this.rights.revoke();
    for (const document of DOCUMENTS) await this.#clean(document);
    await Promise.all(this.#replicaProxies.map((proxy) => proxy.stop()));
    await Promise.all([this.searchProxy.stop(), this.kubeProxy.stop(), this.kube.close(), this.search.close()]);
    rmSync(this.#folder, { recursive: true, force: true });
  }

  async #clean(document: string): Promise<void> {
    const all = await this.search.ok<Readonly<Record<string, object>>>('GET', `/_plugins/_security/api/${document}`);
    const ours = Object.keys(all).filter((name) => name.startsWith(this.namespace));
    const operations = ours.map((name) => ({
      op: 'remove',
      path: `/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`,
    }));
    if (operations.length > 0) await this.change(document, operations);
  }

  #path(kind: KindName): string {
    return `/apis/${GROUP}/namespaces/${this.namespace}/${PLURALS[kind] ?? ''}`;
  }

  #kubeconfig(way: RecordingProxy): string {
    const { ca } = this.real.stack;
    const path = join(this.#folder, `kubeconfig-${new URL(way.url).port}`);
    const entry = { server: way.url, ca: { path: ca.certPath }, token: this.rights.token, namespace: HOME };
    writeFileSync(path, toKubeconfig(entry), { mode: 0o600 });
    return path;
  }
}

export function readyOf(object: LiveObject): Condition | undefined {
  return conditionOf(object, 'Ready');
}

export function conditionOf(object: LiveObject, type: string): Condition | undefined {
  return object.status.conditions?.find((condition) => condition.type === type);
}

function spellConditions(object: LiveObject | undefined): string {
  const all = object?.status.conditions ?? [];
  return all
    .map((one) => `${one.type} ${one.status} ${one.reason} ${one.lastTransitionTime} ${one.message}`)
    .join('\n');
}

/** Whether the status is about the spec as it is now. */
function isSettled(object: LiveObject): boolean {
  return object.status.observedGeneration === object.metadata.generation;
}
