import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';
import { argocdProgram } from './judges.ts';

const ROOT = fileURLToPath(new URL('../../deploy/argocd/resource_customizations', import.meta.url));

describe('the scripts for Argo CD', () => {
  it('pass their own tests in its interpreter', async () => {
    const { status, stdout, stderr } = spawnSync(await argocdProgram(), ['lua-tests', ROOT], { encoding: 'utf8' });
    expect(stdout.split('\n').filter((line) => line.startsWith('FAILED'))).toEqual([]);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(Number(/^(\d+) passed/m.exec(stdout)?.[1])).toBeGreaterThan(90);
  });
});
