import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { buildJudges } from './judges.ts';
import type { Tally } from './tally.ts';

describe('what the conformance tests judge by', () => {
  const { PATH, XDG_CACHE_HOME } = process.env;
  let folder: string;
  let lines: string[];

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'judges-'));
    lines = [];
    Object.assign(process.env, { PATH: folder, XDG_CACHE_HOME: folder });
  });
  afterEach(() => {
    Object.assign(process.env, { PATH, XDG_CACHE_HOME: XDG_CACHE_HOME ?? '' });
    rmSync(folder, { recursive: true, force: true });
  });

  function build(): Promise<Tally | undefined> {
    const log = (line: string): void => void lines.push(line);
    return buildJudges({ log, interrupted: new AbortController().signal, folder });
  }

  /** @param script of a shell, which stands in for Go */
  function putGo(script: string): void {
    const path = join(folder, 'go');
    writeFileSync(path, `#!/bin/sh\n${script}\nexit 1\n`);
    chmodSync(path, 0o755);
  }

  it('is not built without Go, and the tests say that they do not run, and why', async () => {
    const skipped = [expect.stringContaining('go is missing')];
    expect(await build()).toEqual({ passed: 0, failed: 0, failures: [], skipped });
    expect(lines).toContainEqual(expect.stringContaining('NOT RUN'));
  });

  it('is not built where a module cannot be had, and the tests say so', async () => {
    putGo('test "$GOPROXY" != off || echo "x: module lookup disabled by GOPROXY=off"');
    expect(await build()).toMatchObject({ failed: 0, skipped: [expect.stringContaining('build.log')] });
    expect(lines).toContainEqual(expect.stringContaining('NOT RUN'));
  });

  it('fails as a test does when it does not compile', async () => {
    putGo('echo "main.go:7: undefined: x"');
    const output = expect.stringContaining('undefined: x');
    expect(await build()).toMatchObject({ failed: 1, skipped: [], failures: [{ output }] });
    expect(lines).not.toContainEqual(expect.stringContaining('NOT RUN'));
  });
});
