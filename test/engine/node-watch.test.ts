import { beforeEach, describe, expect, it } from '@jest/globals';
import { UnreachableError } from '../../src/errors.ts';
import { NodeWatch } from '../../src/engine/node-watch.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { FakeCluster } from '../support/fake-cluster.ts';

const never = new AbortController().signal;

describe('the watch over nodes', () => {
  let clock: FakeClock;
  let cluster: FakeCluster;
  let nodes: NodeWatch;

  beforeEach(async () => {
    clock = new FakeClock();
    cluster = new FakeCluster();
    nodes = new NodeWatch(clock);
    await look();
  });

  const look = (): ReturnType<NodeWatch['look']> => nodes.look(cluster, never);

  /** Looks each time it wants to, for so long. */
  async function watch(ms: number): Promise<void> {
    const endMs = clock.steady() + ms;
    for (let at = nodes.nextLookMs; at !== undefined && at <= endMs; at = nodes.nextLookMs) {
      clock.skip(Math.max(0, at - clock.steady()));
      await look();
    }
    clock.skip(Math.max(0, endMs - clock.steady()));
  }

  it('flushes when a node comes, and once more 15 seconds later, since it may not have listened', async () => {
    cluster.nodes = ['node-1', 'node-2'];
    await look();
    expect(cluster.flushes).toBe(1);
    await watch(14_000);
    expect(cluster.flushes).toBe(1);
    await watch(1000);
    expect(cluster.flushes).toBe(2);
    await watch(3_600_000);
    expect(cluster.flushes).toBe(2);
    expect(nodes.nextLookMs).toBeUndefined();
  });

  it('does the same after a write that took so long that a node must have hung', async () => {
    nodes.wrote(33_000);
    await look();
    await watch(60_000);
    expect(cluster.flushes).toBe(2);
  });

  it('flushes again for a doubt that comes while it flushes', async () => {
    nodes.doubt();
    const flushCache = cluster.flushCache.bind(cluster);
    cluster.flushCache = () => {
      cluster.flushCache = flushCache;
      nodes.doubt();
      return flushCache();
    };
    await look();
    expect([cluster.flushes, nodes.isInDoubt]).toEqual([1, true]);
    await look();
    expect([cluster.flushes, nodes.isInDoubt]).toEqual([2, false]);
  });

  it('still has to flush, and twice, when that did not succeed', async () => {
    nodes.wrote(33_000);
    cluster.outage = new UnreachableError('reset');
    await expect(look()).rejects.toThrow('reset');
    cluster.outage = undefined;
    cluster.flushes = 0;
    await look();
    await watch(60_000);
    expect(cluster.flushes).toBe(2);
  });

  it('tries again later, and throws nothing, when a node could not do it', async () => {
    nodes.doubt();
    cluster.flushAnswer = { type: 'failed', words: 'Cannot flush cache due to Failed node' };
    expect(await look()).toEqual(cluster.flushAnswer);
    expect(nodes.isInDoubt).toBe(false);
    await watch(59_000);
    expect(cluster.flushes).toBe(1);
    await watch(1000);
    expect(cluster.flushes).toBe(2);
    cluster.flushAnswer = { type: 'flushed' };
    await watch(180_000);
    expect(cluster.flushes).toBe(3);
  });

  it('counts anew when another node comes meanwhile', async () => {
    cluster.nodes = ['node-1', 'node-2'];
    await look();
    await watch(10_000);
    cluster.nodes = ['node-1', 'node-2', 'node-3'];
    await look();
    await watch(14_000);
    expect(cluster.flushes).toBe(2);
    await watch(1000);
    expect(cluster.flushes).toBe(3);
  });

  it('waits for no node of another cluster', async () => {
    cluster.nodes = ['node-1', 'node-2'];
    await look();
    await watch(60_000);
    cluster = new FakeCluster('cluster-2');
    cluster.nodes = ['another-1'];
    await look();
    expect([cluster.flushes, nodes.nextLookMs]).toEqual([0, undefined]);
  });

  it.each([
    ['there was a doubt about', () => nodes.wrote(33_000)],
    ['a node was away from', () => void (cluster.nodes = [])],
  ])('flushes twice in a cluster that it comes back to when %s it', async (_, happen) => {
    const first = cluster;
    happen();
    if (first.nodes.length === 0) await look();
    cluster = new FakeCluster('cluster-2');
    await look();
    expect(first.flushes).toBe(0);
    first.nodes = ['node-1'];
    cluster = first;
    await look();
    await watch(60_000);
    expect(first.flushes).toBe(2);
  });

  it('flushes once for what was not loaded, and does not insist where it may not flush', async () => {
    nodes.doubt();
    await look();
    await watch(60_000);
    expect(cluster.flushes).toBe(1);
    cluster.flushAnswer = { type: 'refused', words: 'no' };
    cluster.nodes = ['node-1', 'node-2'];
    expect(await look()).toEqual({ type: 'refused', words: 'no' });
    await watch(60_000);
    expect(cluster.flushes).toBe(2);
  });
});
