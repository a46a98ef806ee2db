import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from '@jest/globals';
import { buildJudges } from './judges.ts';

it('says that the conformance tests do not run, and why, when there is no Go to build what they judge by', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'judges-'));
  const lines: string[] = [];
  const { PATH, XDG_CACHE_HOME } = process.env;
  Object.assign(process.env, { PATH: folder, XDG_CACHE_HOME: folder });
  try {
    const run = { log: (line: string) => void lines.push(line), interrupted: new AbortController().signal, folder };
    const tally = await buildJudges(run);
    expect(tally).toEqual({ passed: 0, failed: 0, failures: [], skipped: [expect.stringContaining('go is missing')] });
    expect(lines).toContainEqual(expect.stringContaining('NOT RUN'));
  } finally {
    Object.assign(process.env, { PATH, XDG_CACHE_HOME: XDG_CACHE_HOME ?? '' });
    rmSync(folder, { recursive: true, force: true });
  }
});
