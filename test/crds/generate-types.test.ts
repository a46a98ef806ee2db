import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { repository } from '../support/custom-resource-definitions.ts';

let copy: string;

beforeEach(() => {
  copy = mkdtempSync(join(tmpdir(), 'generate-types-'));
  for (const path of ['crds', 'scripts/generate-types.ts', 'src/generated', 'package.json']) {
    cpSync(fileURLToPath(new URL(path, repository)), join(copy, path), { recursive: true });
  }
  symlinkSync(fileURLToPath(new URL('node_modules', repository)), join(copy, 'node_modules'));
});

afterEach(() => rmSync(copy, { recursive: true, force: true }));

function generate(...args: readonly string[]) {
  return spawnSync(process.execPath, [join(copy, 'scripts/generate-types.ts'), ...args], { encoding: 'utf8' });
}

function generated(file: string): string {
  return readFileSync(join(copy, 'src/generated', file), 'utf8');
}

function editTenant(text: string, by: string): void {
  const file = join(copy, 'crds/security.opensearch.org_opensearchtenants.yaml');
  const before = readFileSync(file, 'utf8');
  expect(before).toContain(text);
  writeFileSync(file, before.replace(text, by));
}

describe('generate-types', () => {
  it('finds that what is committed is fresh', () => {
    expect(generate('--check')).toMatchObject({ status: 0, stderr: '' });
  });

  it('names the files that a changed CRD has made stale, and changes nothing', () => {
    const before = generated('opensearch-tenant.ts');
    editTenant('What the tenant is for', 'Why there is such a tenant');
    expect(generate('--check')).toMatchObject({
      status: 1,
      stderr: 'src/generated is stale (opensearch-tenant.ts): run "npm run generate" and commit the result\n',
    });
    expect(generated('opensearch-tenant.ts')).toBe(before);
  });

  it('writes the same text again when nothing has changed', () => {
    const files = readdirSync(join(copy, 'src/generated'));
    const before = files.map(generated);
    expect(generate().status).toBe(0);
    expect(files.map(generated)).toEqual(before);
  });

  it('removes the types of a kind that is gone', () => {
    rmSync(join(copy, 'crds/security.opensearch.org_opensearchtenants.yaml'));
    generate();
    expect(readdirSync(join(copy, 'src/generated'))).not.toContain('opensearch-tenant.ts');
  });

  it('refuses conditions that differ between kinds', () => {
    editTenant('Whether it is so.', 'Whether it is.');
    const { status, stderr } = generate('--check');
    expect(status).toBe(1);
    expect(stderr).toContain('conditions differ between the CRDs');
  });

  it('makes everything readonly and leaves no object open that the schema closes', () => {
    const sources = readdirSync(join(copy, 'src/generated')).map(generated).join('\n');
    const properties = sources.match(/^ +.*: .*;$/gm) ?? [];
    expect(properties.length).toBeGreaterThan(100);
    const mutable = (line: string) => !line.includes(' readonly ') || /(?<!readonly (?:\([^()]*\)|\w+))\[\]/.test(line);
    expect(properties.filter(mutable)).toEqual([]);
    expect(properties.join()).not.toContain('unknown;');
  });
});
