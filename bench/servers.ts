import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { purgeStack, type OwnStack } from '../test/stack/stack.ts';
import { startOwnServers } from '../test/support/own-servers.ts';
import { floor } from './measure-start.ts';
import { log } from './progress.ts';

const STACK = 'bench';
const VERSION = '3.4.0';
/** Of OpenSearch. With 1 GiB a quarter of the CPU that 10,000 roles take it is garbage collection, whoever writes them. */
const HEAP = '4g';
const ROOT = fileURLToPath(new URL('..', import.meta.url));
/** The first requests of fresh servers are slow, whoever sends them. */
const WARM_UP = { rounds: 3, wanted: { kind: 'roles', count: 500 } } as const;

/** Measures on real servers that have warmed up, with the bundle that the image has. */
export async function withServers(
  { keep }: { readonly keep: boolean },
  measure: (stack: OwnStack) => Promise<void>,
): Promise<void> {
  execFileSync(process.execPath, ['scripts/build.ts'], { cwd: ROOT, stdio: ['ignore', 'ignore', 'inherit'] });
  const opensearch = [{ version: VERSION, nodes: 1 }];
  const { stack } = await startOwnServers({ name: STACK, heap: HEAP, javaOptions: [], opensearch, log });
  try {
    log('warm up');
    for (let round = 0; round < WARM_UP.rounds; round += 1) await floor(stack, WARM_UP.wanted);
    await measure(stack);
  } finally {
    if (!keep) await purgeStack(STACK, log);
  }
}
