import { stopProcess } from '../stack/background-process.ts';
import type { Log } from '../stack/progress.ts';
import { purgeStack, stopStack } from '../stack/stack.ts';
import { removeIndices } from './indices.ts';
import type { Screen } from './screen.ts';
import { NAMESPACE, type Scenery, type Stage } from './stage.ts';

/** What a demo has started so far. */
export type Leftovers = {
  readonly name: string;
  readonly screen: Screen;
  readonly log: Log;
  readonly scenery?: Scenery;
  readonly hasNamespace: boolean;
  readonly hasIndices: boolean;
  readonly stage?: Stage;
};

/** How to stop by hand what a demo left. */
export const KEEP_HINT = 'to stop it: npm run stack -- down --name demo --purge';

/** Stops the operator and the stack, or takes what the demo made out of somebody else's. Returns whether that worked. */
export async function cleanUp(leftovers: Leftovers, how: 'keep-logs' | 'remove-all'): Promise<boolean> {
  const { name, screen, log, scenery, stage, hasNamespace, hasIndices } = leftovers;
  screen.line('');
  screen.line('Stopping what the demo started ...');
  try {
    if (scenery?.stack.origin === 'external' && hasNamespace) await removeNamespace(scenery);
    if (scenery?.stack.origin === 'external' && hasIndices) await removeIndices(scenery);
    if (stage !== undefined) await stopProcess(stage.folder, stage.operator.record);
    await (how === 'keep-logs' ? stopStack(name, log) : purgeStack(name, log));
    screen.line(how === 'keep-logs' ? 'All stopped; the logs stay until the next demo.' : 'All stopped and removed.');
    return true;
  } catch (error) {
    screen.line(`Not all could be stopped: ${error instanceof Error ? error.message : String(error)}`);
    screen.line(KEEP_HINT);
    return false;
  }
}

/** While the operator runs, so that it removes from OpenSearch what it made there. */
async function removeNamespace({ kubectl, screen }: Scenery): Promise<void> {
  screen.say('The custom resource definitions stay: others may use them.');
  await kubectl.show(['delete', 'namespace', NAMESPACE, '--timeout=120s']);
}
