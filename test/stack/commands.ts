import { existsSync, readdirSync } from 'node:fs';
import { checkTools } from './check-tools.ts';
import type { Command } from './cli-arguments.ts';
import { usage } from './cli-arguments.ts';
import { controlPlaneProgram } from './control-plane/binary.ts';
import { describeStack, describeVariables } from './describe-stack.ts';
import { findKubectl } from './kubernetes-tools.ts';
import { distributionFolder } from './opensearch/distribution.ts';
import { findVersion } from './opensearch/versions.ts';
import { runFolder, stacksFolder } from './paths.ts';
import { timedLog, type Log } from './progress.ts';
import { purgeStack, readStack, startStack, stopStack, type Stack } from './stack.ts';
import { readState } from './stack-state.ts';

/** Carries out one command; progress goes to standard error, results to standard output. Returns the exit code. */
export async function runCommand(command: Command): Promise<number> {
  const log = timedLog((line) => console.error(line));
  switch (command.type) {
    case 'up':
      return await up(command, log);
    case 'down':
      return await down(command, log);
    case 'status':
      return await status(command.name);
    case 'env':
      return await env(command.name);
    case 'prepare':
      return await prepare(command.versions, log);
    case 'help':
      console.log(usage);
      return 0;
  }
}

async function up(command: Extract<Command, { type: 'up' }>, log: Log): Promise<number> {
  const { name, versions, nodes, heap, audit } = command;
  const opensearch = versions.map((version) => ({ version, nodes }));
  const stack = await startStack({ name, opensearch, audit, log, ...(heap === undefined ? {} : { heap }) });
  log(
    stack.origin === 'own' ? 'all runs' : 'KUBECONFIG and OPENSEARCH_URL name the servers to use: nothing was started',
  );
  console.log(describeStack(stack));
  return 0;
}

async function down({ names, purge }: Extract<Command, { type: 'down' }>, log: Log): Promise<number> {
  const end = purge ? purgeStack : stopStack;
  for (const name of names === 'all' ? allNames() : names) {
    await end(name, log);
    log(`${name}: stopped${purge ? ' and removed' : ''}`);
  }
  return 0;
}

/** 0 when all runs, 1 when something does not. */
async function status(name: string): Promise<number> {
  const stack = (await readStack(name)) ?? readState(runFolder(name));
  if (stack === undefined) return sayItDoesNotRun(name);
  console.log(describeStack(stack));
  return processIds(stack).includes(0) ? 1 : 0;
}

async function env(name: string): Promise<number> {
  const stack = await readStack(name);
  if (stack === undefined) return sayItDoesNotRun(name);
  console.log(describeVariables(stack));
  return 0;
}

function sayItDoesNotRun(name: string): number {
  console.error(`stack ${name} does not run; start it with: npm run stack -- up --name ${name}`);
  return 1;
}

function processIds(stack: Stack): number[] {
  if (stack.origin === 'external') return [];
  return [stack.apiServer.pid, ...stack.opensearch.flatMap(({ nodes }) => nodes.map(({ pid }) => pid))];
}

async function prepare(versions: readonly string[], log: Log): Promise<number> {
  checkTools(versions);
  const downloads = versions.map((version) => distributionFolder(findVersion(version), log));
  const paths = await Promise.all([controlPlaneProgram(log), findKubectl(log), ...downloads]);
  console.log(paths.join('\n'));
  return 0;
}

function allNames(): string[] {
  if (!existsSync(stacksFolder())) return [];
  const entries = readdirSync(stacksFolder(), { withFileTypes: true });
  return entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
}
