import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { CORE_SCHEMA, load } from 'js-yaml';
import { refusalOf } from '../../src/desired/permission.ts';
import type { OpenSearchConnectionSpec } from '../../src/generated/opensearch-connection.ts';
import type { OpenSearchRoleSpec } from '../../src/generated/opensearch-role.ts';
import { aConnection, aRole } from '../support/builders.ts';

interface Documented<Spec> {
  readonly metadata: { readonly namespace: string; readonly name: string };
  readonly spec: Spec;
}

const page = readFileSync(new URL('../../docs/kinds/connection.md', import.meta.url), 'utf8');

/** The first YAML block of the page that has these words. */
function documented<Spec>(words: string): Documented<Spec> {
  const blocks = [...page.matchAll(/^```yaml\n(.*?)^```$/gms)].map(([, text]) => text ?? '');
  const block = blocks.find((text) => text.includes(words)) ?? '';
  return load(block, { schema: CORE_SCHEMA }) as Documented<Spec>;
}

describe('docs/kinds/connection.md', () => {
  it('grants to a team the role that it shows', () => {
    const { spec } = documented<OpenSearchConnectionSpec>('grants:');
    const { metadata, spec: role } = documented<OpenSearchRoleSpec>('kind: OpenSearchRole\n');
    const connection = aConnection({ namespace: role.connectionRef?.namespace ?? '', spec });
    expect([metadata.namespace, connection.namespace]).toEqual(['team-a', 'search']);
    expect(refusalOf(aRole({ ...metadata, spec: role }), connection, undefined)).toBeUndefined();
  });
});
