import { beforeEach, describe, expect, jest, test } from '@jest/globals';
import { untilAborted } from '../../src/concurrency.ts';
import { ClaimIndex } from '../../src/engine/claim-index.ts';
import type { Election } from '../../src/engine/start-operator.ts';
import { KubernetesError } from '../../src/errors.ts';
import { shardOf } from '../../src/watch/shard-of.ts';
import { useOperators } from '../support/operators.ts';
import { CONNECTIONS, ROLES, type SimulatedOperator } from '../support/simulated-operator.ts';

const SHARDS = 4;

/** Leads what it is told to lead. */
class ManualElection {
  readonly shards = SHARDS;
  readonly hasOthers = true;
  readonly #stops = new Map<number, AbortController>();
  readonly #serving = new Map<number, Promise<void>>();
  #serve: Parameters<Election['run']>[0] = () => Promise.resolve();

  readonly run: Election['run'] = async (serve, signal) => {
    this.#serve = serve;
    await untilAborted(signal);
    for (const stop of this.#stops.values()) stop.abort();
    await Promise.all(this.#serving.values());
  };

  lead(shard: number): void {
    const stop = new AbortController();
    this.#stops.set(shard, stop);
    this.#serving.set(
      shard,
      this.#serve(shard, stop.signal, () => undefined),
    );
  }

  async end(shard: number): Promise<void> {
    this.#stops.get(shard)?.abort();
    await this.#serving.get(shard);
  }
}

/** Two connections of two shards, with a role each. */
const ONE = { name: 'one', shard: shardOf('team-a/one', SHARDS) };
const TWO = { name: 'two', shard: shardOf('team-a/two', SHARDS) };

const anOperator = useOperators();
let election: ManualElection;
let operator: SimulatedOperator;

beforeEach(async () => {
  election = new ManualElection();
  operator = anOperator();
  operator.election = election;
  for (const { name } of [ONE, TWO]) {
    operator.connect({}, { name });
    operator.apply(ROLES, { name: `role-${name}` }, { connectionRef: { name }, description: 'x' });
  }
  await operator.start();
});

async function gauge(name: 'connections' | 'resources'): Promise<number> {
  const { values } = await operator.metrics[name].get();
  return values.reduce((sum, { value }) => sum + value, 0);
}

describe('a connection', () => {
  test('and the other one are of two shards, or these tests show nothing', () => {
    expect(ONE.shard).not.toBe(TWO.shard);
  });

  test('is served only while its shard is led', async () => {
    expect(operator.kubernetesWrites).toBe(0);
    election.lead(ONE.shard);
    await operator.pass();
    expect(operator.cluster.names('roles')).toEqual(['role-one']);
    expect([operator.ready(CONNECTIONS, ONE), operator.ready(CONNECTIONS, TWO)]).toEqual(['True Connected', 'nothing']);
    election.lead(TWO.shard);
    await operator.pass();
    expect(operator.cluster.names('roles')).toEqual(['role-one', 'role-two']);
  });

  test('of a shard that is led no more is left alone, and what happens meanwhile is served when it is led again', async () => {
    for (const { shard } of [ONE, TWO]) election.lead(shard);
    await operator.pass();
    await election.end(ONE.shard);
    const { kubernetesWrites, cluster } = operator;
    const patches = cluster.patches.length;
    operator.apply(ROLES, { name: 'role-one' }, { connectionRef: { name: 'one' }, description: 'new' });
    operator.apply(ROLES, { name: 'late' }, { connectionRef: { name: 'one' } });
    operator.annotate(CONNECTIONS, ONE, { note: 'x' });
    await operator.pass(30_000);
    expect([operator.kubernetesWrites, cluster.patches.length]).toEqual([kubernetesWrites, patches]);
    election.lead(ONE.shard);
    await operator.pass();
    expect(cluster.get('roles', 'role-one')).toMatchObject({ description: 'new' });
    expect(operator.ready(ROLES, { name: 'late' })).toBe('True Applied');
  });

  test('keeps in mind what goes without being waited for only while its shard is led, since nobody would ever remove it', async () => {
    const departed = jest.spyOn(ClaimIndex.prototype, 'putDeparted');
    const tearAway = async (name: string): Promise<void> => {
      operator.kubernetes.edit(ROLES, 'team-a', { metadata: { name, finalizers: [] } });
      operator.delete(ROLES, { name });
      await operator.pass();
    };
    for (const { shard } of [ONE, TWO]) election.lead(shard);
    await operator.pass();
    await tearAway('role-two');
    expect(departed).toHaveBeenCalledTimes(1);
    await election.end(ONE.shard);
    await tearAway('role-one');
    expect(departed).toHaveBeenCalledTimes(1);
    departed.mockRestore();
  });

  test('that goes while its shard is led elsewhere is forgotten', async () => {
    election.lead(ONE.shard);
    await operator.pass();
    await election.end(ONE.shard);
    operator.kubernetes.edit(CONNECTIONS, 'team-a', { metadata: { name: 'one', finalizers: [] } });
    operator.delete(CONNECTIONS, ONE);
    await operator.pass();
    election.lead(ONE.shard);
    await operator.pass();
    expect(operator.message(ROLES, { name: 'role-one' })).toBe(
      'there is no OpenSearchConnection team-a/one: create it, or make this object anew with another connectionRef, which is immutable',
    );
  });

  test('is written to once only when nothing has changed while its shard was led elsewhere', async () => {
    election.lead(ONE.shard);
    await operator.pass(10_000);
    await election.end(ONE.shard);
    const patches = operator.cluster.patches.length;
    const { kubernetesWrites } = operator;
    election.lead(ONE.shard);
    await operator.pass();
    expect([operator.cluster.patches.length, operator.kubernetesWrites]).toEqual([patches, kubernetesWrites]);
  });

  test('gets no status that was left over from the time before', async () => {
    jest.useFakeTimers({ doNotFake: ['setImmediate', 'nextTick', 'queueMicrotask'] });
    election.lead(ONE.shard);
    operator.kubernetes.refuse = ({ path }) =>
      path.endsWith('role-one/status') ? new KubernetesError('away', 0, 'Unreachable') : undefined;
    await operator.pass();
    await election.end(ONE.shard);
    operator.kubernetes.refuse = () => undefined;
    await jest.advanceTimersByTimeAsync(60_000);
    jest.useRealTimers();
    expect(operator.ready(ROLES, { name: 'role-one' })).toBe('nothing');
  });

  test('counts in metrics only while it is served, and its objects once', async () => {
    for (const { shard } of [ONE, TWO]) election.lead(shard);
    await operator.pass();
    expect([await gauge('connections'), await gauge('resources')]).toEqual([2, 2]);
    await election.end(ONE.shard);
    expect([await gauge('connections'), await gauge('resources')]).toEqual([1, 2]);
    election.lead(ONE.shard);
    await operator.pass();
    expect([await gauge('connections'), await gauge('resources')]).toEqual([2, 2]);
  });
});
