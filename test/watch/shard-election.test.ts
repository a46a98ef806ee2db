import { describe, expect, test } from '@jest/globals';
import { untilAborted } from '../../src/concurrency.ts';
import { KubernetesError, NotLeaderError } from '../../src/errors.ts';
import { LeaderElector } from '../../src/watch/leader-elector.ts';
import type { Lease } from '../../src/watch/lease.ts';
import { ShardElection, type Serve } from '../../src/watch/shard-election.ts';
import type { Tenure } from '../../src/watch/tenure.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { FakeKubernetes } from '../support/fake-kubernetes.ts';

const times = { leaseDurationSeconds: 15, renewDeadlineSeconds: 10, retryPeriodSeconds: 2 };
const log = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };
const SHARDS = 4;

/** One replica, and which shards it serves. */
class Replica {
  readonly serving = new Map<number, Tenure>();
  readonly led = new Map<string, boolean>();
  readonly stop = new AbortController();
  readonly election: ShardElection;
  readonly ended: Promise<void>;
  /** It does not get to work. */
  isCatchingUp = false;
  /** How long it takes to finish what is under way. */
  finishMs = 0;
  /** The only shard where that takes any time; all of them when absent. */
  slow: number | undefined;
  /** Its requests do not arrive, as if it were dead. */
  isCut = false;

  constructor({ clock, kubernetes, place }: Stage, name: string, shards: number) {
    const client: Pick<typeof kubernetes.client, 'request'> = {
      request: async (request) => {
        if (this.isCut) throw new KubernetesError('cut', 0, 'Unreachable');
        return kubernetes.client.request(request);
      },
    };
    const random = (): number => 0.5;
    const elector = { kubernetes: client, namespace: place.namespace, times, clock, random, log };
    this.election = new ShardElection({
      ...{ id: place.name, shards, identity: name, times, clock, random, log },
      electorOf: (lease, identity) => new LeaderElector({ ...elector, name: lease, identity }),
      onChange: (lease, isLeader) => this.led.set(lease, isLeader),
    });
    const serve: Serve = async (shard, signal, tellLeader) => {
      this.serving.set(shard, this.election.tenureOf(shard));
      if (!this.isCatchingUp) tellLeader();
      await untilAborted(signal);
      const finishMs = this.slow === undefined || this.slow === shard ? this.finishMs : 0;
      await clock.sleep(finishMs, new AbortController().signal);
      this.serving.delete(shard);
    };
    this.ended = this.election.run(serve, this.stop.signal);
  }

  /** Shards that it could write for now. */
  get writable(): readonly number[] {
    return [...this.serving].flatMap(([shard, tenure]) => {
      try {
        tenure.assertMayWrite();
        return [shard];
      } catch {
        return [];
      }
    });
  }
}

class Stage {
  readonly clock = new FakeClock();
  readonly kubernetes = new FakeKubernetes(() => this.clock.now());
  readonly place = { namespace: 'platform', name: 'op' };
  readonly replicas: Replica[] = [];
  /** How long each shard has been without anybody who may write for it, at most; seconds. */
  longestGap = 0;
  readonly #gaps = Array.from({ length: SHARDS }, () => 0);

  add(name: string, shards = SHARDS): Replica {
    const replica = new Replica(this, name, shards);
    this.replicas.push(replica);
    return replica;
  }

  /** Looks every tenth of a second whether two could write for one shard. */
  async pass(seconds: number): Promise<void> {
    for (let tenth = 0; tenth < seconds * 10; tenth += 1) {
      await this.clock.advance(100);
      const all = this.replicas.flatMap(({ writable }) => writable);
      expect(all.length).toBe(new Set(all).size);
      this.#gaps.forEach((gap, shard) => {
        this.#gaps[shard] = all.includes(shard) ? 0 : gap + 0.1;
      });
      this.longestGap = Math.max(this.longestGap, ...this.#gaps);
    }
  }

  get shares(): readonly number[] {
    return this.replicas.map(({ writable }) => writable.length);
  }

  /** How often shards have changed hands. */
  get transitions(): number {
    const leases = this.kubernetes.all('leases') as readonly Lease[];
    const shards = leases.filter(({ metadata }) => /-shard-\d/.test(metadata.name));
    return shards.reduce((sum, { spec }) => sum + (spec?.leaseTransitions ?? 0), 0);
  }

  holderOf(lease: string): string | undefined {
    return (this.kubernetes.get('leases', 'platform', lease) as Lease | undefined)?.spec?.holderIdentity;
  }

  /** Somebody takes the Lease of all, whoever has it. */
  takeDoor(holderIdentity: string): void {
    const lease = this.kubernetes.get('leases', 'platform', 'op') as Lease;
    const spec = { ...lease.spec, holderIdentity };
    this.kubernetes.edit('leases', 'platform', { metadata: { name: 'op' }, spec });
  }

  async end(): Promise<void> {
    for (const { stop } of this.replicas) stop.abort();
    await this.clock.advance(60_000);
    await Promise.all(this.replicas.map(({ ended }) => ended));
  }
}

/** It has work under way in one of its shards that takes a minute to be finished. */
function beSlowAtTheEnd(replica: Replica): void {
  replica.finishMs = 60_000;
  replica.slow = [...replica.serving.keys()][0];
}

describe('the shards', () => {
  test('all go to a replica that is alone, at once', async () => {
    const stage = new Stage();
    stage.add('a');
    await stage.pass(0.1);
    expect(stage.shares).toEqual([SHARDS]);
    expect(stage.holderOf('op-shard-3')).toBe('a');
    expect(stage.holderOf('op')).toBe('a of 4 shards');
    await stage.end();
  });

  test('are shared when another one comes, one after the other, and then stay', async () => {
    const stage = new Stage();
    stage.add('a');
    await stage.pass(3);
    stage.add('b');
    await stage.pass(2.5);
    expect(stage.shares[0]).toBe(SHARDS - 1);
    await stage.pass(12);
    expect(stage.shares).toEqual([2, 2]);
    expect(stage.transitions).toBe(2);
    await stage.pass(120);
    expect([stage.transitions, stage.shares]).toEqual([2, [2, 2]]);
    expect(stage.longestGap).toBeLessThan(5);
    await stage.end();
  });

  test('are shared by three that come at the same time', async () => {
    const stage = new Stage();
    for (const name of ['a', 'b', 'c']) stage.add(name);
    await stage.pass(30);
    expect([...stage.shares].sort()).toEqual([1, 1, 2]);
    const { transitions } = stage;
    await stage.pass(120);
    expect(stage.transitions).toBe(transitions);
    await stage.end();
  });

  test('leave those who are too many standing by, without a move', async () => {
    const stage = new Stage();
    for (const name of ['a', 'b', 'c', 'd', 'e', 'f']) stage.add(name);
    await stage.pass(60);
    expect([...stage.shares].sort()).toEqual([0, 0, 1, 1, 1, 1]);
    const { transitions } = stage;
    await stage.pass(120);
    expect(stage.transitions).toBe(transitions);
    await stage.end();
  });

  test('of one that dies are led again as soon as its Leases have run out', async () => {
    const stage = new Stage();
    const a = stage.add('a');
    await stage.pass(1);
    stage.add('b');
    await stage.pass(30);
    stage.longestGap = 0;
    a.isCut = true;
    await stage.pass(20);
    expect(stage.shares).toEqual([0, SHARDS]);
    // The dead one would have stopped by itself after ten seconds.
    expect(stage.longestGap).toBeLessThan(times.leaseDurationSeconds - times.renewDeadlineSeconds + 3);
    await stage.end();
  });

  test('that were lost are served again by the same process when it is heard again, by another right', async () => {
    const stage = new Stage();
    const a = stage.add('a');
    await stage.pass(5);
    const before = a.serving.get(0);
    a.isCut = true;
    await stage.pass(12);
    expect(a.serving.size).toBe(0);
    a.isCut = false;
    await stage.pass(20);
    expect(stage.shares).toEqual([SHARDS]);
    expect(before?.over.aborted).toBe(true);
    expect(() => before?.assertMayWrite()).toThrow(NotLeaderError);
    await stage.end();
  });

  test('are not taken from one who finishes what is under way', async () => {
    const stage = new Stage();
    const a = stage.add('a');
    a.finishMs = 60_000;
    await stage.pass(1);
    const b = stage.add('b');
    await stage.pass(30);
    expect([a.writable.length, b.writable.length]).toEqual([SHARDS, 0]);
    await stage.pass(45);
    expect(b.writable.length).toBe(1);
    await stage.end();
  });

  test('go on at once to others when one ends in order', async () => {
    const stage = new Stage();
    const a = stage.add('a');
    await stage.pass(1);
    stage.add('b');
    await stage.pass(30);
    stage.longestGap = 0;
    a.stop.abort();
    await stage.pass(10);
    expect(stage.shares).toEqual([0, SHARDS]);
    expect(stage.longestGap).toBeLessThan(3);
    expect([...a.led.values()]).toEqual([false, false, false, false]);
    await stage.end();
  });

  test('go on to others while one that ends still has work to finish in one of them', async () => {
    const stage = new Stage();
    const a = stage.add('a');
    await stage.pass(1);
    const b = stage.add('b');
    await stage.pass(30);
    beSlowAtTheEnd(a);
    a.stop.abort();
    await stage.pass(5);
    expect([a.writable.length, b.writable.length]).toEqual([1, SHARDS - 1]);
    await stage.end();
  });

  test('are taken in the end from who should take them and does not, and then kept', async () => {
    const stage = new Stage();
    const { clock, kubernetes } = stage;
    const tools = { kubernetes: kubernetes.client, times, clock, random: () => 0.5, log };
    const idle = new LeaderElector({ ...tools, namespace: 'platform', name: 'op-shard-waiting', identity: 'idle' });
    const stop = new AbortController();
    await idle.acquire(stop.signal);
    void idle.hold(stop.signal);
    stage.add('a');
    await stage.pass(4);
    expect(stage.shares).toEqual([1]);
    await stage.pass(5);
    expect(stage.shares).toEqual([SHARDS]);
    await stage.pass(30);
    expect(stage.shares).toEqual([SHARDS]);
    stop.abort();
    await stage.end();
  });

  test('are told to be led by one who works, and not by one who only has them', async () => {
    const stage = new Stage();
    const [a, b] = [stage.add('a'), stage.add('b')];
    b.isCatchingUp = true;
    await stage.pass(30);
    expect(stage.shares).toEqual([2, 2]);
    expect([a, b].map(({ led }) => [...led.values()].filter((isLeader) => isLeader).length)).toEqual([2, 0]);
    await stage.end();
  });

  test('are shared again soon after nobody could renew any Lease for long', async () => {
    const stage = new Stage();
    const [a, b] = [stage.add('a'), stage.add('b')];
    await stage.pass(20);
    a.isCut = b.isCut = true;
    await stage.pass(60);
    a.isCut = false;
    await stage.pass(3);
    expect(stage.shares).toEqual([SHARDS, 0]);
    b.isCut = false;
    await stage.pass(20);
    expect(stage.shares).toEqual([2, 2]);
    await stage.end();
  });

  test('are not left over to the first who is back after that while another one waits', async () => {
    const stage = new Stage();
    const [a, b] = [stage.add('a'), stage.add('b')];
    await stage.pass(20);
    a.isCut = b.isCut = true;
    await stage.pass(60);
    const { clock, kubernetes } = stage;
    const tools = { kubernetes: kubernetes.client, times, clock, random: () => 0.5, log };
    const waiting = new LeaderElector({ ...tools, namespace: 'platform', name: 'op-shard-waiting', identity: 'c' });
    await waiting.acquire(a.stop.signal);
    a.isCut = false;
    await stage.pass(3);
    expect(stage.shares).toEqual([1, 0]);
    await stage.end();
  });

  test('are shared as ever by those who had to stay outside for long', async () => {
    const stage = new Stage();
    const a = stage.add('a', 2);
    await stage.pass(1);
    for (const name of ['b', 'c']) stage.add(name);
    await stage.pass(60);
    a.stop.abort();
    await stage.pass(20);
    expect(stage.shares).toEqual([0, 2, 2]);
    await stage.end();
  });

  test('are led though one of them cannot be looked at', async () => {
    const stage = new Stage();
    stage.kubernetes.refuse = ({ path }) =>
      path.endsWith('/op-shard-2') ? new KubernetesError('forbidden', 403, 'Forbidden') : undefined;
    const a = stage.add('a');
    await stage.pass(0.1);
    expect([...a.writable].sort()).toEqual([0, 1, 3]);
    await stage.end();
  });

  test('are led by nobody who counts them otherwise than who leads already', async () => {
    const stage = new Stage();
    stage.add('a');
    await stage.pass(1);
    const other = stage.add('b', 2);
    await stage.pass(60);
    expect(other.writable).toEqual([]);
    expect(stage.shares[0]).toBe(SHARDS);
    stage.replicas[0]?.stop.abort();
    await stage.pass(10);
    expect(other.writable).toEqual([0, 1]);
    await stage.end();
  });

  test('pass on to no one who counts them otherwise while anybody is left who counts them so', async () => {
    const stage = new Stage();
    const a = stage.add('a');
    await stage.pass(1);
    const b = stage.add('b');
    await stage.pass(20);
    const other = stage.add('c', 2);
    await stage.pass(5);
    expect(stage.holderOf('op')).toBe('a of 4 shards');
    a.stop.abort();
    await stage.pass(0.1);
    expect(stage.holderOf('op')).toBe('b of 4 shards');
    await stage.pass(20);
    expect([b.writable.length, other.writable.length]).toEqual([SHARDS, 0]);
    b.stop.abort();
    await stage.pass(5);
    expect(other.writable.length).toBe(2);
    await stage.end();
  });

  test('pass on to no one who counts them otherwise while one that ends is still at work', async () => {
    const stage = new Stage();
    const a = stage.add('a');
    await stage.pass(1);
    const b = stage.add('b');
    await stage.pass(30);
    beSlowAtTheEnd(b);
    b.stop.abort();
    await stage.pass(3);
    const other = stage.add('c', 2);
    a.stop.abort();
    for (let second = 0; second < 50; second += 1) {
      await stage.pass(1);
      expect([b.writable.length, other.writable]).toEqual([1, []]);
    }
    await stage.pass(20);
    expect(other.writable.length).toBe(2);
    await stage.end();
  });

  test('are left to a single leader', async () => {
    const stage = new Stage();
    const { clock, kubernetes } = stage;
    const tools = { kubernetes: kubernetes.client, times, clock, random: () => 0.5, log };
    const single = new LeaderElector({ ...tools, namespace: 'platform', name: 'op', identity: 'single' });
    await single.acquire(new AbortController().signal);
    stage.add('a');
    await stage.pass(10);
    expect(stage.shares).toEqual([0]);
    await single.release();
    await stage.pass(5);
    expect(stage.shares).toEqual([SHARDS]);
    await stage.end();
  });

  test.each(['works', 'is about to end'])(
    'are cut off when a single leader takes its Lease while one %s',
    async (what) => {
      const stage = new Stage();
      const a = stage.add('a');
      a.finishMs = 60_000;
      await stage.pass(10);
      if (what !== 'works') a.stop.abort();
      await stage.pass(1);
      stage.takeDoor('single');
      await stage.pass(5);
      expect(stage.shares).toEqual([0]);
      await stage.end();
    },
  );

  test('are waited for by nobody who may not have any', async () => {
    const stage = new Stage();
    for (const name of ['a', 'b', 'c', 'd', 'e']) stage.add(name);
    await stage.pass(40);
    expect(stage.holderOf('op-shard-waiting')).not.toBe('');
    stage.takeDoor('somebody of 2 shards');
    await stage.pass(5);
    expect(stage.holderOf('op-shard-waiting')).toBe('');
    await stage.end();
  });
});
