import { DemoError } from './demo-error.ts';
import type { Scenery } from './stage.ts';

/** Names that the roles of the two teams match. */
export const TEAM_A = 'team-a-demo';
export const TEAM_B = 'team-b-demo';

const employees = [
  { name: 'Ada', public: true, salary: 7000, email: 'ada@example.com' },
  { name: 'Bob', public: false, salary: 5000, email: 'bob@example.com' },
  { name: 'Cleo', public: true, salary: 6000, email: 'cleo@example.com' },
];

/** @throws DemoError when the cluster, which may be somebody else's, has such an index */
export async function checkIndices({ opensearch }: Scenery): Promise<void> {
  const path = `/${TEAM_A},${TEAM_B}?ignore_unavailable=true`;
  const found = (await opensearch.client.demand({ method: 'GET', path })) as Readonly<Record<string, unknown>>;
  const [name] = Object.keys(found);
  if (name !== undefined)
    throw new DemoError(`the index ${name} exists: the demo makes and removes it, so delete it first`);
}

/** The documents of team A, as an administrator stores and sees them; and an index of team B. */
export async function createIndices({ opensearch, screen }: Scenery): Promise<void> {
  screen.command(`POST /${TEAM_A}/_doc   (as admin)`);
  for (const [id, body] of employees.entries()) {
    await opensearch.client.demand({ method: 'PUT', path: `/${TEAM_A}/_doc/${id}?refresh=true`, body });
    screen.output(JSON.stringify(body));
  }
  await opensearch.client.demand({ method: 'PUT', path: `/${TEAM_B}/_doc/0?refresh=true`, body: { plan: 'B' } });
}

export async function removeIndices({ opensearch }: Scenery): Promise<void> {
  const path = `/${TEAM_A},${TEAM_B}?ignore_unavailable=true`;
  await opensearch.client.demand({ method: 'DELETE', path });
}
