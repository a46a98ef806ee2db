import { readFileSync, readdirSync } from 'node:fs';
import type { Scenario } from '../support/scenario.ts';

const FOLDER = new URL('../../deploy/examples/', import.meta.url);
const ENDPOINT = 'https://opensearch.search.svc:9200';

/** Lets the operator in whatever other tests make of the configuration. */
const CERTIFICATE = 'clientCertificate: { secretRef: { name: opensearch-admin-cert } }';

/** The files of `deploy/examples`, with the way in, the namespace and the names in OpenSearch that this test has for itself. */
export function examplesFor({ namespace, real }: Scenario): Map<string, string> {
  const names: readonly (readonly [string | RegExp, string])[] = [
    [/namespace: search$/gm, `namespace: ${namespace}`],
    [/basic:\s+secretRef:\s+name: opensearch-admin$/gm, CERTIFICATE],
    [ENDPOINT, real.cluster.nodes[0]?.url ?? ''],
    ['team-a', namespace],
    ['logs_read', `${namespace}-logs`],
    [/\bjane\b/g, janeOf(namespace)],
  ];
  const files = readdirSync(FOLDER).filter((name) => name.endsWith('.yaml'));
  return new Map(files.map((name) => [name, rename(readFileSync(new URL(name, FOLDER), 'utf8'), names)]));
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

function rename(text: string, names: readonly (readonly [string | RegExp, string])[]): string {
  return names.reduce((changed, [from, to]) => changed.replaceAll(from, to), text);
}
