import { shardOf } from '../../src/watch/shard-of.ts';
import { isLease, senderOf, trespassesIn } from './lease-record.ts';
import type { Recorded } from './recording-proxy.ts';
import { nameOf, TIMES } from './replicas.ts';
import { HOME } from './rights.ts';
import type { Replica, Scenario } from './scenario.ts';
import { waitFor } from './wait-for.ts';

const CHURN_EVERY_MS = 500;

/** Several operators that share the shards of one namespace, where each shard has a connection with a role that is edited all the time. */
export class ShardedReplicas {
  readonly replicas: Replica[] = [];
  readonly connections: readonly string[];
  readonly #scenario: Scenario;
  readonly #shards: number;
  readonly #all: Replica[] = [];
  #edits = 0;
  #churn: ReturnType<typeof setInterval> | undefined;

  constructor(scenario: Scenario, shards: number) {
    this.#scenario = scenario;
    this.#shards = shards;
    this.connections = this.#oneForEachShard();
  }

  async start(count: number): Promise<void> {
    await this.#scenario.connect();
    for (const name of this.connections) {
      await this.#scenario.create('OpenSearchConnection', name, this.#scenario.connectionSpec());
      const spec = { connectionRef: { name }, name: `${this.#scenario.namespace}-${name}`, description: 'edit 0' };
      await this.#scenario.create('OpenSearchRole', name, spec);
    }
    for (let index = 0; index < count; index += 1) await this.add();
    this.#churn = setInterval(() => void this.#editAll(), CHURN_EVERY_MS);
  }

  async stop(): Promise<void> {
    clearInterval(this.#churn);
    await this.#scenario.untilAllReady(['OpenSearchRole', 'OpenSearchConnection']);
  }

  async add(): Promise<Replica> {
    const replica = await this.#scenario.startReplica(...TIMES, '--shards', String(this.#shards));
    this.replicas.push(replica);
    this.#all.push(replica);
    await waitFor('a synced replica', () => Promise.resolve(/"synced"/.test(replica.process.output) || undefined));
    return replica;
  }

  async kill(replica: Replica): Promise<void> {
    await replica.process.kill();
    this.replicas.splice(this.replicas.indexOf(replica), 1);
  }

  /** Waits until the replicas that run hold so many shards each, the most first. @returns who holds each shard */
  async untilShares(...shares: readonly number[]): Promise<readonly string[]> {
    let seen: readonly string[] = [];
    const wanted = JSON.stringify(shares);
    const look = async (): Promise<readonly string[] | undefined> => {
      seen = await this.#holders();
      const counts = this.replicas.map((replica) => seen.filter((holder) => holder === nameOf(replica)).length);
      return JSON.stringify(counts.sort((a, b) => b - a)) === wanted ? seen : undefined;
    };
    return waitFor(`shares ${wanted}`, look).catch((error: unknown) => {
      throw new Error(`${String(error)}; last seen: ${seen.join(', ')}`);
    });
  }

  /** Who writes for each connection from now on, once each has written twice. */
  async writersFromNow(): Promise<ReadonlyMap<string, readonly string[]>> {
    const since = performance.now();
    const writes = (name: string): readonly Recorded[] =>
      this.#scenario.searchProxy.writes.filter(
        (write) => write.atMs > since && write.method === 'PATCH' && this.#connectionOf(write) === name,
      );
    await waitFor('two writes for each connection', () =>
      Promise.resolve(this.connections.every((name) => writes(name).length > 1) || undefined),
    );
    return new Map(this.connections.map((name) => [name, [...new Set(writes(name).map(senderOf))]]));
  }

  /** Every write for a connection by somebody who did not hold the Lease of its shard. */
  trespasses(): readonly string[] {
    return trespassesIn(this.#requests, (write) => {
      const connection = this.#connectionOf(write);
      return connection === undefined ? undefined : this.#leaseOf(connection);
    });
  }

  /** Writes that were looked at, and those of which nobody can tell whose they are. */
  get lookedAt(): { readonly known: number; readonly unknown: readonly string[] } {
    const writes = this.#requests.filter((write) => !isLease(write));
    const unknown = writes.filter((write) => this.#connectionOf(write) === undefined);
    return { known: writes.length - unknown.length, unknown: unknown.map(({ method, path }) => `${method} ${path}`) };
  }

  leaseFor(connection: string): number {
    return shardOf(`${this.#scenario.namespace}/${connection}`, this.#shards);
  }

  get #requests(): readonly Recorded[] {
    return [...this.#all.flatMap(({ proxy }) => proxy.writes), ...this.#scenario.searchProxy.writes];
  }

  #leaseOf(connection: string): string {
    return `${this.#scenario.rights.account}-shard-${this.leaseFor(connection)}`;
  }

  /** Requests to OpenSearch say it in their id, and those to the API server in the name of what they write. */
  #connectionOf({ opaqueId, path, body }: Recorded): string | undefined {
    const names = [...this.connections, 'default'];
    const fromId = opaqueId?.split('/')[2];
    if (fromId !== undefined) return fromId;
    const told = path.endsWith('/events') ? (JSON.parse(body) as Told).involvedObject.name : undefined;
    const named = told ?? /\/(?:opensearch\w+|configmaps|events)\/([^/?]+)/.exec(path)?.[1] ?? nameIn(body);
    return names.find(
      (name) => named === name || named?.startsWith(`${name}-owners-`) || named?.startsWith(`${name}.`),
    );
  }

  #oneForEachShard(): readonly string[] {
    const shards = Array.from({ length: this.#shards }, (_, shard) => shard);
    const candidates = Array.from({ length: 1000 }, (_, index) => `conn-${index}`);
    return shards.flatMap((shard) => candidates.find((name) => this.leaseFor(name) === shard) ?? []);
  }

  async #editAll(): Promise<void> {
    this.#edits += 1;
    for (const name of this.connections)
      await this.#scenario.patch('OpenSearchRole', name, { spec: { description: `edit ${this.#edits}` } });
  }

  async #holders(): Promise<readonly string[]> {
    const { kube, rights } = this.#scenario;
    const path = `/apis/coordination.k8s.io/v1/namespaces/${HOME}/leases/${rights.account}-shard-`;
    const shards = Array.from({ length: this.#shards }, (_, shard) => kube.call('GET', `${path}${shard}`));
    const answers = (await Promise.all(shards)).map(({ body }) => body as { spec?: { holderIdentity?: string } });
    return answers.map(({ spec }) => spec?.holderIdentity ?? '');
  }
}

interface Told {
  readonly involvedObject: { readonly name: string };
}

function nameIn(body: string): string | undefined {
  return (JSON.parse(body) as { readonly metadata?: { readonly name?: string } }).metadata?.name;
}
