import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, describe, expect, jest, test } from '@jest/globals';
import { bundle } from '../../scripts/bundle.ts';
import { Bcrypt } from '../../src/commit/passwords/bcrypt/bcrypt.ts';
import { hashPasswords } from '../../src/commit/passwords/password-jobs.ts';
import { saltFor } from '../../src/commit/passwords/salt.ts';

jest.setTimeout(60_000);

const PROGRAM = fileURLToPath(new URL('../fixtures/programs/hash-and-check.ts', import.meta.url));

describe('a bundle', () => {
  const folder = mkdtempSync(join(tmpdir(), 'bundle-'));
  afterAll(() => rmSync(folder, { recursive: true }));

  test('has the threads that hash and check passwords, and needs nothing but Node', async () => {
    await bundle(PROGRAM, folder);
    const file = join(folder, 'hash-and-check.js');
    // No packages can be found from there.
    const { stdout } = await promisify(execFile)(process.execPath, [file], { cwd: folder, env: {} });
    const salt = saltFor(new Uint8Array(32), 'platform/prod', 'kirk');
    expect(JSON.parse(stdout)).toEqual({
      hash: hashPasswords(new Bcrypt(), [{ password: 'kirkpass', salt }])[0],
      problem: 'Weak password',
    });
  });
});
