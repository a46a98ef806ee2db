import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { purgeStack, type OwnStack } from '../test/stack/stack.ts';
import { startOwnServers } from '../test/support/own-servers.ts';

const STACK = 'bench';
const VERSION = '3.4.0';
const ROOT = fileURLToPath(new URL('..', import.meta.url));

interface Options {
  /** Leaves the servers running for the next time. */
  readonly keep: boolean;
  readonly log: (line: string) => void;
}

/** Builds the operator and measures it on real servers that nobody else uses. */
export async function onBenchStack({ keep, log }: Options, measure: (stack: OwnStack) => Promise<void>): Promise<void> {
  execFileSync(process.execPath, ['scripts/build.ts'], { cwd: ROOT, stdio: ['ignore', 'ignore', 'inherit'] });
  const opensearch = [{ version: VERSION, nodes: 1 }];
  const { stack } = await startOwnServers({ name: STACK, heap: '1g', javaOptions: [], opensearch, log });
  try {
    await measure(stack);
  } finally {
    if (!keep) await purgeStack(STACK, log);
  }
}
