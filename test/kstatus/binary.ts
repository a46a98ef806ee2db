import { join } from 'node:path';
import { buildOnce } from '../stack/build-once.ts';
import { requireTool } from '../stack/find-tool.ts';
import { cacheFolder, recipeHash } from '../stack/paths.ts';
import { step, type Log } from '../stack/progress.ts';
import { runLogged } from '../stack/run-command.ts';

const sources = import.meta.dirname;

/** Path of the program that judges objects with the kstatus library; built when not in the cache, in seconds. */
export async function kstatusProgram(log: Log): Promise<string> {
  const folder = await buildOnce(targetFolder(), log, (folder) => step(log, 'build kstatus', () => build(folder)));
  return join(folder, 'kstatus');
}

async function build(folder: string): Promise<void> {
  const args = ['build', '-buildvcs=false', '-ldflags', '-s -w', '-o', join(folder, 'kstatus'), '.'];
  // The same flags as for the control plane, so that Go compiles what both need once.
  const go = { command: requireTool('go'), args, cwd: sources, env: { CGO_ENABLED: '0' } };
  await runLogged(go, join(cacheFolder(), 'kstatus-build.log'));
}

function targetFolder(): string {
  const files = ['go.mod', 'go.sum', 'main.go'].map((name) => join(sources, name));
  return join(cacheFolder(), `kstatus-${recipeHash(files, [process.platform, process.arch])}`);
}
