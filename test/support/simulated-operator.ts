import { randomBytes } from 'node:crypto';
import { AuthenticationError } from '../../src/errors.ts';
import { ConfigBackups } from '../../src/commit/config/config-backups.ts';
import { Ledger } from '../../src/commit/ledger.ts';
import type { Condition, ObjectStatus } from '../../src/desired/resource.ts';
import type { OpenSearchSettings } from '../../src/commit/cluster.ts';
import type { OpenWriters } from '../../src/engine/shard-sessions.ts';
import {
  startOperator,
  type Election,
  type OperatorOptions,
  type RunningOperator,
} from '../../src/engine/start-operator.ts';
import type { ClusterPlace, Patience } from '../../src/engine/world.ts';
import type { OpenSearchConnectionSpec } from '../../src/generated/opensearch-connection.ts';
import { kinds } from '../../src/kinds/index.ts';
import type { Log } from '../../src/log.ts';
import { createMetrics } from '../../src/metrics.ts';
import { EventRecorder } from '../../src/status/event-recorder.ts';
import { ObjectWriter } from '../../src/status/object-writer.ts';
import { SecretWriter } from '../../src/status/secret-writer.ts';
import { FinalizerQueue } from '../../src/status/finalizer-queue.ts';
import { StatusQueue } from '../../src/status/status-queue.ts';
import { FakeClock } from './fake-clock.ts';
import { FakeCluster } from './fake-cluster.ts';
import { FakeKubernetes } from './fake-kubernetes.ts';
import { FakePasswords } from './fake-passwords.ts';

export const ROLES = 'opensearchroles';
export const TENANTS = 'opensearchtenants';
export const ACTION_GROUPS = 'opensearchactiongroups';
export const USERS = 'opensearchusers';
export const MAPPINGS = 'opensearchrolemappings';
export const CONFIGS = 'opensearchsecurityconfigs';
export const CONNECTIONS = 'opensearchconnections';

export interface Name {
  readonly name: string;
  readonly namespace?: string;
}

const PATIENCE: Omit<Patience, 'finalizersFirst'> = {
  stallAfterMs: 600_000,
  deletionGraceMs: 300_000,
  connectionLingerMs: 5000,
};

/** The whole operator on a fake clock, between an API server and an OpenSearch cluster in memory. */
export class SimulatedOperator {
  readonly clock = new FakeClock();
  readonly kubernetes = new FakeKubernetes(() => this.clock.now());
  cluster = new FakeCluster();
  readonly metrics = createMetrics();
  /** Even a single object is written before it has its finalizer, as otherwise only those of a large batch are. */
  finalizersFirst = 0;
  readonly passwords = new FakePasswords(this.clock);
  /** Lets the user `operator` in only with the password that is in force. */
  guardLogin = false;
  /** Every line of the log, at all levels. */
  readonly logged: string[] = [];
  /** The password of ours that the cluster takes; any while it is undefined. */
  passwordInForce: string | undefined;
  /** What happens after a login with another one. */
  onRefusedLogin: (password: string) => void = () => undefined;
  /** The settings of every attempt to open the cluster. */
  readonly opened: OpenSearchSettings[] = [];
  /** Whether who looks from outside is told that it leads. */
  isToldToLead = false;
  /** Leads the one shard at once, unless told otherwise. */
  election: Omit<Election, 'openWriters'> = {
    ...{ shards: 1, hasOthers: false },
    run: (serve, signal) => serve(0, signal, () => (this.isToldToLead = true)),
  };
  #stop = new AbortController();
  #running: RunningOperator | undefined;

  /** With a Secret `admin` and a connection `default` in the namespace `team-a`. */
  constructor() {
    for (const name of ['team-a', 'team-b', 'platform'])
      this.kubernetes.create('namespaces', '', { metadata: { name, namespace: '' } });
    this.putSecret('admin', { username: 'operator', password: 'secret-password' });
    this.connect();
  }

  putSecret(name: string, values: Readonly<Record<string, string>>): void {
    const encoded = Object.entries(values).map(([key, value]) => [key, Buffer.from(value).toString('base64')]);
    this.#put('secrets', { name }, { data: Object.fromEntries(encoded) as unknown });
  }

  connect(spec: Partial<OpenSearchConnectionSpec> = {}, place: Name = { name: 'default' }): void {
    const auth = { basic: { secretRef: { name: 'admin' } } };
    this.#put(CONNECTIONS, place, { spec: { endpoints: ['https://opensearch.example:9200'], auth, ...spec } });
  }

  /** Creates an object or replaces its spec, as `kubectl apply` does. */
  apply(collection: string, { name, namespace = 'team-a' }: Name, spec: object = {}): void {
    this.#put(collection, { name, namespace }, { spec });
  }

  annotate(collection: string, { name, namespace = 'team-a' }: Name, annotations: Record<string, string | null>): void {
    this.kubernetes.edit(collection, namespace, {
      metadata: { name, annotations: annotations as Record<string, string> },
    });
  }

  delete(collection: string, { name, namespace = 'team-a' }: Name): void {
    this.kubernetes.delete(collection, namespace, name);
  }

  exists(collection: string, { name, namespace = 'team-a' }: Name): boolean {
    return this.kubernetes.get(collection, namespace, name) !== undefined;
  }

  status(collection: string, { name, namespace = 'team-a' }: Name): ObjectStatus {
    return this.kubernetes.get(collection, namespace, name)?.['status'] ?? {};
  }

  /** `Ready=True Applied`, or what else is told of an object. */
  ready(collection: string, place: Name): string {
    const condition = this.#condition(collection, place, 'Ready');
    return condition === undefined ? 'nothing' : `${condition.status} ${condition.reason}`;
  }

  message(collection: string, place: Name): string {
    return this.#condition(collection, place, 'Ready')?.message ?? '';
  }

  /** The reasons of all events, in the order in which they came. */
  get events(): readonly string[] {
    return this.kubernetes.all('events').map((event) => String(event['reason']));
  }

  get health(): RunningOperator['health'] {
    if (this.#running === undefined) throw new Error('start was not called');
    return this.#running.health;
  }

  /** How often anything was written to the API server, events and all. */
  get kubernetesWrites(): number {
    return this.kubernetes.requests.filter(({ method }) => method !== 'GET').length;
  }

  /** @param namespaces that are served; all when empty */
  async start(namespaces: readonly string[] = []): Promise<this> {
    this.#stop = new AbortController();
    const tools = this.#tools();
    const patience = { ...PATIENCE, finalizersFirst: this.finalizersFirst };
    const world = { ...tools, kinds, metrics: this.metrics, passwords: this.passwords, patience };
    const election = { ...this.election, openWriters: () => this.#openWriters() };
    this.#running = startOperator({ world, tools, namespaces, election }, this.#stop.signal);
    await this.clock.advance(2000);
    return this;
  }

  /** Ends as after SIGTERM. */
  async stop(): Promise<void> {
    this.#stop.abort();
    await this.clock.advance(0);
    await this.#running?.ended;
  }

  /** Ends, and begins anew with an empty memory. */
  async restart(): Promise<void> {
    await this.stop();
    await this.start();
  }

  async pass(ms = 2000): Promise<void> {
    await this.clock.advance(ms);
  }

  #tools(): OperatorOptions['tools'] {
    return { kubernetes: this.kubernetes.client, clock: this.clock, random: () => 0.5, log: this.#log() };
  }

  #openWriters(): OpenWriters {
    const tools = this.#tools();
    const { kubernetes, clock, log } = tools;
    const writer = new ObjectWriter(kubernetes);
    const statuses = new StatusQueue(writer, log);
    return {
      writer,
      statuses,
      finalizers: new FinalizerQueue({ writer, statuses }, tools),
      events: new EventRecorder({ ...tools, metrics: this.metrics, isClusterWide: true }),
      secrets: new SecretWriter(kubernetes, (count) => randomBytes(count)),
      configBackups: new ConfigBackups({ kubernetes, namespace: 'platform', clock }),
      openCluster: ({ settings }: ClusterPlace) => this.#open(settings),
      loadLedger: (...at) => Ledger.load(kubernetes, ...at),
      close: () => Promise.resolve(),
    };
  }

  #open(settings: OpenSearchSettings): Promise<FakeCluster> {
    this.opened.push(settings);
    const { auth } = settings;
    const expected = this.cluster.get('internalusers', 'operator')?.['hash'];
    if (this.guardLogin && auth.type === 'basic' && expected !== `hash of operator and ${auth.password}`)
      return Promise.reject(new AuthenticationError('wrong password'));
    const { passwordInForce } = this;
    if (passwordInForce !== undefined && auth.type === 'basic' && auth.password !== passwordInForce) {
      this.onRefusedLogin(auth.password);
      return Promise.reject(new AuthenticationError('wrong password'));
    }
    return this.cluster.outage === undefined ? Promise.resolve(this.cluster) : Promise.reject(this.cluster.outage);
  }

  #log(): Log {
    const write = (...line: readonly unknown[]): void => void this.logged.push(JSON.stringify(line));
    return { debug: write, info: write, warn: write, error: write };
  }

  #put(collection: string, { name, namespace = 'team-a' }: Name, body: object): void {
    const present = this.kubernetes.get(collection, namespace, name);
    if (present === undefined) this.kubernetes.create(collection, namespace, { metadata: { name }, ...body });
    else this.kubernetes.replace(collection, namespace, { metadata: { name }, ...body });
  }

  #condition(collection: string, place: Name, wanted: string): Condition | undefined {
    return this.status(collection, place).conditions?.find(({ type }) => type === wanted);
  }
}
