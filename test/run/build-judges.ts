/** Builds the programs that the conformance tests judge by, unless the cache has them. */
import { argocdProgram, kstatusProgram } from '../conformance/judges.ts';
import { StackError, ToolMissingError } from '../stack/errors.ts';
import { NOT_TO_BE_HAD } from './judges.ts';

const log = console.log.bind(console);

try {
  await kstatusProgram(log);
  await argocdProgram(log);
} catch (error) {
  if (!(error instanceof StackError)) throw error;
  console.log(error.message);
  process.exitCode = error instanceof ToolMissingError ? NOT_TO_BE_HAD : 1;
}
