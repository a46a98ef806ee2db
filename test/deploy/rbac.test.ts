import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { CORE_SCHEMA, loadAll } from 'js-yaml';
import { MAX_SHARDS } from '../../src/cli/options.ts';
import { CONNECTION_PLURAL } from '../../src/engine/connection-teller.ts';
import { kinds } from '../../src/kinds/index.ts';

interface Rules {
  readonly kind: string;
  readonly metadata: { readonly name: string };
  readonly rules?: readonly {
    readonly apiGroups: string[];
    readonly resources: string[];
    readonly resourceNames?: string[];
    readonly verbs: string[];
  }[];
}

const documents = loadAll(readFileSync(new URL('../../deploy/kustomize/rbac.yaml', import.meta.url), 'utf8'), {
  schema: CORE_SCHEMA,
}) as readonly Rules[];
const rules = documents
  .flatMap((document) => (isOperators(document) ? (document.rules ?? []) : []))
  .filter(({ apiGroups }) => apiGroups.includes('security.opensearch.org'));

/** Those of people are ClusterRoles, too. */
function isOperators({ kind, metadata }: Rules): boolean {
  return kind === 'ClusterRole' && metadata.name === 'opensearch-security-operator';
}

function verbsOf(resource: string): readonly string[] {
  return rules.flatMap(({ resources, verbs }) => (resources.includes(resource) ? verbs : []));
}

describe('the rights of deploy/kustomize/rbac.yaml', () => {
  test.each([CONNECTION_PLURAL, ...kinds.map(({ plural }) => plural)])('let the operator serve %s', (plural) => {
    expect(verbsOf(plural)).toEqual(['get', 'list', 'watch', 'patch']);
    expect(verbsOf(`${plural}/status`)).toEqual(['patch']);
  });

  test('let a pod hold every Lease that one of before or after it may hold, however many shards it counts itself', () => {
    const id = 'opensearch-security-operator';
    const shards = Array.from({ length: MAX_SHARDS }, (_, shard) => `${id}-shard-${shard}`);
    const granted = documents.flatMap((document) => document.rules ?? []).filter(({ resourceNames }) => resourceNames);
    expect(granted).toContainEqual({
      apiGroups: ['coordination.k8s.io'],
      resources: ['leases'],
      resourceNames: [id, `${id}-shard-waiting`, ...shards],
      verbs: ['get', 'update'],
    });
  });
});
