/** Builds and downloads all that the tests need besides npm packages: minutes the first time, nothing later on. */
import { standIns } from '../image/stand-ins.ts';
import { actionlint, whyNoImage } from '../image/tools.ts';
import { checkTools } from '../stack/check-tools.ts';
import { controlPlaneProgram } from '../stack/control-plane/binary.ts';
import { StackError } from '../stack/errors.ts';
import { findHelm, findKubectl } from '../stack/kubernetes-tools.ts';
import { distributionFolder } from '../stack/opensearch/distribution.ts';
import { findVersion } from '../stack/opensearch/versions.ts';
import { chartTools } from '../deploy/tools.ts';
import { goTool } from '../tools/go-tool.ts';
import { pythonTool } from '../tools/python-tool.ts';

async function prepare(versions: readonly string[]): Promise<void> {
  const log = console.log.bind(console);
  checkTools(versions);
  const distributions = versions.map((version) => distributionFolder(findVersion(version), log));
  await Promise.all([controlPlaneProgram(log), findKubectl(log), findHelm(log), ...distributions]);
  // After the control plane: what all need is compiled then.
  for (const tool of [...Object.values(chartTools), actionlint]) await goTool(tool, log);
  if (whyNoImage() === undefined) await standIns(log);
  // Where they cannot be had, their tests are left out and say so.
  await pythonTool('checkov', log).catch((error: unknown) => log(`no checkov and hadolint: ${String(error)}`));
}

try {
  await prepare(process.argv.slice(2));
} catch (error) {
  if (!(error instanceof StackError)) throw error;
  console.log(error.message);
  process.exitCode = 1;
}
