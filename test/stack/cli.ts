import { parseCommand, usage, UsageError } from './cli-arguments.ts';
import { runCommand } from './commands.ts';
import { StackError } from './errors.ts';

/** Exit codes: 0 done, 1 failed or (for `status` and `env`) not running, 2 wrong use. */
async function main(): Promise<number> {
  try {
    return await runCommand(parseCommand(process.argv.slice(2)));
  } catch (error) {
    if (error instanceof UsageError) console.error(`${error.message}\n\n${usage}`);
    else if (error instanceof StackError) console.error(error.message);
    else throw error;
    return error instanceof UsageError ? 2 : 1;
  }
}

process.exitCode = await main();
