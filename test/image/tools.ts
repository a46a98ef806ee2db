import { findOnPath } from '../stack/find-tool.ts';
import { userId } from '../stack/paths.ts';

/** Debian packages, each with a program of its name. */
const PACKAGES = ['buildah', 'crun', 'mmdebstrap'] as const;

/** Why the image cannot be built and run here, and what to do about it; undefined when it can. */
export function whyNoImage(): string | undefined {
  if (process.platform !== 'linux') return 'needs Linux';
  if (userId() !== 0) return 'needs root';
  const missing = PACKAGES.filter((name) => findOnPath(name) === undefined);
  if (missing.length === 0) return undefined;
  return `needs ${missing.join(', ')}: apt-get install --no-install-recommends ${missing.join(' ')}`;
}

/** Built by Go from `test/tools/actionlint`. */
export const actionlint = { name: 'actionlint', package: 'github.com/rhysd/actionlint/cmd/actionlint' };
