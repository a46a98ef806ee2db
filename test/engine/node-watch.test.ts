import { beforeEach, describe, expect, it } from '@jest/globals';
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

  const look = (): Promise<string> => nodes.look(cluster, never);

  /** Looks each time it wants to, for so long. */
  async function watch(ms: number): Promise<void> {
    const endMs = clock.now() + ms;
    for (let at = nodes.nextLookMs; at !== undefined && at <= endMs; at = nodes.nextLookMs) {
      clock.skip(Math.max(0, at - clock.now()));
      await look();
    }
    clock.skip(Math.max(0, endMs - clock.now()));
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

  it('looks after each write, every two seconds at most, and once more after the last', async () => {
    let looks = 0;
    const { fetchNodes } = cluster;
    cluster.fetchNodes = () => {
      looks += 1;
      return fetchNodes.call(cluster);
    };
    for (let write = 0; write < 100; write += 1) {
      nodes.wrote(500);
      await watch(100);
    }
    expect(looks).toBe(5);
    nodes.wrote(500);
    await watch(60_000);
    expect(looks).toBe(6);
    expect(nodes.nextLookMs).toBeUndefined();
    nodes.wrote(500);
    expect(nodes.nextLookMs).toBeLessThanOrEqual(clock.now());
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

  it('flushes once for what was not loaded, and does not insist where it may not flush', async () => {
    nodes.doubt();
    await look();
    await watch(60_000);
    expect(cluster.flushes).toBe(1);
    cluster.flushAnswer = { type: 'refused', words: 'no' };
    cluster.nodes = ['node-1', 'node-2'];
    expect(await look()).toBe('refused');
    await watch(60_000);
    expect(cluster.flushes).toBe(2);
  });
});
