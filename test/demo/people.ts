import { isDeepStrictEqual } from 'node:util';
import { DemoError } from './demo-error.ts';
import { createIndices, TEAM_A, TEAM_B } from './indices.ts';
import { changePassword, readPassword } from './secrets.ts';
import type { Stage } from './stage.ts';
import { waitFor } from './wait-for.ts';
import { WebClient, type Answer } from './web-client.ts';

type Document = Readonly<Record<string, unknown>>;

/** Users log in, and see what their roles let them see. */
export async function showPeople(stage: Stage): Promise<void> {
  const { screen } = stage;
  screen.chapter('Users log in');
  screen.say('Some documents, stored by the administrator:');
  await createIndices(stage);
  screen.say('');
  screen.say(
    'Jane of team A reads them with the password from her Secret. Her role shows public documents only, without',
  );
  screen.say('the salary, and the address masked:');
  const jane = await login(stage, 'jane');
  checkDocuments(await showSearch(stage, jane, { index: TEAM_A, expected: 200 }));
  screen.say('');
  screen.say('Joe of team B may not read them, nor may Jane read what is his. His password was made by the operator:');
  const joe = await login(stage, 'joe');
  await showSearch(stage, joe, { index: TEAM_A, expected: 403 });
  await showSearch(stage, jane, { index: TEAM_B, expected: 403 });
  await showSearch(stage, joe, { index: TEAM_B, expected: 200 });
}

/** Another password in the Secret takes the place of the former one. */
export async function showRotation(stage: Stage): Promise<void> {
  const { screen, stack, signal } = stage;
  screen.chapter('Another password');
  const former = await login(stage, 'jane');
  const password = await changePassword(stage, 'jane');
  const startedMs = performance.now();
  const jane = new WebClient(stack, { username: 'jane', password });
  let status = 0;
  await waitFor({
    what: 'the new password of jane to open the door',
    timeoutMs: 60_000,
    everyMs: 100,
    signal,
    probe: async () => {
      ({ status } = await jane.ask(search(TEAM_A)));
      return status === 200 ? true : undefined;
    },
    instead: () => `answer ${status}`,
  });
  screen.say(
    `The new one works after ${((performance.now() - startedMs) / 1000).toFixed(1)} s; the former one does not:`,
  );
  await showSearch(stage, { name: 'jane, new password', client: jane }, { index: TEAM_A, expected: 200 });
  await showSearch(stage, { ...former, name: 'jane, former password' }, { index: TEAM_A, expected: 401 });
}

type Person = { readonly name: string; readonly client: WebClient };

/** What somebody asks for, and what the answer should be. */
type Search = { readonly index: string; readonly expected: 200 | 401 | 403 };

/** The Secret has the name of the user. */
async function login(stage: Stage, username: string): Promise<Person> {
  const password = await readPassword(stage, username);
  return { name: username, client: new WebClient(stage.stack, { username, password }) };
}

function search(index: string): { readonly method: 'GET'; readonly path: string } {
  return { method: 'GET', path: `/${index}/_search?sort=_id` };
}

/** @throws DemoError when the answer is another one than expected */
async function showSearch(
  { screen }: Stage,
  { name, client }: Person,
  { index, expected }: Search,
): Promise<readonly Document[]> {
  const asked = search(index);
  const answer = await client.ask(asked);
  screen.command(`GET ${asked.path}   (as ${name})`);
  const documents = documentsOf(answer);
  screen.output(
    [`answer ${answer.status}${reasonOf(answer)}`, ...documents.map((found) => JSON.stringify(found))].join('\n'),
  );
  if (answer.status !== expected) throw new DemoError(`expected ${expected}, got ${answer.status}: ${answer.text}`);
  return documents;
}

function documentsOf({ status, text }: Answer): readonly Document[] {
  if (status !== 200) return [];
  const { hits } = JSON.parse(text) as { readonly hits: { readonly hits: readonly { readonly _source: Document }[] } };
  return hits.hits.map(({ _source }) => _source);
}

function reasonOf({ status, text }: Answer): string {
  if (status !== 403) return '';
  const { error } = JSON.parse(text) as { readonly error: { readonly reason: string } };
  return `: ${error.reason}`;
}

/** @throws DemoError unless just what the role allows is there */
function checkDocuments(documents: readonly Document[]): void {
  const names = documents.map(({ name }) => name).sort();
  if (!isDeepStrictEqual(names, ['Ada', 'Cleo'])) throw new DemoError(`Jane sees ${names.join(', ')}`);
  for (const document of documents) {
    if ('salary' in document) throw new DemoError('Jane sees a salary');
    if (typeof document['email'] !== 'string' || document['email'].includes('@'))
      throw new DemoError('Jane sees an address that is not masked');
  }
}
