import { watchTable } from './live-table.ts';
import { readCommits } from './operator-process.ts';
import { areAllReady } from './read-objects.ts';
import type { Stage } from './stage.ts';

/** The objects become Ready, and OpenSearch has what they say. */
export async function showFirstSync(stage: Stage): Promise<void> {
  const { screen, operator } = stage;
  screen.say(`It runs as process ${operator.record.pid}; its log: ${operator.record.logPath}`);
  screen.say('');
  await watchTable(stage, { what: 'all objects to be Ready', timeoutMs: 120_000, isThere: areAllReady });
  screen.say('');
  screen.say('What it sent, one PATCH for all objects of a type; for users as their hashes are made:');
  for (const { document, operations, requests } of readCommits(operator))
    screen.output(`${document}: ${operations} added or changed, ${requests} PATCH`);
  await showEntities(stage);
}

async function showEntities({ screen, opensearch }: Stage): Promise<void> {
  screen.chapter('What OpenSearch itself says');
  const shown = {
    actiongroups: ['logs_read'],
    tenants: ['team-a', 'team-b'],
    roles: ['team-a-reader', 'team-b-writer'],
    internalusers: ['jane', 'joe'],
    rolesmapping: ['team-a-reader', 'team-b-writer'],
  };
  for (const [type, names] of Object.entries(shown)) {
    screen.command(`GET /_plugins/_security/api/${type}`);
    const entities = await opensearch.entities(type);
    for (const name of names) screen.output(`"${name}": ${JSON.stringify(entities[name])}`);
  }
}
