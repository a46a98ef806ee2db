import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Replicas, type Force } from '../support/replicas.ts';
import { Scenario } from '../support/scenario.ts';

let scenario: Scenario;
let replicas: Replicas;

beforeAll(async () => {
  scenario = await Scenario.start();
  replicas = new Replicas(scenario);
  await replicas.start();
});

afterAll(() => scenario.stop());

describe('of two replicas', () => {
  const forced: readonly (readonly [Force, string, number | NodeJS.Signals])[] = [
    ['SIGTERM', 'gives its Lease back and ends well', 0],
    ['SIGKILL', 'is followed when its Lease has run out', 'SIGKILL'],
    ['SIGSTOP', 'ends as soon as it goes on, since another one leads', 1],
    ['network cut', 'ends since it cannot renew', 1],
  ];
  test.each(forced)('the leader after %s %s, and the other one goes on', async (force, _, exit) => {
    expect(await replicas.handOver(force)).toBe(exit);
  });

  test('only the one that holds the Lease has written, and each in its turn', async () => {
    await replicas.stop();
    expect(replicas.trespasses()).toEqual([]);
    // The first leader and the one after each hand-over.
    expect(replicas.writers().size).toBe(forced.length + 1);
  });
});
