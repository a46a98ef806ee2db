import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { OpenSearchClient } from '../../src/clients/opensearch.ts';
import { securityRest } from '../../src/clients/security-rest.ts';

const repository = new URL('../../', import.meta.url);

interface Row {
  readonly method: string;
  readonly usedBy: string;
  readonly file: string;
  readonly test: string;
}

const page = read('docs/api-coverage.md');
const rows: readonly Row[] = [...page.matchAll(/^\| `[^|]+` \| `([\w.]+)` \| ([^|]+) \| (\w+): ([^|]+) \|$/gm)].map(
  ([, method = '', usedBy = '', file = '', test = '']) => ({ method, usedBy, file, test }),
);

function read(path: string): string {
  return readFileSync(new URL(path, repository), 'utf8');
}

/** Names of all methods, such as `roles.getAll`. */
function methodsOf(value: object): readonly string[] {
  return Object.entries(value).flatMap(([name, member]: [string, unknown]) => {
    if (typeof member === 'function') return [name];
    return methodsOf(member as object).map((inner) => `${name}.${inner}`);
  });
}

function methodsOfClient(): readonly string[] {
  const client = new OpenSearchClient({
    endpoints: ['http://127.0.0.1:1'],
    auth: { type: 'basic', username: '', password: '' },
    insecureSkipVerify: false,
    requestTimeoutMs: 1,
    opaqueId: '',
  });
  return methodsOf(securityRest(client, 'Plugins'));
}

describe('docs/api-coverage.md', () => {
  it('has each method of the client once, and no other', () => {
    expect(rows.map(({ method }) => method).toSorted()).toEqual(methodsOfClient().toSorted());
  });

  it('has no row that this test cannot read', () => {
    expect(page.match(/^\| `/gm)).toHaveLength(rows.length);
  });

  it.each(rows)('names a test of $method that exists and calls it', ({ method, file, test }) => {
    const source = read(`test/integration/security-rest-${file}.test.ts`);
    const [, body = ''] = source.split(`'${test}'`);
    const called = method.split('.').at(-1) ?? '';
    const inTest = body.split(/^ {2}it/m)[0] ?? '';
    // The life of an entity is led by one function for all collections.
    expect(inTest.includes('live(') ? source : inTest).toContain(`${called}(`);
  });

  it.each(rows.filter(({ usedBy }) => usedBy !== '-'))('names a file that uses $method', ({ usedBy }) => {
    const path = /^`(src\/[\w/.-]+)`/.exec(usedBy)?.[1] ?? '';
    expect(read(path)).not.toBe('');
  });
});
