import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { ensureProcess, processRecords, runningProcess, stopProcess } from './background-process.ts';
import { isRunning, sendSignal } from './process-identity.ts';

describe('background process', () => {
  let runDir = '';
  const ensure = (script = 'setInterval(() => 0, 1000)') =>
    ensureProcess(runDir, {
      name: 'sleeper',
      command: process.execPath,
      args: ['-e', script],
      cwd: runDir,
      logPath: join(runDir, 'sleeper.log'),
    });

  beforeEach(() => {
    runDir = mkdtempSync(join(tmpdir(), 'process-'));
  });

  afterEach(async () => {
    await Promise.all(processRecords(runDir).map((record) => stopProcess(runDir, record)));
    rmSync(runDir, { recursive: true });
  });

  test('is kept while it runs with the same command', async () => {
    expect(await ensure()).toEqual(await ensure());
  });

  test('is replaced when the command differs', async () => {
    const first = await ensure();
    const second = await ensure('setInterval(() => 1, 1000)');
    expect([isRunning(first), isRunning(second)]).toEqual([false, true]);
  });

  test('ends and is forgotten, even when frozen', async () => {
    const record = await ensure();
    sendSignal(record, 'SIGSTOP');
    await stopProcess(runDir, record);
    expect(isRunning(record)).toBe(false);
    expect(processRecords(runDir)).toEqual([]);
  });

  test('is not mistaken for another that got its id', async () => {
    const record = await ensure();
    const earlier = { ...record, startedAt: 'another time' };
    expect(sendSignal(earlier, 'SIGKILL')).toBe(false);
    await stopProcess(runDir, { ...earlier, name: 'another' });
    expect(runningProcess(runDir, 'sleeper')).toEqual(record);
  });

  test('says so when it cannot start', async () => {
    const wanted = { name: 'x', command: '/no/such/program', args: [], cwd: runDir, logPath: join(runDir, 'x.log') };
    await expect(ensureProcess(runDir, wanted)).rejects.toThrow('cannot start x');
  });
});
