import { isDeepStrictEqual } from 'node:util';
import { checkOperator } from './operator-process.ts';
import { NAMESPACE, type Stage } from './stage.ts';
import { waitFor } from './wait-for.ts';

const EDITED = 'team-a-reader';
const DELETED = 'team-b-writer';
/** What somebody would do in a hurry: let the readers of team A do everything. */
const everything = {
  cluster_permissions: ['*'],
  index_permissions: [{ index_patterns: ['*'], allowed_actions: ['*'] }],
};

type Roles = Readonly<Record<string, unknown>>;

/** Somebody changes two roles by hand, and they are put back. */
export async function showDrift(stage: Stage): Promise<void> {
  const { screen, opensearch } = stage;
  screen.chapter('Changes behind its back, put right');
  screen.say('Somebody lets the readers of team A do everything, and deletes the role of the writers of team B:');
  const declared = await opensearch.entities('roles');
  screen.command(`PUT /_plugins/_security/api/roles/${EDITED} ${JSON.stringify(everything)}`);
  screen.output(JSON.stringify(await opensearch.send('PUT', `roles/${EDITED}`, everything)));
  screen.command(`DELETE /_plugins/_security/api/roles/${DELETED}`);
  screen.output(JSON.stringify(await opensearch.send('DELETE', `roles/${DELETED}`)));
  screen.say('');
  screen.say('The connection of the demo looks every 5 seconds (spec.driftDetection; 60 when absent):');
  await watchRoles(stage, declared);
  await showEvents(stage);
}

async function watchRoles({ screen, opensearch, operator, signal }: Stage, declared: Roles): Promise<void> {
  const startedMs = performance.now();
  let told = '';
  await waitFor({
    what: 'both roles to be as declared',
    timeoutMs: 60_000,
    everyMs: 250,
    signal,
    probe: async () => {
      checkOperator(operator);
      const live = await opensearch.entities('roles');
      const states = [EDITED, DELETED].map((name) => `role ${name}: ${stateOf(live[name], declared[name])}`);
      const seconds = `${((performance.now() - startedMs) / 1000).toFixed(1)} s`;
      if (screen.isLive) screen.redraw([...states, seconds]);
      else if (told !== states.join()) screen.output(`${seconds}  ${states.join(', ')}`);
      told = states.join();
      return states.every((state) => state.endsWith('as declared')) ? true : undefined;
    },
    instead: () => told,
  });
}

function stateOf(live: unknown, declared: unknown): string {
  if (live === undefined) return 'missing';
  return isDeepStrictEqual(live, declared) ? 'as declared' : 'allows everything';
}

/** The events come a moment after the repair. */
async function showEvents({ screen, kubectl, signal }: Stage): Promise<void> {
  const get = ['--namespace', NAMESPACE, 'get', 'events', '--field-selector=reason=DriftCorrected'];
  await waitFor({
    what: 'an event for each of the two roles',
    timeoutMs: 30_000,
    everyMs: 500,
    signal,
    probe: async () => {
      const names = (await kubectl.run([...get, '--output=name'])).trim().split('\n');
      return names.length >= 2 ? true : undefined;
    },
    instead: () => 'fewer than two',
  });
  screen.say('');
  await kubectl.show(get);
}
