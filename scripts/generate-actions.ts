/**
 * Writes `src/desired/known-actions.ts`, the names of the actions of OpenSearch and its Security plugin, and
 * `test/fixtures/shipped-permissions.json`, what the plugin's own roles and action groups grant. Both are read from the
 * distributions that the test stack runs, so this is for maintainers: `npm run generate:actions` after a new
 * version of OpenSearch has been added there. Needs a JDK; downloads the distributions when they are not in the cache.
 */
import { globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CORE_SCHEMA, load } from 'js-yaml';
import { format, resolveConfig } from 'prettier';
import { findJarProgram } from '../test/stack/find-java.ts';
import { distributionFolder } from '../test/stack/opensearch/distribution.ts';
import { findVersion, knownVersions } from '../test/stack/opensearch/versions.ts';
import { timedLog } from '../test/stack/progress.ts';
import { runForOutput } from '../test/stack/run-command.ts';
import { javaStrings } from './java-strings.ts';

/** What a role or an action group of the plugin's YAML files grants. */
interface Shipped {
  readonly cluster_permissions?: readonly string[];
  readonly index_permissions?: readonly { readonly allowed_actions?: readonly string[] }[];
  readonly tenant_permissions?: readonly { readonly allowed_actions?: readonly string[] }[];
  readonly allowed_actions?: readonly string[];
}

/** What one version of OpenSearch brings. */
interface Findings {
  readonly actions: readonly string[];
  readonly groups: readonly string[];
  readonly grants: readonly string[];
}

const CATALOGUE = new URL('../src/desired/known-actions.ts', import.meta.url);
const FIXTURE = new URL('../test/fixtures/shipped-permissions.json', import.meta.url);
/**
 * A full name: constants that only begin names end with a slash or name an area. Left out are `internal:`,
 * `indices:internal/` and `cluster:internal/`: nodes say those among themselves, and no role is asked about them.
 */
const ACTION =
  /^(?:indices:(?:admin|monitor|data\/read|data\/write)\/|cluster:(?:admin|monitor)\/|security:|system:)[^\s*%]*[^\s*%/:]$/;
const log = timedLog((line) => {
  console.error(line);
});

async function findings(version: string): Promise<Findings> {
  const distribution = await distributionFolder(findVersion(version), log);
  const folder = mkdtempSync(join(tmpdir(), 'opensearch-actions-'));
  try {
    for (const jar of ownJars(distribution, version)) await unpack(jar, folder);
    const shipped = [
      ...shippedIn(join(folder, 'static_config/static_*.yml')),
      ...shippedIn(join(distribution, 'plugins/opensearch-security/config/*.yml')),
    ];
    const grants = sorted(shipped.flatMap(([, named]) => grantsOf(named)));
    return {
      actions: sorted([...actionsIn(folder), ...grants.filter(isRestPermission)]),
      groups: groupsIn(shipped),
      grants,
    };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** OpenSearch's own jars bear its version; those of others have no actions. */
function ownJars(distribution: string, version: string): string[] {
  return globSync(join(distribution, `{lib,modules/*,plugins/*}/*-${version}{,.0}.jar`));
}

async function unpack(jar: string, folder: string): Promise<void> {
  const command = findJarProgram();
  if (command === undefined) throw new Error('a JDK is missing: install one');
  await runForOutput({ command, args: ['xf', jar], cwd: folder });
}

function actionsIn(folder: string): string[] {
  const strings = globSync(join(folder, '**/*.class')).flatMap((path) => javaStrings(readFileSync(path)));
  return strings.filter((text) => ACTION.test(text));
}

/** The plugin puts these names together when it runs, so that the jar does not have them. */
function isRestPermission(grant: string): boolean {
  return /^restapi:admin\/[^*]+$/.test(grant);
}

/** What the files of roles and action groups among these bring, each with its name. */
function shippedIn(pattern: string): (readonly [string, Shipped])[] {
  return globSync(pattern)
    .filter((path) => /(?:action_groups|roles)\.yml$/.test(path))
    .flatMap((path) => Object.entries(load(readFileSync(path, 'utf8'), { schema: CORE_SCHEMA }) as object))
    .filter(([name]) => name !== '_meta');
}

function grantsOf(shipped: Shipped): string[] {
  const scoped = [...(shipped.index_permissions ?? []), ...(shipped.tenant_permissions ?? [])];
  return [
    ...(shipped.cluster_permissions ?? []),
    ...scoped.flatMap(({ allowed_actions }) => allowed_actions ?? []),
    ...(shipped.allowed_actions ?? []),
  ];
}

function groupsIn(shipped: readonly (readonly [string, Shipped])[]): string[] {
  return sorted(shipped.filter(([, { allowed_actions }]) => allowed_actions !== undefined).map(([name]) => name));
}

function sorted(names: readonly string[]): string[] {
  return [...new Set(names)].sort();
}

function union(found: readonly Findings[], field: keyof Findings): string[] {
  return sorted(found.flatMap((findings) => findings[field]));
}

async function write(file: URL, source: string): Promise<void> {
  const options = await resolveConfig(file);
  writeFileSync(file, await format(source, { ...options, filepath: file.pathname }));
}

const versions = knownVersions.toReversed();
const found: Findings[] = [];
for (const version of versions) found.push(await findings(version));
await write(
  CATALOGUE,
  `/* Made by \`npm run generate:actions\` from the jars of OpenSearch ${versions.join(' and ')}; never edited. */

/** Every action that can be granted to somebody, of any of those versions; in text order. */
export const knownActions: readonly string[] = ${JSON.stringify(union(found, 'actions'))};
`,
);
const fixture = {
  origin: `Made by npm run generate:actions: what ships with the Security plugin ${versions.join(' and ')}, in static_config/ of its jar and in its config/: the names of action groups, and all that roles and action groups grant. Apache-2.0, OpenSearch contributors.`,
  groups: union(found, 'groups'),
  grants: union(found, 'grants'),
};
await write(FIXTURE, JSON.stringify(fixture));
