import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { nameOf } from '../support/replicas.ts';
import { Scenario } from '../support/scenario.ts';
import { ShardedReplicas } from '../support/sharded-replicas.ts';

const SHARDS = 4;

let scenario: Scenario;
let replicas: ShardedReplicas;

beforeAll(async () => {
  scenario = await Scenario.start(undefined, SHARDS);
  replicas = new ShardedReplicas(scenario, SHARDS);
  await replicas.start(2);
});

afterAll(() => scenario.stop());

/** Who holds the shard of each connection. */
function expected(holders: readonly string[]): ReadonlyMap<string, readonly string[]> {
  return new Map(replicas.connections.map((name) => [name, [holders[replicas.leaseFor(name)] ?? '']]));
}

describe('two replicas and four shards', () => {
  test('are shared in halves, and each connection is served by the one that holds its shard', async () => {
    const holders = await replicas.untilShares(2, 2);
    expect(await replicas.writersFromNow()).toEqual(expected(holders));
  });

  test('go to the one that is left when the other is killed', async () => {
    const [first, second] = replicas.replicas;
    if (first === undefined || second === undefined) throw new Error('there are no two replicas');
    await replicas.kill(first);
    const holders = await replicas.untilShares(SHARDS);
    expect(new Set(holders)).toEqual(new Set([nameOf(second)]));
    expect(await replicas.writersFromNow()).toEqual(expected(holders));
  });

  test('are shared again with a new one, while there is something to write all the time', async () => {
    await replicas.add();
    const holders = await replicas.untilShares(2, 2);
    expect(await replicas.writersFromNow()).toEqual(expected(holders));
  });

  test('go on when one is cut off, which lives on and takes its share when it is back', async () => {
    const [first, second] = replicas.replicas;
    if (first === undefined || second === undefined) throw new Error('there are no two replicas');
    await first.proxy.goDown();
    await replicas.untilShares(SHARDS, 0);
    await first.proxy.listen();
    const holders = await replicas.untilShares(2, 2);
    expect(await replicas.writersFromNow()).toEqual(expected(holders));
  });

  test('have seen nobody write for a connection without the Lease of its shard', async () => {
    await replicas.stop();
    expect(replicas.trespasses()).toEqual([]);
    const { known, unknown } = replicas.lookedAt;
    expect(known).toBeGreaterThan(100);
    expect(unknown).toEqual([]);
  });
});
