/**
 * Writes down what the bundle is made of, for scanners: `npm run sbom [-- FOLDER]` makes `sbom.cyclonedx.json` and
 * `sbom.spdx.json`, in `dist` unless another folder is named. A scanner that looks into the image finds no packages
 * there, since the bundle has none.
 *
 * `npm sbom --omit=dev` (npm 11) leaves out what both the program and a tool need, js-yaml for one. So npm is shown a
 * project that has no development dependencies. To see whether that is still needed: compare with its own answer.
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

interface Manifest {
  readonly name: string;
  readonly devDependencies?: object;
}
interface Lock {
  readonly packages: Readonly<Record<string, { readonly dev?: boolean }>>;
}

const PROJECT = fileURLToPath(new URL('..', import.meta.url));
const FORMATS = ['cyclonedx', 'spdx'] as const;

const folder = process.argv[2] ?? join(PROJECT, 'dist');
const temporary = mkdtempSync(join(tmpdir(), 'sbom-'));
try {
  const project = writeRuntimeProject(temporary);
  mkdirSync(folder, { recursive: true });
  for (const format of FORMATS) {
    const file = join(folder, `sbom.${format}.json`);
    writeFileSync(file, readSbom(project, format));
    console.log(file);
  }
} finally {
  rmSync(temporary, { recursive: true });
}

/** @returns its folder, which has the name of the package: that is what npm calls the project */
function writeRuntimeProject(parent: string): string {
  const manifest = readJson('package.json') as Manifest;
  const lock = readJson('package-lock.json') as Lock;
  const { '': root, ...packages } = lock.packages;
  const runtime = Object.fromEntries(Object.entries(packages).filter(([, { dev }]) => dev !== true));
  const project = join(parent, manifest.name);
  mkdirSync(project);
  const write = (name: string, content: object): void => writeFileSync(join(project, name), JSON.stringify(content));
  write('package.json', { ...manifest, devDependencies: undefined });
  write('package-lock.json', { ...lock, packages: { '': { ...root, devDependencies: undefined }, ...runtime } });
  return project;
}

function readSbom(project: string, format: (typeof FORMATS)[number]): string {
  const args = ['sbom', '--package-lock-only', '--sbom-type=application', `--sbom-format=${format}`];
  return execFileSync('npm', args, { cwd: project, encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 });
}

function readJson(name: string): unknown {
  return JSON.parse(readFileSync(join(PROJECT, name), 'utf8'));
}
