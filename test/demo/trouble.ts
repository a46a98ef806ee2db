import { connectionManifest } from './connection-manifest.ts';
import { watchTable } from './live-table.ts';
import { areAllReady, keyOf, type ObjectRow } from './read-objects.ts';
import { createPassword } from './secrets.ts';
import type { Stage } from './stage.ts';

/** The reason that each broken object of `objects/broken.yaml` should tell. */
const expected: Readonly<Record<string, string>> = {
  'OpenSearchRole/broken-query': 'InvalidSpec',
  'OpenSearchRole/administrators': 'Reserved',
  'OpenSearchRole/archive-reader': 'ConnectionNotFound',
  'OpenSearchUser/mary': 'SecretNotFound',
  'OpenSearchRoleMapping/monitors': 'ReferenceNotFound',
};

/** Objects that cannot be put in force say why, hinder nobody, and heal. */
export async function showTrouble(stage: Stage): Promise<void> {
  const { screen, kubectl } = stage;
  screen.chapter('Broken on purpose');
  screen.say(
    'A role with a query that is not JSON, one with a reserved name, and one for a connection that is missing;',
  );
  screen.say('a user whose Secret is missing, and a mapping of a role that is missing:');
  await kubectl.show(['apply', '--filename', 'test/demo/objects/broken.yaml']);
  screen.say('');
  await watchTable(stage, {
    what: 'each broken object to say why',
    timeoutMs: 60_000,
    isThere: (rows) => Object.keys(expected).every((key) => reasonOf(rows, key) === expected[key]),
  });
  screen.say('');
  await kubectl.show(['get', 'opensearch-security', '--all-namespaces']);
  await mend(stage);
}

async function mend(stage: Stage): Promise<void> {
  const { screen, kubectl } = stage;
  screen.chapter('Mended');
  screen.say(
    'The query is corrected, and the reserved name (names are immutable) makes way for another object. What is',
  );
  screen.say('missing is created: connection, Secret and role. The objects that wait for these are not touched.');
  await kubectl.show(['--namespace', 'search', 'delete', 'osrole', 'administrators', '--timeout=30s']);
  await kubectl.show(['apply', '--filename', 'test/demo/objects/mended.yaml']);
  await kubectl.show(['apply', '--filename', '-'], connectionManifest(stage, 'archive'));
  await createPassword(stage, 'mary');
  screen.say('');
  await watchTable(stage, { what: 'everything to be Ready', timeoutMs: 90_000, isThere: areAllReady });
}

function reasonOf(rows: readonly ObjectRow[], key: string): string | undefined {
  return rows.find((row) => keyOf(row) === key)?.reason;
}
