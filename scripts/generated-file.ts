import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../', import.meta.url));

/**
 * Writes a generated file, or with `--check` on the command line only complains when it is not as it should be.
 *
 * @param command makes it fresh, for the complaint
 */
export function writeGenerated(path: string, text: string, command = 'npm run generate'): void {
  const file = ROOT + path;
  if (existsSync(file) && readFileSync(file, 'utf8') === text) return;
  if (complains(`${path} is stale`, command)) return;
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
}

/** Writes all files of a folder that is generated as a whole; what else is there goes. */
export function writeGeneratedFolder(folder: string, files: ReadonlyMap<string, string>): void {
  for (const [name, text] of files) writeGenerated(`${folder}/${name}`, text);
  const present = existsSync(ROOT + folder) ? readdirSync(ROOT + folder) : [];
  for (const name of present.filter((name) => !files.has(name))) {
    if (!complains(`${folder}/${name} is left over`, 'npm run generate')) rmSync(`${ROOT}${folder}/${name}`);
  }
}

/** `text` with what is between two marks replaced. @throws when a mark is missing */
export function replaceBetween(text: string, [begin, end]: readonly [string, string], inner: string): string {
  const [from, to] = [text.indexOf(begin), text.indexOf(end)];
  if (from < 0 || to < from) throw new Error(`the marks are missing: ${begin} and ${end}`);
  return text.slice(0, from + begin.length) + inner + text.slice(to);
}

function complains(what: string, command: string): boolean {
  if (!process.argv.includes('--check')) return false;
  console.error(`${what}: run "${command}" and commit the result`);
  process.exitCode = 1;
  return true;
}
