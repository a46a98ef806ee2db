/** Builds the programs that the conformance tests judge by, unless the cache has them. */
import { argocdProgram, kstatusProgram } from '../conformance/judges.ts';
import { StackError } from '../stack/errors.ts';

const log = console.log.bind(console);

try {
  await kstatusProgram(log);
  await argocdProgram(log);
} catch (error) {
  if (!(error instanceof StackError)) throw error;
  console.log(error.message);
  process.exitCode = 1;
}
