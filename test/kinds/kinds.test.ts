import { describe, expect, test } from '@jest/globals';
import { kinds } from '../../src/kinds/index.ts';
import { dashboardsIndex, tenant } from '../../src/kinds/tenant.ts';
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
    expect(kinds.map(({ order }) => order)).toEqual(kinds.map(({ order }) => order).sort((a, b) => a - b));
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
    ['team-alpha', '1693715950_teamalpha'],
    ['team-a-lpha^^!._^-_!-_-_', '1693715950_teamalpha'],
    ['Team A', '-1793847458_teama'],
    ['kirk', '3292183_kirk'],
    ['', '0_'],
  ])('%j has its dashboards in the index %s', (name, index) => {
    expect(dashboardsIndex(name)).toBe(index);
  });
});

describe('a user', () => {
  const spec = { passwordFrom: { secretKeyRef: { name: 'jane' } } };

  test.each(['x{-team-a-', 'x}-team-a-', 'a b', 'a"', '\\', '$', 'ä'])('may have no attribute named %j', (name) => {
    expect(user.problems('jane', { ...spec, attributes: { [name]: '*' } })).toEqual([
      `spec.attributes has the name ${JSON.stringify(name)}: use letters, digits, _, . and - only`,
    ]);
  });

  test('may have attributes with any value', () => {
    expect(user.problems('jane', { ...spec, attributes: { 'Team.a_1-x': '{"a": "*"}', empty: '' } })).toEqual([]);
  });
});
