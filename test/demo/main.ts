import { parseArgs } from 'node:util';
import { runDemo } from './run-demo.ts';

const usage = `usage: npm run demo [-- --once]

  Starts a Kubernetes API and an OpenSearch, runs the operator against them and shows what it does.
  Leaves all of it running until Ctrl-C; with --once it ends by itself: exit code 0 when everything is Ready, 1 otherwise.`;

/** Exit codes: 0 done, 1 failed, 2 wrong use, 130 interrupted on the way. */
async function main(): Promise<number> {
  try {
    const { values } = parseArgs({ options: { once: { type: 'boolean' }, help: { type: 'boolean', short: 'h' } } });
    if (values.help !== true) return await runDemo({ isOnce: values.once === true });
    console.log(usage);
    return 0;
  } catch (error) {
    // What went wrong in the demo was told there; here it is the command line.
    console.error(`${error instanceof Error ? error.message : String(error)}\n\n${usage}`);
    return 2;
  }
}

process.exitCode = await main();
