import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { withLock } from './file-lock.ts';

describe('file lock', () => {
  let folder = '';
  const silent = (): void => undefined;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'lock-'));
  });

  afterEach(() => rmSync(folder, { recursive: true }));

  test('lets one in at a time', async () => {
    let inside = 0;
    const enter = () =>
      withLock(join(folder, 'a.lock'), silent, async () => {
        const seen = ++inside;
        await new Promise(setImmediate);
        inside--;
        return seen;
      });
    expect(await Promise.all([enter(), enter()])).toEqual([1, 1]);
  });

  test('is free again after a failure', async () => {
    const path = join(folder, 'a.lock');
    await expect(withLock(path, silent, () => Promise.reject(new Error('no')))).rejects.toThrow('no');
    expect(await withLock(path, silent, () => Promise.resolve('in'))).toBe('in');
  });

  test.each([
    ['is gone', JSON.stringify({ pid: process.pid, startedAt: 'another time' })],
    ['died while it wrote', ''],
  ])('does not count when its holder %s', async (_, content) => {
    const path = join(folder, 'a.lock');
    writeFileSync(path, content);
    expect(await withLock(path, silent, () => Promise.resolve('in'))).toBe('in');
  });
});
