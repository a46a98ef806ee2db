import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildOnce } from '../build-once.ts';
import { withLock } from '../file-lock.ts';
import { requireTool } from '../find-tool.ts';
import { openTree } from '../other-user.ts';
import { cacheFolder, recipeHash } from '../paths.ts';
import { step, type Log } from '../progress.ts';
import { runLogged } from '../run-command.ts';
import type { OpenSearchVersion } from './versions.ts';

const sources = import.meta.dirname;

/** Whether the distribution of a version is in the cache already. */
export function isDistributionBuilt(version: OpenSearchVersion): boolean {
  return existsSync(targetFolder(version));
}

/**
 * Folder with `lib/`, `modules/`, `plugins/` and, from 3.0 on, `agent/` of a version, put together from Maven
 * artifacts. Downloads about 120 MB the first time.
 */
export async function distributionFolder(version: OpenSearchVersion, log: Log): Promise<string> {
  return await buildOnce(targetFolder(version), log, async (folder) => {
    // One at a time: two Mavens that fill one local repository can get in each other's way.
    await withLock(join(cacheFolder(), 'maven.lock'), log, () =>
      step(log, `download OpenSearch ${version.version}`, () => download(version, folder)),
    );
    dropDuplicates(join(folder, 'modules', 'transport-netty4'), join(folder, 'lib'));
    describeTransport(version, join(folder, 'modules', 'transport-netty4'));
    freeSecurityPlugin(join(folder, 'plugins', 'opensearch-security'));
    openTree(folder);
  });
}

async function download(version: OpenSearchVersion, folder: string): Promise<void> {
  const properties = [
    `-Dopensearch.version=${version.version}`,
    `-Dclassloader.version=${version.classloader}`,
    `-Dstack.output=${folder}`,
  ];
  const profile = version.sandbox === 'agent' ? ['-P', 'agent'] : [];
  const args = ['-B', '-ntp', '-f', join(sources, 'pom.xml'), 'generate-resources', ...properties, ...profile];
  const maven = { command: requireTool('mvn'), args };
  await runLogged(maven, join(cacheFolder(), `maven-${version.version}.log`));
  // The server would make these two itself when missing, but it may not write here.
  for (const name of ['bin', 'extensions']) mkdirSync(join(folder, name));
}

/** A class that both the server and a module bring is "jar hell": the node would not start. */
function dropDuplicates(moduleFolder: string, lib: string): void {
  const kept = new Set(readdirSync(lib));
  for (const jar of readdirSync(moduleFolder)) if (kept.has(jar)) rmSync(join(moduleFolder, jar));
}

/** The published jar is that of the client and has no descriptor. */
function describeTransport({ version, transportClass }: OpenSearchVersion, folder: string): void {
  const lines = [
    'name=transport-netty4',
    'description=Netty transport',
    `version=${version}`,
    `opensearch.version=${version}`,
    'java.version=11',
    `classname=${transportClass}`,
    'extended.plugins=',
    'has.native.controller=false',
  ];
  writeFileSync(join(folder, 'plugin-descriptor.properties'), `${lines.join('\n')}\n`);
}

/** The descriptor names a module that the plugin extends, but which is not published. */
function freeSecurityPlugin(folder: string): void {
  const path = join(folder, 'plugin-descriptor.properties');
  writeFileSync(path, readFileSync(path, 'utf8').replace(/^extended\.plugins=.*$/m, 'extended.plugins='));
}

function targetFolder({ version }: OpenSearchVersion): string {
  const poms = ['pom.xml', 'server/pom.xml', 'transport/pom.xml'].map((name) => join(sources, name));
  const recipe = ['distribution.ts', 'versions.ts'].map((name) => join(sources, name));
  return join(cacheFolder(), `opensearch-${version}-${recipeHash([...poms, ...recipe])}`);
}
