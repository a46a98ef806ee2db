/** Builds and downloads all that the tests need besides npm packages: minutes the first time, nothing later on. */
import { standIns } from '../image/stand-ins.ts';
import { actionlint, whyNoImage } from '../image/tools.ts';
import { checkTools } from '../stack/check-tools.ts';
import { controlPlaneProgram } from '../stack/control-plane/binary.ts';
import { StackError } from '../stack/errors.ts';
import { findOnPath } from '../stack/find-tool.ts';
import { findKubectl } from '../stack/kubernetes-tools.ts';
import { distributionFolder } from '../stack/opensearch/distribution.ts';
import { findVersion } from '../stack/opensearch/versions.ts';
import { goTool } from '../tools/go-tool.ts';

async function prepare(versions: readonly string[]): Promise<void> {
  const log = console.log.bind(console);
  checkTools(versions);
  const distributions = versions.map((version) => distributionFolder(findVersion(version), log));
  await Promise.all([controlPlaneProgram(log), findKubectl(log), ...distributions]);
  // After the control plane: what both need is compiled then.
  if (findOnPath('go') !== undefined) await goTool(actionlint, log);
  if (whyNoImage() === undefined) await standIns(log);
}

try {
  await prepare(process.argv.slice(2));
} catch (error) {
  if (!(error instanceof StackError)) throw error;
  console.log(error.message);
  process.exitCode = 1;
}
