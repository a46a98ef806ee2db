import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describeStack } from '../stack/describe-stack.ts';
import { StackError } from '../stack/errors.ts';
import { namesExternalStack } from '../stack/external-stack.ts';
import { withLock } from '../stack/file-lock.ts';
import { logTail } from '../stack/log-tail.ts';
import { makeRunFolder, stacksFolder } from '../stack/paths.ts';
import { timedLog } from '../stack/progress.ts';
import { purgeStack, startStack } from '../stack/stack.ts';
import { cleanUp, KEEP_HINT, type Leftovers } from './clean-up.ts';
import { DemoError } from './demo-error.ts';
import { showDrift } from './drift.ts';
import { showCommands, showEnd } from './farewell.ts';
import { showFirstSync } from './first-sync.ts';
import { checkIndices } from './indices.ts';
import { interruption } from './interruption.ts';
import { Kubectl } from './kubectl.ts';
import { checkOperator, startOperator } from './operator-process.ts';
import { showPeople, showRotation } from './people.ts';
import { projectFolder } from './project-folder.ts';
import { Screen } from './screen.ts';
import { SecurityApi } from './security-api.ts';
import { createNamespace, setUp } from './set-up.ts';
import type { Scenery, Stage } from './stage.ts';
import { showTrouble } from './trouble.ts';

/** Name of the demo's own stack. */
const NAME = 'demo';

/** What there is to clean up, known as it comes into being. */
type Progress = { -readonly [Key in keyof Leftovers]: Leftovers[Key] };

/** Runs the demo, one at a time on a machine, and stops all that it started. Returns the exit code. */
export async function runDemo({ isOnce }: { readonly isOnce: boolean }): Promise<number> {
  const screen = new Screen(process.stdout, process.env);
  const signal = interruption(process, () => screen.line(`\nleft as it is; ${KEEP_HINT}`));
  process.chdir(projectFolder);
  const log = timedLog((line) => screen.output(line));
  return await withLock(join(stacksFolder(), `${NAME}-run.lock`), log, async () => {
    const progress: Progress = { name: NAME, screen, log, hasNamespace: false, hasIndices: false };
    const code = await play(progress, { isOnce, signal });
    return (await cleanUp(progress, code === 1 ? 'keep-logs' : 'remove-all')) ? code : 1;
  });
}

async function play(
  progress: Progress,
  { isOnce, signal }: { readonly isOnce: boolean; readonly signal: AbortSignal },
): Promise<number> {
  const { screen } = progress;
  try {
    const stage = await tell(progress, signal);
    if (isOnce) return 0;
    showCommands(stage);
    await untilInterrupted(stage);
    return 0;
  } catch (error) {
    // A process that Ctrl-C ends as well may fail before the demo hears of it.
    if (signal.aborted) return 130;
    screen.line(`\nThe demo failed: ${describe(error)}`);
    if (progress.stage !== undefined) screen.line(`The operator:\n${logTail(progress.stage.operator.record.logPath)}`);
    return 1;
  }
}

/** Also looks after the operator: somebody may end it while trying things out. */
async function untilInterrupted({ operator, signal }: Stage): Promise<void> {
  while (!signal.aborted) {
    checkOperator(operator);
    await sleep(1000, undefined, { signal }).catch(() => undefined);
  }
}

/** The chapters. */
async function tell(progress: Progress, signal: AbortSignal): Promise<Stage> {
  const scenery = await openStack(progress, signal);
  progress.scenery = scenery;
  signal.throwIfAborted();
  progress.screen.chapter('Custom resources, applied with kubectl');
  await checkIndices(scenery);
  await createNamespace(scenery);
  progress.hasNamespace = true;
  await setUp(scenery);
  progress.screen.chapter('The operator at work');
  const stage = { ...scenery, operator: await startOperator(scenery) };
  progress.stage = stage;
  await showFirstSync(stage);
  progress.hasIndices = true;
  await showPeople(stage);
  await showRotation(stage);
  await showDrift(stage);
  await showTrouble(stage);
  await showEnd(stage);
  return stage;
}

/** A fresh stack: what an earlier demo left is removed. */
async function openStack({ screen, log }: Progress, signal: AbortSignal): Promise<Scenery> {
  screen.chapter('A Kubernetes API server and an OpenSearch with its Security plugin');
  if (namesExternalStack(process.env)) screen.say('Those that KUBECONFIG and OPENSEARCH_URL name; nothing is started.');
  else screen.say('Real ones, on this machine, without containers. Some minutes the first time, seconds later.');
  await purgeStack(NAME, log);
  signal.throwIfAborted();
  const stack = await startStack({ name: NAME, opensearch: [{ version: '3.4.0', nodes: 1 }], log });
  screen.output(describeStack(stack));
  const folder = stack.origin === 'own' ? stack.runDir : makeRunFolder(NAME);
  const opensearch = new SecurityApi(stack);
  return { stack, kubectl: new Kubectl(stack, screen), opensearch, screen, folder, signal };
}

function describe(error: unknown): string {
  if (error instanceof DemoError || error instanceof StackError) return error.message;
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
