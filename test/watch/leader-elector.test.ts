import { describe, expect, test } from '@jest/globals';
import type { KubernetesRequest } from '../../src/clients/kubernetes.ts';
import { KubernetesError, NotLeaderError } from '../../src/errors.ts';
import { LeaderElector } from '../../src/watch/leader-elector.ts';
import type { Lease } from '../../src/watch/lease.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { FakeKubernetes } from '../support/fake-kubernetes.ts';

const times = { leaseDurationSeconds: 15, renewDeadlineSeconds: 10, retryPeriodSeconds: 2 };
const log = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };

class Stage {
  readonly clock = new FakeClock();
  readonly kubernetes = new FakeKubernetes(() => this.clock.now());
  readonly stop = new AbortController();

  elector(identity: string): LeaderElector {
    const place = { namespace: 'platform', name: 'the-operator', identity, times };
    const tools = { kubernetes: this.kubernetes.client, clock: this.clock, random: () => 0, log };
    return new LeaderElector({ ...place, ...tools });
  }

  /** An elector that leads and renews. */
  async leader(identity: string): Promise<{ readonly elector: LeaderElector; readonly held: Promise<unknown> }> {
    const elector = this.elector(identity);
    expect(await elector.acquire(this.stop.signal)).toBe(true);
    return {
      elector,
      held: elector.hold(this.stop.signal).then(
        () => 'stopped',
        (error: unknown) => error,
      ),
    };
  }

  /** When `elector` leads, in seconds from now; undefined when it does not within a minute. */
  async secondsUntilLeading(elector: LeaderElector): Promise<number | undefined> {
    const start = this.clock.now();
    let at: number | undefined;
    void elector.acquire(this.stop.signal).then((isLeader) => (at = isLeader ? this.clock.now() : undefined));
    for (let second = 0; second < 60 && at === undefined; second += 1) await this.clock.advance(1000);
    return at === undefined ? undefined : (at - start) / 1000;
  }

  get lease(): Lease | undefined {
    return this.kubernetes.get('leases', 'platform', 'the-operator');
  }
}

const isWrite = ({ method }: KubernetesRequest): boolean => method !== 'GET';
const unreachable = (): KubernetesError => new KubernetesError('PUT: ECONNREFUSED', 0, 'Unreachable');

describe('leader election', () => {
  test('gives a Lease that nobody has to the first who asks, at once', async () => {
    const stage = new Stage();
    const { elector } = await stage.leader('a');
    expect(stage.lease?.spec).toMatchObject({ holderIdentity: 'a', leaseDurationSeconds: 15 });
    expect(elector.remainingMs).toBe(10_000);
  });

  test('lets a leader that renews go on for ever, and nobody else begin', async () => {
    const stage = new Stage();
    const { elector } = await stage.leader('a');
    expect(await stage.secondsUntilLeading(stage.elector('b'))).toBeUndefined();
    expect(elector.remainingMs).toBeGreaterThan(7000);
  });

  test('lets the next one begin within a retry period when the Lease was given back', async () => {
    const stage = new Stage();
    const { elector, held } = await stage.leader('a');
    const waiting = stage.secondsUntilLeading(stage.elector('b'));
    await elector.release();
    expect(elector.remainingMs).toBe(0);
    expect(await waiting).toBeLessThanOrEqual(2);
    expect(stage.lease?.spec).toMatchObject({ holderIdentity: 'b', leaseTransitions: 1 });
    expect(await held).toBeInstanceOf(NotLeaderError);
  });

  test('lets the next one begin 15 s after the last renewal of one that died, not sooner', async () => {
    const stage = new Stage();
    await stage.elector('a').acquire(stage.stop.signal);
    const seconds = await stage.secondsUntilLeading(stage.elector('b'));
    expect(seconds).toBeGreaterThan(15);
    expect(seconds).toBeLessThanOrEqual(17);
  });

  test('ends a leader that cannot reach the API server after 10 s, before anybody else begins', async () => {
    const stage = new Stage();
    const { elector, held } = await stage.leader('a');
    const other = stage.secondsUntilLeading(stage.elector('b'));
    stage.kubernetes.refuse = ({ body }) =>
      (body as Lease | undefined)?.spec?.holderIdentity === 'a' ? unreachable() : undefined;
    expect(await held).toBeInstanceOf(NotLeaderError);
    expect(() => elector.assertLeader()).toThrow(NotLeaderError);
    expect(stage.lease?.spec?.holderIdentity).toBe('a');
    expect(await other).toBeGreaterThan(15);
  });

  test('ends a leader whose renewal is not answered at all in the same time', async () => {
    const stage = new Stage();
    const { held } = await stage.leader('a');
    stage.kubernetes.delay = () => new Promise(() => undefined);
    let end: unknown;
    void held.then((error) => (end = error));
    await stage.clock.advance(9900);
    expect(end).toBeUndefined();
    await stage.clock.advance(200);
    expect(end).toBeInstanceOf(NotLeaderError);
  });

  test('counts from when a renewal was asked for, not from when it was answered', async () => {
    const stage = new Stage();
    const elector = stage.elector('a');
    stage.kubernetes.delay = (request) => {
      if (isWrite(request)) stage.clock.skip(4000);
      return undefined;
    };
    await elector.acquire(stage.stop.signal);
    expect(elector.remainingMs).toBe(6000);
  });

  test('does not lead with a claim that took longer than the deadline to be granted', async () => {
    const stage = new Stage();
    const elector = stage.elector('a');
    stage.kubernetes.delay = (request) => {
      if (isWrite(request)) stage.clock.skip(10_000);
      return undefined;
    };
    const acquiring = elector.acquire(stage.stop.signal);
    await stage.clock.advance(1000);
    expect(elector.remainingMs).toBe(0);
    stage.kubernetes.delay = () => undefined;
    await stage.clock.advance(3000);
    expect(await acquiring).toBe(true);
  });

  test('knows that the time of a process that was stopped is over, before any timer fires', async () => {
    const stage = new Stage();
    const { elector } = await stage.leader('a');
    stage.clock.skip(20_000);
    expect(() => elector.assertLeader()).toThrow('another replica may lead by now');
  });

  test('ends a leader as soon as it sees that somebody else has the Lease', async () => {
    const stage = new Stage();
    const { held } = await stage.leader('a');
    stage.kubernetes.edit('leases', 'platform', { metadata: { name: 'the-operator' }, spec: { holderIdentity: 'b' } });
    await stage.clock.advance(2000);
    expect(await held).toBeInstanceOf(NotLeaderError);
    expect(stage.lease?.spec?.holderIdentity).toBe('b');
  });

  test('goes on when somebody only labels the Lease, or deletes it', async () => {
    const stage = new Stage();
    const { elector } = await stage.leader('a');
    stage.kubernetes.edit('leases', 'platform', { metadata: { name: 'the-operator', labels: { team: 'x' } } });
    await stage.clock.advance(6000);
    expect(stage.lease?.metadata.labels).toEqual({ team: 'x' });
    stage.kubernetes.delete('leases', 'platform', 'the-operator');
    await stage.clock.advance(6000);
    expect(stage.lease?.spec?.holderIdentity).toBe('a');
    expect(elector.remainingMs).toBeGreaterThan(7000);
  });

  test('lets one of two win who ask in the same moment', async () => {
    const stage = new Stage();
    const electors = ['a', 'b', 'c'].map((name) => stage.elector(name));
    const won: string[] = [];
    for (const [index, elector] of electors.entries())
      void elector.acquire(stage.stop.signal).then((isLeader) => isLeader && won.push(`abc`.charAt(index)));
    await stage.clock.advance(10_000);
    expect(won).toEqual([stage.lease?.spec?.holderIdentity]);
  });

  test('takes a Lease as its own when only the answer to its claim was lost', async () => {
    const stage = new Stage();
    let losses = 1;
    stage.kubernetes.lose = (request) => (isWrite(request) && losses-- > 0 ? unreachable() : undefined);
    expect(await stage.secondsUntilLeading(stage.elector('a'))).toBeLessThanOrEqual(3);
  });

  test('gives the Lease back even when the answer to the last renewal was lost', async () => {
    const stage = new Stage();
    const { elector } = await stage.leader('a');
    stage.kubernetes.lose = (request) => (isWrite(request) ? unreachable() : undefined);
    await stage.clock.advance(2000);
    stage.kubernetes.lose = () => undefined;
    await elector.release();
    expect(stage.lease?.spec?.holderIdentity).toBe('');
  });

  test('does not take a Lease for abandoned since the time of day is set forward', async () => {
    const stage = new Stage();
    await stage.elector('a').acquire(stage.stop.signal);
    const other = stage.elector('b');
    await other.look(stage.stop.signal);
    stage.clock.putBack(-60_000);
    expect((await other.look(stage.stop.signal))?.type).toBe('held');
  });

  test('waits for who has taken the Lease from it as for anybody', async () => {
    const stage = new Stage();
    const { elector, held } = await stage.leader('a');
    await stage.clock.advance(60_000);
    stage.kubernetes.edit('leases', 'platform', { metadata: { name: 'the-operator' }, spec: { holderIdentity: 'b' } });
    await stage.clock.advance(2000);
    expect(await held).toBeInstanceOf(NotLeaderError);
    expect((await elector.look(stage.stop.signal))?.type).toBe('held');
  });

  test('says that it ends with each renewal, and no more once the Lease is another one’s', async () => {
    const stage = new Stage();
    const { elector } = await stage.leader('a');
    const other = stage.elector('b');
    elector.windUp();
    await stage.clock.advance(2000);
    expect(await other.look(stage.stop.signal)).toMatchObject({ type: 'held', holder: 'a', isWindingUp: true });
    await elector.release('c');
    expect(await other.look(stage.stop.signal)).toMatchObject({ type: 'held', holder: 'c', isWindingUp: false });
  });

  test('stops asking when it is told to stop', async () => {
    const stage = new Stage();
    await stage.elector('a').acquire(stage.stop.signal);
    const waiting = stage.elector('b').acquire(stage.stop.signal);
    await stage.clock.advance(1000);
    stage.stop.abort();
    expect(await waiting).toBe(false);
  });
});
