import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { CORE_SCHEMA, loadAll } from 'js-yaml';
import { CONNECTION_PLURAL } from '../../src/engine/connection-teller.ts';
import { kinds } from '../../src/kinds/index.ts';

interface Rules {
  readonly kind: string;
  readonly rules?: readonly { readonly apiGroups: string[]; readonly resources: string[]; readonly verbs: string[] }[];
}

const documents = loadAll(readFileSync(new URL('../../deploy/rbac.yaml', import.meta.url), 'utf8'), {
  schema: CORE_SCHEMA,
}) as readonly Rules[];
const rules = documents
  .flatMap((document) => (document.kind === 'ClusterRole' ? (document.rules ?? []) : []))
  .filter(({ apiGroups }) => apiGroups.includes('security.opensearch.org'));

function verbsOf(resource: string): readonly string[] {
  return rules.flatMap(({ resources, verbs }) => (resources.includes(resource) ? verbs : []));
}

describe('the rights of deploy/rbac.yaml', () => {
  test.each([CONNECTION_PLURAL, ...kinds.map(({ plural }) => plural)])('let the operator serve %s', (plural) => {
    expect(verbsOf(plural)).toEqual(['get', 'list', 'watch', 'patch']);
    expect(verbsOf(`${plural}/status`)).toEqual(['patch']);
  });
});
