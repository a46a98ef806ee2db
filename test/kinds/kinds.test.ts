import { describe, expect, test } from '@jest/globals';
import { kinds } from '../../src/kinds/index.ts';
import { tenant } from '../../src/kinds/tenant.ts';
import { user } from '../../src/kinds/user.ts';
import { readCustomResourceDefinitions } from '../support/custom-resource-definitions.ts';

describe('the kinds', () => {
  test('are in the order in which they depend on each other', () => {
    expect(kinds.map(({ document }) => document)).toEqual([
      'actiongroups',
      'tenants',
      'roles',
      'internalusers',
      'rolesmapping',
      'securityconfig',
    ]);
  });

  test('have each a document of their own', () => {
    expect(new Set(kinds.map(({ document }) => document)).size).toBe(kinds.length);
  });

  test('are called as in their CRD', () => {
    const names = new Map(readCustomResourceDefinitions().map(({ spec }) => [spec.names.kind, spec.names.plural]));
    expect(kinds.map(({ kind }) => names.get(kind))).toEqual(kinds.map(({ plural }) => plural));
  });
});

describe('a tenant', () => {
  test.each([
    [{ description: 'ours' }, { description: 'ours' }],
    [{}, { description: '' }],
  ])('of %j becomes %j', (spec, expected) => {
    expect(tenant.toEntity(spec)).toEqual(expected);
  });

  // Computed by the expression of the plugin, in Java.
  test.each([
    ['team-alpha', '1693715950'],
    ['team-a-lpha^^!._^-_!-_-_', '1693715950'],
    ['Team A', '-1793847458'],
    ['kirk', '3292183'],
    ['', '0'],
  ])('%j has its dashboards where the hash of its name is %s', (name, hash) => {
    expect(tenant.place?.of(name)).toBe(hash);
  });
});

describe('a user', () => {
  const spec = { passwordFrom: { secretKeyRef: { name: 'jane' } } };

  test.each(['x{-team-a-', 'x}-team-a-', '$'])('may have no attribute named %j', (name) => {
    expect(user.problems('jane', { ...spec, attributes: { [name]: '*' } })).toEqual([
      `spec.attributes has the name ${JSON.stringify(name)}: choose one without {, } and $`,
    ]);
  });

  test('may have attributes with any value', () => {
    expect(user.problems('jane', { ...spec, attributes: { 'Cost center/1': '{"a": "*"}', empty: '' } })).toEqual([]);
  });
});
