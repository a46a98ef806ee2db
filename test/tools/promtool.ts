import { existsSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { buildOnce } from '../stack/build-once.ts';
import { findOnPath } from '../stack/find-tool.ts';
import { cacheFolder } from '../stack/paths.ts';
import { step, type Log } from '../stack/progress.ts';
import { runLogged } from '../stack/run-command.ts';

/** So that a machine without a network does not wait for long. */
const OPTIONS = ['-o', 'Acquire::http::Timeout=10', '-o', 'Acquire::https::Timeout=10', '-o', 'Acquire::Retries=0'];

/**
 * Path of Prometheus' own checker: the one on PATH, or the one of the Debian package, which is downloaded once (20 MB)
 * and not installed. Its source pulls in the libraries of every cloud.
 *
 * @returns undefined where it cannot be had; say so aloud and go on
 */
export async function promtool(log: Log): Promise<string | undefined> {
  const installed = findOnPath('promtool');
  if (installed !== undefined) return installed;
  if (findOnPath('apt-get') === undefined || findOnPath('dpkg') === undefined) return undefined;
  try {
    const folder = await buildOnce(join(cacheFolder(), 'promtool'), log, (target) =>
      step(log, 'download promtool', () => unpackPackage(target)),
    );
    return join(folder, 'promtool');
  } catch {
    return undefined;
  }
}

async function unpackPackage(folder: string): Promise<void> {
  const logPath = join(cacheFolder(), 'promtool.log');
  await runLogged({ command: 'apt-get', args: ['download', ...OPTIONS, 'prometheus'], cwd: folder }, logPath);
  const archive = readdirSync(folder).find((name) => name.endsWith('.deb'));
  if (archive === undefined) throw new Error('apt-get downloaded nothing');
  await runLogged({ command: 'dpkg', args: ['-x', archive, 'unpacked'], cwd: folder }, logPath);
  const program = join(folder, 'unpacked', 'usr', 'bin', 'promtool');
  if (!existsSync(program)) throw new Error('the package has no promtool');
  renameSync(program, join(folder, 'promtool'));
  for (const rest of ['unpacked', archive]) rmSync(join(folder, rest), { recursive: true });
}
