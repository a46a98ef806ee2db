import { isControlPlaneBuilt } from './control-plane/binary.ts';
import { StackError } from './errors.ts';
import { missingJava } from './find-java.ts';
import { missingTools } from './find-tool.ts';
import { isDistributionBuilt } from './opensearch/distribution.ts';
import { findVersion } from './opensearch/versions.ts';
import { canOthersEnter } from './other-user.ts';

/**
 * Looks for every program that a stack of these versions needs, before minutes go into building.
 *
 * @throws StackError with one line for each that is missing
 */
export function checkTools(versionNames: readonly string[]): void {
  const versions = versionNames.map(findVersion);
  const programs = [
    'openssl',
    ...(isControlPlaneBuilt() ? [] : ['go']),
    ...(versions.every(isDistributionBuilt) ? [] : ['mvn']),
  ];
  const missing = [...missingTools(programs), ...versions.flatMap(({ java }) => missingJava(java) ?? [])];
  if (missing.length > 0) throw new StackError([...new Set(missing)].join('\n'));
}

/** OpenSearch runs as another user when we are root. @throws StackError when that user cannot reach its files */
export function checkFolder(runDir: string): void {
  if (canOthersEnter(runDir)) return;
  throw new StackError(`other users cannot enter ${runDir}: set TMPDIR to a folder that they can`);
}
