import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { buildOnce } from '../stack/build-once.ts';
import { StackError, ToolMissingError } from '../stack/errors.ts';
import { requireTool } from '../stack/find-tool.ts';
import { cacheFolder, recipeHash } from '../stack/paths.ts';
import { step, type Log } from '../stack/progress.ts';
import { runLogged, type Command } from '../stack/run-command.ts';

/** A Go program whose exact version `test/tools/<name>/go.mod` pins. */
export interface GoTool {
  /** Of the folder, and of the program. */
  readonly name: string;
  /** Import path of the package to build; `.` is the folder's own. */
  readonly package: string;
}

/**
 * Path of the program; built when the cache has not got it, which takes a minute or more.
 *
 * @throws ToolMissingError without Go, or where a module cannot be downloaded; StackError when it does not compile
 */
export async function goTool(tool: GoTool, log: Log): Promise<string> {
  const sources = join(import.meta.dirname, tool.name);
  const files = readdirSync(sources).filter((name) => /^go\.(mod|sum)$|\.go$/.test(name));
  const hash = recipeHash(
    files.sort().map((name) => join(sources, name)),
    [tool.package, process.platform, process.arch],
  );
  const folder = await buildOnce(join(cacheFolder(), `${tool.name}-${hash}`), log, (folder) =>
    step(log, `build ${tool.name}`, () => build(tool, sources, folder)),
  );
  return join(folder, tool.name);
}

async function build(tool: GoTool, sources: string, folder: string): Promise<void> {
  const args = ['build', '-buildvcs=false', '-trimpath', '-ldflags', '-s -w', '-o', join(folder, tool.name)];
  // Without cgo it needs no C compiler.
  const go = { command: requireTool('go'), cwd: sources, env: { CGO_ENABLED: '0' } };
  try {
    await runLogged({ ...go, args: [...args, tool.package] }, join(cacheFolder(), `${tool.name}-build.log`));
  } catch (error) {
    if (!(error instanceof StackError) || !(await lacksModules(go, tool))) throw error;
    throw new ToolMissingError(error.message, { cause: error });
  }
}

/** Whether a module, or the version of Go itself, is not on this machine: without a proxy Go says so by name. */
async function lacksModules(go: Omit<Command, 'args'>, { name, package: wanted }: GoTool): Promise<boolean> {
  const logPath = join(cacheFolder(), `${name}-modules.log`);
  const args = ['list', '-e', '-deps', '-f', '{{with .Error}}{{.Err}}{{end}}', wanted];
  await runLogged({ ...go, args, env: { ...go.env, GOPROXY: 'off' } }, logPath).catch(() => undefined);
  return readFileSync(logPath, 'utf8').includes('GOPROXY=off');
}
