import { describe, expect, test } from '@jest/globals';
import { TurnMeter } from '../../src/engine/turn-meter.ts';
import { createMetrics } from '../../src/metrics.ts';
import { FakeClock } from '../support/fake-clock.ts';

function aMeter(connection = 'search/default', random = () => 0.5) {
  const clock = new FakeClock();
  const metrics = createMetrics();
  return { clock, metrics, meter: new TurnMeter(connection, { clock, metrics, random }, () => 3) };
}

describe('the id of a turn', () => {
  test('is another one for each turn', async () => {
    const { meter } = aMeter();
    const ids = new Set<string>();
    for (let turn = 0; turn < 3; turn += 1)
      await meter.measure(async () => {
        ids.add(meter.opaqueId);
        return 'success';
      });
    expect([...ids]).toEqual([1, 2, 3].map((turn) => `opensearch-security-operator/search/default/i00000-${turn}`));
  });

  test('is another one after each start', () => {
    expect(aMeter('a/b', () => 0.1).meter.opaqueId).not.toBe(aMeter('a/b', () => 0.2).meter.opaqueId);
  });

  test('is short, whatever the connection is called', () => {
    const { meter } = aMeter(`${'n'.repeat(63)}/${'c'.repeat(253)}`);
    expect(meter.opaqueId.length).toBeLessThan(150);
    expect(meter.opaqueId).toMatch(/^[\x21-\x7e]+$/);
  });
});

describe('a turn', () => {
  test('is timed though it throws, and is not under way any more', async () => {
    const { meter, clock, metrics } = aMeter();
    const turn = meter.measure(async () => {
      clock.skip(2000);
      throw new Error('bug');
    });
    await expect(turn).rejects.toThrow('bug');
    expect(meter.startedMs).toBeUndefined();
    expect(await metrics.registry.getSingleMetricAsString('controller_runtime_reconcile_time_seconds')).toContain(
      'controller_runtime_reconcile_time_seconds_sum{controller="opensearchconnection"} 2',
    );
  });

  test('that failed has all that is left tried again', async () => {
    const { meter, metrics } = aMeter();
    await meter.measure(async () => 'error');
    expect((await metrics.queueRetries.get()).values).toMatchObject([{ value: 3 }]);
  });

  test('is quiet from its last answer on, and between turns nobody is', async () => {
    const { meter } = aMeter();
    const quiet: number[] = [];
    await meter.measure(async () => {
      meter.beat();
      meter.beat();
      quiet.push(meter.quietBeats);
      meter.answered({ endpoint: 'roles', method: 'GET', code: '200', ms: 5 });
      meter.beat();
      quiet.push(meter.quietBeats);
      return 'success';
    });
    meter.beat();
    expect([...quiet, meter.quietBeats]).toEqual([2, 1, 0]);
  });
});
