import { StackError } from '../errors.ts';
import type { JavaRange } from '../find-java.ts';

/** What differs between the versions of OpenSearch that a stack can run. */
export type OpenSearchVersion = {
  readonly version: string;
  readonly java: JavaRange;
  /** Version of the plugin class loader; it is not published for every version of the server. */
  readonly classloader: string;
  readonly transportClass: string;
  /** How code is confined: by a Java agent from 3.0 on, by the security manager of Java before. */
  readonly sandbox: 'agent' | 'security-manager';
};

const versions: readonly OpenSearchVersion[] = [
  {
    version: '3.4.0',
    java: { from: 21, to: Infinity },
    classloader: '3.4.0',
    transportClass: 'org.opensearch.transport.Netty4ModulePlugin',
    sandbox: 'agent',
  },
  {
    version: '2.19.4',
    java: { from: 17, to: 17 },
    classloader: '2.19.1',
    transportClass: 'org.opensearch.transport.Netty4Plugin',
    sandbox: 'security-manager',
  },
];

/** The versions that are known, newest first. */
export const knownVersions: readonly string[] = versions.map(({ version }) => version);

/** What is known of a version. @throws StackError when it is not among `knownVersions` */
export function findVersion(version: string): OpenSearchVersion {
  const found = versions.find((candidate) => candidate.version === version);
  if (found !== undefined) return found;
  throw new StackError(`OpenSearch ${version} is not known here; use one of ${knownVersions.join(', ')}`);
}
