import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { aFleet, applyAll, FLEET_KINDS } from '../support/fleet.ts';
import { Scenario } from '../support/scenario.ts';

/** Somebody else who writes the same documents without a pause, one entry after the other. */
class OtherWriter {
  readonly written: string[] = [];
  readonly #scenario: Scenario;
  #isStopped = false;
  readonly #ended: Promise<void>;

  constructor(scenario: Scenario) {
    this.#scenario = scenario;
    this.#ended = this.#run();
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    await this.#ended;
  }

  async #run(): Promise<void> {
    for (let count = 0; !this.#isStopped; count += 1) {
      const name = `${this.#scenario.namespace}-by-hand-${count}`;
      await this.#scenario.change('roles', [{ op: 'add', path: `/${name}`, value: { description: 'by hand' } }]);
      await this.#scenario.change('rolesmapping', [{ op: 'add', path: `/${name}`, value: { users: ['by-hand'] } }]);
      this.written.push(name);
    }
  }
}

async function missing(scenario: Scenario, document: string, names: readonly string[]): Promise<readonly string[]> {
  const all = await scenario.search.ok<Readonly<Record<string, unknown>>>('GET', `/_plugins/_security/api/${document}`);
  return names.filter((name) => !(name in all));
}

describe('another writer of the same documents', () => {
  let scenario: Scenario;

  beforeAll(async () => {
    scenario = await Scenario.start();
    await scenario.startConnected();
  });
  afterAll(() => scenario.stop());

  it('who never stops keeps nobody from getting ready, and loses nothing', async () => {
    const other = new OtherWriter(scenario);
    const fleet = aFleet(scenario, 200);
    await applyAll(scenario, fleet)
      .then(() => scenario.untilAllReady(FLEET_KINDS, 120_000))
      .finally(() => other.stop());
    const roles = fleet.filter(({ kind }) => kind === 'OpenSearchRole').map(({ name }) => name);
    expect(other.written.length).toBeGreaterThan(5);
    expect(await missing(scenario, 'roles', [...roles, ...other.written])).toEqual([]);
    expect(await missing(scenario, 'rolesmapping', other.written)).toEqual([]);
  });
});
