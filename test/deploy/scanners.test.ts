/** What programs that look for mistakes in manifests and images say. Each exception has its reason here. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { runForOutput, type Command } from '../stack/run-command.ts';
import { goTool } from '../tools/go-tool.ts';
import { chartFolder, Helm } from '../tools/helm.ts';
import { pythonTool } from '../tools/python-tool.ts';
import { readProjectFile, render } from './chart.ts';
import { chartTools } from './tools.ts';

const full = ['--values', join(chartFolder, 'ci', 'full-values.yaml')];
let helm: Helm;
beforeAll(async () => (helm = await Helm.four(console.error)));

describe('kube-score', () => {
  /** What a person decides, who knows the cluster. With the values of `ci/full-values.yaml` all of it is done. */
  const leftToPeople = [
    '(operator) CPU limit is not set', // only makes the hashing of passwords slower
    '(operator) Ephemeral Storage limit is not set', // its files are read-only, and logs are the kubelet's to limit
    '(operator) Ephemeral Storage request is not set',
    '(operator) ImagePullPolicy is not set to Always', // versions do not change
    '(operator) The container is running with a low user ID', // the image has 65532, and OpenShift its own range
    '(operator) The container running with a low group ID',
    'The pod does not have a matching NetworkPolicy', // off by default, as it depends on addresses
  ];

  async function criticals(args: readonly string[]): Promise<string[]> {
    const command = await goTool(chartTools.score, console.error);
    // It ends with 1 when there is something critical: that is what is looked at here.
    const score = `"${command}" score --output-format ci - || true`;
    const output = await runForOutput({ command: 'sh', args: ['-c', score] }, render(helm, args));
    if (!output.includes('[OK]')) throw new Error(`kube-score did not work: ${output}`);
    const lines = output.split('\n').filter((line) => line.startsWith('[CRITICAL]'));
    return lines.map((line) => line.replace(/^.*?: /, '')).sort();
  }

  it('finds nothing critical when all is on', async () => {
    expect(await criticals(full)).toEqual([]);
  });

  it('finds nothing critical by default but what people decide', async () => {
    expect(await criticals([])).toEqual([...leftToPeople].sort());
  });
});

/** Where pip cannot have them, that is said, and no more: they are the second judges of the same things. */
const checkov = await tool('checkov');
const hadolint = await tool('hadolint');

async function tool(name: 'checkov' | 'hadolint'): Promise<Command | undefined> {
  return await pythonTool(name, console.error).catch((error: unknown) => {
    console.warn(`${name} is left out: ${String(error)}`);
    return undefined;
  });
}

const testCheckov = checkov === undefined ? it.skip : it;
const testHadolint = hadolint === undefined ? it.skip : it;

describe('checkov (skipped where pip cannot install it)', () => {
  async function findings(framework: string, text: string): Promise<string[]> {
    if (checkov === undefined) return [];
    const folder = mkdtempSync(join(tmpdir(), 'checkov-'));
    const file = join(folder, framework === 'dockerfile' ? 'Dockerfile' : 'manifests.yaml');
    writeFileSync(file, text);
    const args = [...checkov.args, '--framework', framework, '--skip-download', '--soft-fail', '--output', 'json'];
    const output = await runForOutput({ ...checkov, args: [...args, '--file', file] });
    rmSync(folder, { recursive: true });
    const report = JSON.parse(output) as Report;
    expect(report.summary.passed).toBeGreaterThan(10);
    return [...new Set(report.results.failed_checks.map(({ check_id: id, check_name: name }) => `${id} ${name}`))];
  }

  testCheckov('finds nothing in the objects when all is on but that the operator talks to the API', async () => {
    expect(await findings('kubernetes', render(helm, full))).toEqual([
      'CKV_K8S_38 Ensure that Service Account Tokens are only mounted where necessary',
    ]);
  });

  testCheckov('finds nothing in the Dockerfile but that Kubernetes looks after health', async () => {
    expect(await findings('dockerfile', readProjectFile('Dockerfile'))).toEqual([
      'CKV_DOCKER_2 Ensure that HEALTHCHECK instructions have been added to container images',
    ]);
  });
});

interface Report {
  readonly summary: { readonly passed: number };
  readonly results: { readonly failed_checks: readonly { readonly check_id: string; readonly check_name: string }[] };
}

describe('hadolint (skipped where pip cannot install it)', () => {
  testHadolint('finds nothing in the Dockerfile', async () => {
    if (hadolint === undefined) return;
    expect(await runForOutput({ ...hadolint, args: ['-'] }, readProjectFile('Dockerfile'))).toBe('');
  });
});
