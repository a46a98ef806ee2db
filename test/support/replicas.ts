import { isLease, senderOf, trespassesIn } from './lease-record.ts';
import { HOME } from './rights.ts';
import { readyOf, type Replica, type Scenario } from './scenario.ts';
import { waitFor } from './wait-for.ts';

/** How the leader is forced to hand over. */
export type Force = 'SIGTERM' | 'SIGKILL' | 'SIGSTOP' | 'network cut';
export const FORCES: readonly Force[] = ['SIGTERM', 'SIGKILL', 'SIGSTOP', 'network cut'];

/** Shorter than the defaults, so that a test can see many of them. */
export const TIMES = ['lease-duration=4', 'renew-deadline=3', 'retry-period=1'].map(
  (time) => `--leader-election-${time}`,
);
const CHURN_EVERY_MS = 100;
/** Longer than what is written next takes to get to its socket. */
const QUIET_MS = 300;

/** Two operators for one namespace, while somebody edits a role all the time so that there is always something to write. */
export class Replicas {
  readonly #scenario: Scenario;
  readonly #replicas: Replica[] = [];
  readonly #all: Replica[] = [];
  #edits = 0;
  #churn: ReturnType<typeof setInterval> | undefined;

  constructor(scenario: Scenario) {
    this.#scenario = scenario;
  }

  async start(): Promise<void> {
    await this.#scenario.connect();
    await this.#scenario.create('OpenSearchRole', 'churn', { name: this.#role, description: 'edit 0' });
    for (let count = 0; count < 2; count += 1) await this.#add();
    await this.#scenario.untilReason('OpenSearchRole', 'churn', 'Applied');
    this.#churn = setInterval(() => void this.#edit(), CHURN_EVERY_MS);
  }

  async stop(): Promise<void> {
    clearInterval(this.#churn);
    await this.#scenario.untilAllReady(['OpenSearchRole']);
  }

  /** Takes the leader away and waits until the other one has written, then brings in a new stand-by. @returns how the old one ended */
  async handOver(force: Force): Promise<number | NodeJS.Signals> {
    const holder = await this.#holder();
    const old = this.#replicas.find((replica) => nameOf(replica) === holder);
    if (old === undefined) throw new Error(`${holder ?? 'nobody'} leads, who is none of ours`);
    await this.#begin(old, force);
    const next = await waitFor('another leader', async () => {
      const name = await this.#holder();
      return name === undefined || name === '' || name === holder ? undefined : name;
    });
    await this.#untilWrittenBy(next);
    if (force === 'SIGSTOP') old.process.signal('SIGCONT');
    const exit = await old.process.exit;
    this.#replicas.splice(this.#replicas.indexOf(old), 1);
    await this.#add();
    return exit;
  }

  /** Every write that somebody sent who did not hold the Lease, or whose Lease could have run out. */
  trespasses(): readonly string[] {
    const requests = [...this.#all.flatMap(({ proxy }) => proxy.writes), ...this.#scenario.searchProxy.writes];
    return trespassesIn(requests, () => this.#scenario.rights.account);
  }

  /** How many writes were looked at, by who sent them. */
  writers(): ReadonlyMap<string, number> {
    const writes = [...this.#all.flatMap(({ proxy }) => proxy.writes), ...this.#scenario.searchProxy.writes];
    const counts = new Map<string, number>();
    for (const write of writes.filter((request) => !isLease(request)))
      counts.set(senderOf(write), (counts.get(senderOf(write)) ?? 0) + 1);
    return counts;
  }

  get #role(): string {
    return `${this.#scenario.namespace}-churn`;
  }

  async #add(): Promise<void> {
    const replica = await this.#scenario.startReplica(...TIMES);
    this.#replicas.push(replica);
    this.#all.push(replica);
    await waitFor('a synced replica', () => Promise.resolve(/"synced"/.test(replica.process.output) || undefined));
  }

  async #edit(): Promise<void> {
    this.#edits += 1;
    await this.#scenario.patch('OpenSearchRole', 'churn', { spec: { description: `edit ${this.#edits}` } });
  }

  async #holder(): Promise<string | undefined> {
    const { kube, rights } = this.#scenario;
    const path = `/apis/coordination.k8s.io/v1/namespaces/${HOME}/leases/${rights.account}`;
    const { body } = await kube.call('GET', path);
    return (body as { readonly spec?: { readonly holderIdentity?: string } }).spec?.holderIdentity;
  }

  async #begin(leader: Replica, force: Force): Promise<void> {
    if (force === 'network cut') await leader.proxy.goDown();
    else if (force === 'SIGSTOP') await this.#stopWhileAnswerIsAwaited(leader);
    else leader.process.signal(force);
  }

  /**
   * With much to do as soon as it goes on, and with nothing between the question whether it leads and the socket: what a process has
   * there when it is stopped it sends when it goes on (docs/decisions/0010).
   */
  async #stopWhileAnswerIsAwaited(leader: Replica): Promise<void> {
    const { searchProxy } = this.#scenario;
    const stopped = Promise.withResolvers<undefined>();
    let isAwaited = false;
    searchProxy.fault = (write) => {
      if (write.method === 'GET' || senderOf(write) !== nameOf(leader)) return undefined;
      isAwaited = true;
      return stopped.promise;
    };
    await waitFor('a write of the leader', () => Promise.resolve(isAwaited || undefined));
    await waitFor('statuses that are written', () => Promise.resolve(isQuiet(leader) || undefined));
    leader.process.signal('SIGSTOP');
    searchProxy.fault = () => undefined;
    stopped.resolve(undefined);
  }

  async #untilWrittenBy(name: string): Promise<void> {
    await waitFor(`a role written by ${name}`, () => {
      const found = this.#scenario.searchProxy.writes.some((write) => senderOf(write) === name);
      return Promise.resolve(found || undefined);
    });
    await waitFor('a role that is ready', async () => {
      const role = await this.#scenario.get('OpenSearchRole', 'churn');
      return role !== undefined && readyOf(role)?.status === 'True' ? true : undefined;
    });
  }
}

/** Has had an answer to all that it wrote to the API server, some time ago. */
function isQuiet({ proxy }: Replica): boolean {
  const last = proxy.writes.findLast((write) => !isLease(write));
  return last === undefined || (last.status !== undefined && performance.now() - last.atMs > QUIET_MS);
}

/** As it is in each of its requests to the API server. */
export function nameOf({ proxy }: Replica): string | undefined {
  const request = proxy.requests[0];
  return request === undefined ? undefined : senderOf(request);
}
