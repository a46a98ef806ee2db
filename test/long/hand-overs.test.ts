import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { FORCES, Replicas } from '../support/replicas.ts';
import { Scenario } from '../support/scenario.ts';

const handOvers = Number(process.env['HAND_OVERS'] ?? '50');

let scenario: Scenario;
let replicas: Replicas;

beforeAll(async () => {
  scenario = await Scenario.start();
  replicas = new Replicas(scenario);
  await replicas.start();
});

afterAll(() => scenario.stop());

test(
  `nobody who does not lead writes in ${handOvers} forced hand-overs`,
  async () => {
    const forces = Array.from({ length: Math.ceil(handOvers / FORCES.length) }, () => FORCES).flat();
    for (const force of forces.slice(0, handOvers)) await replicas.handOver(force);
    await replicas.stop();
    const writers = replicas.writers();
    console.log(
      `${handOvers} hand-overs, ${[...writers.values()].reduce((sum, n) => sum + n, 0)} writes by ${writers.size} leaders`,
    );
    expect(replicas.trespasses()).toEqual([]);
    expect(writers.size).toBe(handOvers + 1);
  },
  handOvers * 30_000,
);
