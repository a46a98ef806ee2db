/** Builds and downloads all that the tests need besides npm packages: minutes the first time, nothing later on. */
import { checkTools } from '../stack/check-tools.ts';
import { controlPlaneProgram } from '../stack/control-plane/binary.ts';
import { StackError } from '../stack/errors.ts';
import { findKubectl } from '../stack/kubernetes-tools.ts';
import { distributionFolder } from '../stack/opensearch/distribution.ts';
import { findVersion } from '../stack/opensearch/versions.ts';

async function prepare(versions: readonly string[]): Promise<void> {
  const log = console.log.bind(console);
  checkTools(versions);
  const distributions = versions.map((version) => distributionFolder(findVersion(version), log));
  await Promise.all([controlPlaneProgram(log), findKubectl(log), ...distributions]);
}

try {
  await prepare(process.argv.slice(2));
} catch (error) {
  if (!(error instanceof StackError)) throw error;
  console.log(error.message);
  process.exitCode = 1;
}
