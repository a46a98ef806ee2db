import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';

jest.setTimeout(60_000);

const PROJECT = fileURLToPath(new URL('../..', import.meta.url));

interface CycloneDx {
  readonly bomFormat: string;
  readonly specVersion: string;
  readonly metadata: { readonly component: { readonly name: string; readonly version: string } };
  readonly components: readonly { readonly purl: string; readonly licenses?: readonly object[] }[];
}
interface Spdx {
  readonly spdxVersion: string;
  readonly packages: readonly {
    readonly SPDXID: string;
    readonly externalRefs: readonly { readonly referenceType: string; readonly referenceLocator: string }[];
  }[];
  readonly documentDescribes: readonly string[];
}
interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly dependencies: object;
}
interface Lock {
  readonly packages: Readonly<Record<string, { readonly version: string; readonly dev?: boolean }>>;
}

function readJson(...path: string[]): unknown {
  return JSON.parse(readFileSync(join(...path), 'utf8'));
}

/** What `npm ci --omit=dev` installs, as package URLs. */
function installed(): ReadonlySet<string> {
  const { packages } = readJson(PROJECT, 'package-lock.json') as Lock;
  const entries = Object.entries(packages).filter(([path, { dev }]) => path !== '' && dev !== true);
  const urls = entries.map(([path, { version }]) => {
    const name = path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length);
    return `pkg:npm/${name.replace('@', '%40')}@${version}`;
  });
  return new Set(urls);
}

describe('npm run sbom', () => {
  const folder = mkdtempSync(join(tmpdir(), 'sbom-test-'));
  const manifest = readJson(PROJECT, 'package.json') as Manifest;
  beforeAll(() => {
    execFileSync(process.execPath, ['scripts/sbom.ts', folder], { cwd: PROJECT, stdio: 'pipe' });
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  test('lists in CycloneDX all that the bundle may hold, with its licences, and no tools', () => {
    const sbom = readJson(folder, 'sbom.cyclonedx.json') as CycloneDx;
    expect(sbom).toMatchObject({ bomFormat: 'CycloneDX', specVersion: '1.5' });
    expect(sbom.metadata.component).toMatchObject({ name: manifest.name, version: manifest.version });
    expect(new Set(sbom.components.map(({ purl }) => purl))).toEqual(installed());
    expect(sbom.components.filter(({ licenses = [] }) => licenses.length === 0)).toEqual([]);
  });

  test('lists the same in SPDX', () => {
    const sbom = readJson(folder, 'sbom.spdx.json') as Spdx;
    expect(sbom.spdxVersion).toBe('SPDX-2.3');
    const others = sbom.packages.filter(({ SPDXID }) => !sbom.documentDescribes.includes(SPDXID));
    const urls = others.flatMap(({ externalRefs }) => externalRefs.map(({ referenceLocator }) => referenceLocator));
    expect(new Set(urls)).toEqual(installed());
  });

  test('lists what package.json names', () => {
    const names = [...installed()].map((url) => url.slice('pkg:npm/'.length, url.lastIndexOf('@')).replace('%40', '@'));
    expect(names).toEqual(expect.arrayContaining(Object.keys(manifest.dependencies)));
  });
});
