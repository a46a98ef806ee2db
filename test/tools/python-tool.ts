import { join } from 'node:path';
import { buildOnce } from '../stack/build-once.ts';
import { requireTool } from '../stack/find-tool.ts';
import { cacheFolder, recipeHash } from '../stack/paths.ts';
import { step, type Log } from '../stack/progress.ts';
import { runLogged, type Command } from '../stack/run-command.ts';

const requirements = join(import.meta.dirname, 'scanners', 'requirements.txt');

/**
 * How to run a program that `test/tools/scanners/requirements.txt` pins; installed when the cache has not got it, which
 * takes a minute or two.
 *
 * @throws StackError without Python or without the packages
 */
export async function pythonTool(name: 'checkov' | 'hadolint', log: Log): Promise<Command> {
  const target = join(cacheFolder(), `scanners-${recipeHash([requirements], [process.platform, process.arch])}`);
  const folder = await buildOnce(target, log, (folder) =>
    step(log, 'install checkov and hadolint', () => fill(folder)),
  );
  const program = join(folder, 'bin', name);
  if (name === 'hadolint') return { command: program, args: [] };
  return { command: requireTool('python3'), args: [program], env: { PYTHONPATH: folder } };
}

async function fill(folder: string): Promise<void> {
  const options = ['--disable-pip-version-check', '--no-deps', '--target', folder, '--requirement', requirements];
  const pip = { command: requireTool('python3'), args: ['-m', 'pip', 'install', ...options] };
  await runLogged(pip, join(cacheFolder(), 'scanners-pip.log'));
}
