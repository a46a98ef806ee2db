import { isDeepStrictEqual } from 'node:util';
import { checkOperator } from './operator-process.ts';
import { NAMESPACE, type Stage } from './stage.ts';
import { waitFor } from './wait-for.ts';

/** Something that somebody changes by hand, in a hurry. */
type Change = {
  readonly type: 'roles' | 'rolesmapping';
  readonly name: string;
  /** Undefined where it is deleted. */
  readonly body?: object;
  readonly state: string;
};

const changes: readonly Change[] = [
  {
    type: 'roles',
    name: 'team-a-reader',
    body: {
      cluster_permissions: ['*'],
      index_permissions: [{ index_patterns: ['*'], allowed_actions: ['*'] }],
    },
    state: 'allows everything',
  },
  { type: 'roles', name: 'team-b-writer', state: 'missing' },
  {
    type: 'rolesmapping',
    name: 'team-a-reader',
    body: { backend_roles: ['team-a'], users: ['mallory'] },
    state: 'lets mallory in',
  },
];

type Documents = Readonly<Record<Change['type'], Readonly<Record<string, unknown>>>>;

/** Somebody changes roles and a mapping by hand, and they are put back. */
export async function showDrift(stage: Stage): Promise<void> {
  const { screen } = stage;
  screen.chapter('Changes behind its back, put right');
  screen.say('Somebody lets the readers of team A do everything, deletes the role of the writers of team B, and makes');
  screen.say('Mallory a reader of team A:');
  const declared = await readDocuments(stage);
  for (const change of changes) await makeChange(stage, change);
  screen.say('');
  screen.say('The connection of the demo looks every 5 seconds (spec.driftDetection; 60 when absent):');
  await watchRepair(stage, declared);
  await showEvents(stage);
}

async function readDocuments({ opensearch }: Stage): Promise<Documents> {
  return { roles: await opensearch.entities('roles'), rolesmapping: await opensearch.entities('rolesmapping') };
}

async function makeChange({ screen, opensearch }: Stage, { type, name, body }: Change): Promise<void> {
  const method = body === undefined ? 'DELETE' : 'PUT';
  const shown = body === undefined ? '' : ` ${JSON.stringify(body)}`;
  screen.command(`${method} /_plugins/_security/api/${type}/${name}${shown}`);
  screen.output(JSON.stringify(await opensearch.send(method, `${type}/${name}`, body)));
}

async function watchRepair(stage: Stage, declared: Documents): Promise<void> {
  const { screen, operator, signal } = stage;
  const startedMs = performance.now();
  let told = '';
  await waitFor({
    what: 'all of it to be as declared',
    timeoutMs: 60_000,
    everyMs: 250,
    signal,
    probe: async () => {
      checkOperator(operator);
      const live = await readDocuments(stage);
      const states = changes.map((change) => `${change.type}/${change.name}: ${stateOf(change, live, declared)}`);
      const seconds = `${((performance.now() - startedMs) / 1000).toFixed(1)} s`;
      if (screen.isLive) screen.redraw([...states, seconds]);
      else if (told !== states.join()) screen.output(`${seconds}  ${states.join(', ')}`);
      told = states.join();
      return states.every((state) => state.endsWith('as declared')) ? true : undefined;
    },
    instead: () => told,
  });
}

function stateOf({ type, name, state }: Change, live: Documents, declared: Documents): string {
  return isDeepStrictEqual(live[type][name], declared[type][name]) ? 'as declared' : state;
}

/** The events come a moment after the repair. */
async function showEvents({ screen, kubectl, signal }: Stage): Promise<void> {
  const get = ['--namespace', NAMESPACE, 'get', 'events', '--field-selector=reason=DriftCorrected'];
  await waitFor({
    what: 'an event for each change',
    timeoutMs: 30_000,
    everyMs: 500,
    signal,
    probe: async () => {
      const names = (await kubectl.run([...get, '--output=name'])).trim().split('\n');
      return names.length >= changes.length ? true : undefined;
    },
    instead: () => 'fewer of them',
  });
  screen.say('');
  await kubectl.show(get);
}
