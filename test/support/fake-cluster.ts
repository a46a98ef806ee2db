import type {
  Cluster,
  FlushAnswer,
  Identity,
  PasswordAnswer,
  ReloadAnswer,
  WriteAnswer,
} from '../../src/commit/cluster.ts';
import type { CertificateEnd } from '../../src/desired/certificate-end.ts';
import {
  AnotherClusterError,
  EndpointDisabledError,
  NotInForceError,
  NotInitializedError,
  type OperatorError,
} from '../../src/errors.ts';
import type { JsonValue } from '../../src/generated/json-value.ts';
import type { DocumentName } from '../../src/kinds/kind.ts';
import { FakeConfiguration } from './fake-configuration.ts';
import { patchBody, type Operation } from '../../src/plan/operation.ts';

type Fields = Readonly<Record<string, JsonValue>>;

/** What the server adds to each entity when it is read. */
const DEFAULTS: Readonly<Record<DocumentName, Fields>> = {
  roles: { cluster_permissions: [], index_permissions: [], tenant_permissions: [] },
  tenants: {},
  actiongroups: { allowed_actions: [] },
  internalusers: { hash: '', backend_roles: [], attributes: {}, opendistro_security_roles: [] },
  securityconfig: {},
  rolesmapping: { hosts: [], users: [], backend_roles: [], and_backend_roles: [] },
};

/**
 * An OpenSearch cluster in memory. It keeps documents and refuses as the real one does: a bulk PATCH is all or nothing,
 * a reserved entity is named, an invalid one is not, and a PATCH that changes nothing is not even checked.
 */
export class FakeCluster implements Cluster {
  identity: Identity;
  readonly configuration = new FakeConfiguration(() => this.outage);
  /** What the nodes work with. */
  readonly #loaded = new Map<string, string>();
  readonly #documents = new Map<DocumentName, Map<string, Fields>>();
  /** Names that are refused, with the server's words. */
  readonly poison = new Map<string, string>();
  /** Thrown by every request while it is set. */
  outage: OperatorError | undefined;
  /** Thrown by every look at a document while it is set. */
  outageOfReads: OperatorError | undefined;
  /** Thrown by every PATCH while it is set; stores nothing. */
  outageOfWrites: OperatorError | undefined;
  /** Names whose entities are stored and then loaded by no node. */
  readonly unloadable = new Set<string>();
  /** Thrown by the next PATCH only, which stores nothing. */
  nextPatchFails: OperatorError | undefined;
  /** What somebody else does just before a PATCH arrives. */
  beforePatch: () => void | Promise<void> = () => undefined;
  /** Thrown by the next PATCH only, which is carried out. */
  nextAnswerIsLost: OperatorError | undefined;
  /** Every PATCH that arrived, whatever was answered. */
  readonly patches: { readonly document: DocumentName; readonly operations: readonly Operation[] }[] = [];
  reads = 0;
  /** Ids of the nodes that are there. */
  nodes: readonly string[] = ['node-1'];
  flushes = 0;
  /** Methods of documents that are disabled for us, such as `PATCH roles`. */
  readonly disabled = new Set<string>();
  /** Whether the plugin says of itself that it is down. */
  isDown = false;
  flushAnswer: FlushAnswer = { type: 'flushed' };
  /** Of the nodes; undefined when we may not see them. */
  certificates: readonly CertificateEnd[] | undefined;
  ownCertificates: readonly CertificateEnd[] = [];
  reloadAnswers: readonly ReloadAnswer[] = [{ endpoint: 'https://opensearch.example:9200' }];
  /** How often each of these was asked for. */
  readonly asked = { health: 0, certificates: 0, reload: 0 };
  readonly care = this.#care();
  /** Every password that we wanted for ourselves, whatever was answered. */
  readonly passwords: string[] = [];
  /** Decides about a new password; throws what breaks the connection. */
  onPassword: (password: string) => PasswordAnswer = () => ({ type: 'changed' });
  /** PATCHes that changed something. */
  writes = 0;
  /** What answers in its place, since its endpoints lead there now; without any failure. */
  movedTo: FakeCluster | undefined;

  /** @param clusterUuid `null` when it may not be asked */
  constructor(clusterUuid: string | null = 'cluster-1') {
    this.identity = {
      version: '3.4.0',
      ...(clusterUuid === null ? {} : { clusterUuid }),
      apiPrefix: 'Plugins',
      authenticatedAs: { name: 'operator', method: 'Basic' },
      pluginHealth: { status: 'UP', mode: 'strict' },
      self: { name: 'operator', method: 'Basic', isAdmin: false, backendRoles: ['admin'], roles: ['all_access'] },
    };
  }

  /** Changes an entity behind everybody's back. */
  put(document: DocumentName, name: string, entity: Fields): void {
    this.#document(document).set(name, entity);
  }

  drop(document: DocumentName, name: string): void {
    this.#document(document).delete(name);
  }

  names(document: DocumentName): readonly string[] {
    return [...this.#document(document).keys()].sort();
  }

  get(document: DocumentName, name: string): Fields | undefined {
    return this.#document(document).get(name);
  }

  #care(): Cluster['care'] {
    const answer = <T>(value: T): Promise<T> =>
      this.outage === undefined ? Promise.resolve(value) : Promise.reject(this.outage);
    const ownCertificates = (): readonly CertificateEnd[] => this.ownCertificates;
    return {
      health: () => {
        this.asked.health += 1;
        if (this.isDown) return Promise.reject(new NotInitializedError('the plugin says that it is DOWN'));
        return answer(this.identity.pluginHealth);
      },
      nodeCertificates: () => {
        this.asked.certificates += 1;
        return answer(this.certificates);
      },
      get ownCertificates() {
        return ownCertificates();
      },
      reloadCertificates: () => {
        this.asked.reload += 1;
        return answer(this.reloadAnswers);
      },
    };
  }

  fetchNodes(): Promise<readonly string[]> {
    const [ours, theirs] = [this, this.movedTo].map((cluster) => cluster?.identity.clusterUuid);
    if (ours !== undefined && theirs !== undefined && ours !== theirs)
      return Promise.reject(new AnotherClusterError(`cluster ${theirs} answers where ${ours} did before`));
    return Promise.resolve(this.nodes);
  }

  flushCache(): Promise<FlushAnswer> {
    this.flushes += 1;
    return this.outage === undefined ? Promise.resolve(this.flushAnswer) : Promise.reject(this.outage);
  }

  changePassword(password: string): Promise<PasswordAnswer> {
    this.passwords.push(password);
    // A decision that throws is an answer that breaks the connection.
    return Promise.resolve(password).then(this.onPassword);
  }

  fetchDocument(document: DocumentName): Promise<Readonly<Record<string, unknown>>> {
    if (this.movedTo !== undefined) return this.movedTo.fetchDocument(document);
    this.reads += 1;
    if (this.disabled.has(`GET ${document}`)) return Promise.reject(new EndpointDisabledError(`no GET of ${document}`));
    const outage = this.outage ?? this.outageOfReads;
    if (outage !== undefined) return Promise.reject(outage);
    const flags = { reserved: false, hidden: false, static: false };
    const spelled = [...this.#document(document)].map(([name, entity]) => [
      name,
      { ...flags, ...DEFAULTS[document], ...entity },
    ]);
    return Promise.resolve(JSON.parse(JSON.stringify(Object.fromEntries(spelled))) as Record<string, unknown>);
  }

  patchDocument(document: DocumentName, operations: readonly Operation[]): Promise<WriteAnswer> {
    if (this.movedTo !== undefined) return this.movedTo.patchDocument(document, operations);
    this.patches.push({ document, operations });
    if (this.disabled.has(`PATCH ${document}`))
      return Promise.reject(new EndpointDisabledError(`no PATCH of ${document}`));
    const others = this.beforePatch();
    return others === undefined
      ? this.#answerTo(document, operations)
      : others.then(() => this.#answerTo(document, operations));
  }

  #answerTo(document: DocumentName, operations: readonly Operation[]): Promise<WriteAnswer> {
    const failure = this.outage ?? this.outageOfWrites ?? this.nextPatchFails;
    this.nextPatchFails = undefined;
    if (failure !== undefined) return Promise.reject(failure);
    const answer = this.#patch(document, operations);
    const isLoaded = !operations.some(({ type, name }) => type === 'add' && this.unloadable.has(name));
    const isAsBefore = operations.every(
      ({ name }) => this.#loaded.get(`${document}/${name}`) === this.#spelled(document, name),
    );
    if (!isLoaded && !isAsBefore) return Promise.reject(new NotInForceError('Error Failed node [node-1]'));
    for (const { name } of operations) this.#loaded.set(`${document}/${name}`, this.#spelled(document, name));
    const lost = this.nextAnswerIsLost;
    this.nextAnswerIsLost = undefined;
    return lost === undefined ? Promise.resolve(answer) : Promise.reject(lost);
  }

  #spelled(document: DocumentName, name: string): string {
    return JSON.stringify(withoutDefaults(this.get(document, name)));
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  #patch(document: DocumentName, operations: readonly Operation[]): WriteAnswer {
    const before = this.#document(document);
    const after = new Map(before);
    // The real server patches the document without defaults: an empty field that is sent is a difference to it.
    const patched = new Map([...before].map(([name, entity]) => [name, withoutDefaults(entity)]));
    const unpatched = spell(patched);
    const changes = JSON.parse(patchBody(operations)) as { op: string; path: string; value?: Fields }[];
    for (const { op, path, value } of changes) {
      // The real server decodes pointers twice.
      const name = decodePointer(decodePointer(path.slice(1)));
      if (op === 'remove') {
        after.delete(name);
        patched.delete(name);
      } else if (value !== undefined) {
        after.set(name, document === 'internalusers' ? withHash(value, before.get(name)) : value);
        patched.set(name, value);
      }
    }
    if (spell(patched) === unpatched) return { type: 'unchanged' };
    const refusal = operations
      .map((operation) => this.#refusal(before, operation.name) ?? this.#missingRole(document, operation))
      .find((answer) => answer !== undefined);
    if (refusal !== undefined) return refusal;
    this.#documents.set(document, after);
    this.writes += 1;
    return { type: 'stored' };
  }

  /** Nothing may name a role that is not there. */
  #missingRole(document: DocumentName, operation: Operation): WriteAnswer | undefined {
    if (operation.type === 'remove') return undefined;
    const entity = JSON.parse(operation.value) as Fields;
    const held = (entity['opendistro_security_roles'] ?? []) as readonly string[];
    const roles = document === 'rolesmapping' ? [operation.name] : held;
    const missing = roles.find((role) => this.get('roles', role) === undefined);
    return missing === undefined ? undefined : { type: 'refused', words: `role '${missing}' not found.` };
  }

  #refusal(document: ReadonlyMap<string, Fields>, name: string): WriteAnswer | undefined {
    const entity = document.get(name);
    if (entity?.['reserved'] === true) return { type: 'refused', words: `Resource '${name}' is reserved.`, name };
    if (entity?.['static'] === true) return { type: 'refused', words: `Resource '${name}' is static.`, name };
    const words = this.poison.get(name);
    return words === undefined ? undefined : { type: 'refused', words };
  }

  #document(document: DocumentName): Map<string, Fields> {
    const present = this.#documents.get(document);
    if (present !== undefined) return present;
    const created = new Map<string, Fields>();
    this.#documents.set(document, created);
    return created;
  }
}

export function decodePointer(part: string): string {
  return part.replaceAll('~1', '/').replaceAll('~0', '~');
}

/** A password is kept as a hash that is another one each time; who is written without one keeps the hash of before. */
function withHash({ password, ...fields }: Fields, before: Fields = {}): Fields {
  if (password !== undefined) return { ...fields, hash: `hash by the server of ${JSON.stringify(password)}` };
  const { hash } = before;
  return hash === undefined ? fields : { hash, ...fields };
}

/** The same for the same entities, whatever the order of their fields. */
function spell(document: ReadonlyMap<string, unknown>): string {
  const entries = [...document].sort(([a], [b]) => (a < b ? -1 : 1));
  return JSON.stringify(entries, (_key, value: unknown) => (isObject(value) ? sorted(value) : value));
}

function withoutDefaults(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutDefaults);
  if (!isObject(value)) return value;
  const kept = Object.entries(value).map(([key, field]) => [key, withoutDefaults(field)] as const);
  return Object.fromEntries(kept.filter(([, field]) => !isDefault(field)));
}

function isDefault(field: unknown): boolean {
  if (field === null || field === false || field === '') return true;
  return typeof field === 'object' && Object.keys(field).length === 0;
}

function sorted(value: object): object {
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
