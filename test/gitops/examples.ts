import { readFileSync, readdirSync } from 'node:fs';
import { basename } from 'node:path';
import type { Scenario } from '../support/scenario.ts';

const FOLDERS = ['examples', 'security-config'].map((name) => new URL(`../../deploy/${name}/`, import.meta.url));
const ENDPOINT = 'https://opensearch.search.svc:9200';

/** Lets the operator in whatever other tests make of the configuration. */
const CERTIFICATE = 'clientCertificate: { secretRef: { name: opensearch-admin-cert } }';

/** The files of `deploy/examples` and `deploy/security-config`, with the way in, the namespace and the names in OpenSearch that this test has for itself. */
export function examplesFor({ namespace, real }: Scenario): Map<string, string> {
  const names: readonly (readonly [string | RegExp, string])[] = [
    [/namespace: search$/gm, `namespace: ${namespace}`],
    [/basic:\s+secretRef:\s+name: opensearch-admin$/gm, CERTIFICATE],
    [ENDPOINT, real.cluster.nodes[0]?.url ?? ''],
    ['team-a', namespace],
    ['logs_read', `${namespace}-logs`],
    [/\bjane\b/g, janeOf(namespace)],
  ];
  const files = FOLDERS.flatMap(yamlIn);
  return new Map(files.map((file) => [basename(file.pathname), rename(readFileSync(file, 'utf8'), names)]));
}

/** The user of the examples, whose Secret has the same name. */
export function janeOf(namespace: string): string {
  return `${namespace}-jane`;
}

/** In place of the security configuration, for where it is shared. */
export function declaringNothing({ namespace }: Scenario): Map<string, string> {
  const text = `apiVersion: security.opensearch.org/v1alpha1
kind: OpenSearchSecurityConfig
metadata: { name: sso, namespace: ${namespace} }
spec: { dynamic: {}, upgrade: { policy: Ignore } }
`;
  return new Map([['security-config.yaml', text]]);
}

function yamlIn(folder: URL): readonly URL[] {
  const names = readdirSync(folder).filter((name) => name.endsWith('.yaml'));
  return names.map((name) => new URL(name, folder));
}

function rename(text: string, names: readonly (readonly [string | RegExp, string])[]): string {
  return names.reduce((changed, [from, to]) => changed.replaceAll(from, to), text);
}
