import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ensureProcess } from '../stack/background-process.ts';
import { freePorts } from '../stack/free-ports.ts';
import { logTail } from '../stack/log-tail.ts';
import { isRunning } from '../stack/process-identity.ts';
import { DemoError } from './demo-error.ts';
import { NAMESPACE, type OperatorProcess, type Scenery } from './stage.ts';
import { projectFolder } from './project-folder.ts';
import { operatorKubeconfig } from './service-account.ts';

/** One bulk PATCH as the operator logs it. */
export type Commit = {
  readonly document: string;
  readonly operations: number;
  readonly requests: number;
};

/**
 * Starts the operator as a process of its own, recorded among those of the stack, so that `npm run stack -- down` ends
 * it, too, should the demo be killed. On servers of somebody else it watches the namespace of the demo only.
 */
export async function startOperator(scenery: Scenery): Promise<OperatorProcess> {
  const { stack, folder } = scenery;
  const kubeconfig = await operatorKubeconfig(scenery);
  const [port = 0] = await freePorts(1);
  const namespaces = stack.origin === 'own' ? '' : NAMESPACE;
  const options = ['--metrics-port', String(port), '--log-level', 'info', '--namespaces', namespaces];
  const record = await ensureProcess(folder, {
    name: 'operator',
    command: 'env',
    args: [`KUBECONFIG=${kubeconfig}`, process.execPath, 'src/main.ts', 'operator', ...options],
    cwd: projectFolder,
    logPath: join(folder, 'operator.log'),
  });
  return { record, metricsUrl: `http://127.0.0.1:${port}/metrics` };
}

/** @throws DemoError with the end of its log when the operator does not run any more */
export function checkOperator({ record }: OperatorProcess): void {
  if (!isRunning(record)) throw new DemoError(`the operator ended by itself:\n${logTail(record.logPath)}`);
}

/** The commits that its log tells of. */
export function readCommits({ record }: OperatorProcess): Commit[] {
  return readFileSync(record.logPath, 'utf8')
    .split('\n')
    .filter((line) => line.includes('"msg":"committed"'))
    .map((line) => JSON.parse(line) as Commit);
}
