import { describe, expect, test } from '@jest/globals';
import type { OpenSearchRoleSpec } from '../../src/generated/opensearch-role.ts';
import { role } from '../../src/kinds/role.ts';

describe('a role', () => {
  test('becomes the entity of the API', () => {
    const spec: OpenSearchRoleSpec = {
      description: 'reads logs',
      clusterPermissions: ['cluster_monitor'],
      indexPermissions: [
        {
          indexPatterns: ['logs-*'],
          allowedActions: ['read'],
          dls: '{"term":{"public":true}}',
          fls: ['~secret'],
          maskedFields: ['ip'],
        },
      ],
      tenantPermissions: [{ tenantPatterns: ['ops'], allowedActions: ['kibana_all_read'] }],
    };
    expect(role.toEntity(spec)).toEqual({
      description: 'reads logs',
      cluster_permissions: ['cluster_monitor'],
      index_permissions: [
        {
          index_patterns: ['logs-*'],
          allowed_actions: ['read'],
          dls: '{"term":{"public":true}}',
          fls: ['~secret'],
          masked_fields: ['ip'],
        },
      ],
      tenant_permissions: [{ tenant_patterns: ['ops'], allowed_actions: ['kibana_all_read'] }],
    });
  });

  test('that says nothing is empty', () => {
    expect(role.toEntity({})).toEqual({
      description: '',
      cluster_permissions: [],
      index_permissions: [],
      tenant_permissions: [],
    });
  });

  test('uses all patterns, tenants and actions that it names', () => {
    const uses = role.uses({
      clusterPermissions: ['c'],
      indexPermissions: [{ indexPatterns: ['i1', 'i2'], allowedActions: ['a'] }],
      tenantPermissions: [{ tenantPatterns: ['t'], allowedActions: ['b'] }],
    });
    expect(uses).toEqual({
      indexPatterns: ['i1', 'i2'],
      tenants: ['t'],
      actions: ['c', 'a', 'b'],
      mappableRoles: [],
      backendRoles: [],
    });
  });
});

describe('the document-level security of a role', () => {
  test('may be as deep as it can be said', () => {
    const dls = `${'{"a":'.repeat(3000)}{"index":"hr","id":"1"}${'}'.repeat(3000)}`;
    const { indexPatterns } = role.uses({ indexPermissions: [{ indexPatterns: [], allowedActions: ['read'], dls }] });
    expect(indexPatterns).toEqual(['hr']);
  });

  const anyIndex = (dls: string): boolean =>
    role.uses({ indexPermissions: [{ indexPatterns: ['x'], allowedActions: ['read'], dls }] }).anyIndex !== undefined;

  test.each([
    ['a lookup by value', '{"terms": ${attr.internal.q}}'],
    ['a number by value', '{"range": {"level": {"lte": ${attr.internal.level}}}}'],
    ['a field by value', '{"terms": {"v": {"${attr.internal.k}": "hr", "id": "1", "path": "x"}}}'],
    ['a field by value, before a blank and a colon', '{"${attr.internal.k}" : 1}'],
    ['a list within a string', '{"term": {"v": "${user.roles}"}}'],
    ['a default that hides what is behind it', '{"terms": {"${x:-v": {"index}": "hr", "id": "1", "path": "x"}}}'],
    ['a placeholder that ends in another string', '{"a": "${x:-b", "c": "d}"}'],
    ['a placeholder behind an escaped quote', '{"a": "\\"", "b": ${user.name}}'],
    ['a placeholder in another one', '{"a": "${x${user.name}}"}'],
    ['a string without an end', '{"a": "${user.name'],
  ])('may look into any index by %s', (_, dls) => {
    expect(anyIndex(dls)).toBe(true);
  });

  test.each([
    ['a query without placeholders', '{"term": {"v": "{$}"}}'],
    ['a value in quotes', '{"term": {"v": "x-${user.name}-${attr.internal.team}"}}'],
    ['a value behind an escaped quote', '{"term": {"v": "\\"${user.name}"}}'],
    ['a list of roles', '{"terms": {"v": [${user.roles}], "w": [${user.securityRoles}, "x", ${user_roles}]}}'],
    ['a fallback in quotes', '{"term": {"v": "${attr.internal.team:-none}"}}'],
  ])('may not by %s', (_, dls) => {
    expect(anyIndex(dls)).toBe(false);
  });

  test('is searched in time that grows with its length only', () => {
    const start = performance.now();
    expect(anyIndex(`{"a": "${'\\"'.repeat(100_000)}\${`)).toBe(true);
    expect(performance.now() - start).toBeLessThan(1_000);
  });

  test('names the index of a lookup that is a list of roles', () => {
    const dls = '{"terms": {"v": {"index": ${user.roles}, "id": "1", "path": "x"}}}';
    expect(
      role.uses({ indexPermissions: [{ indexPatterns: [], allowedActions: ['read'], dls }] }).indexPatterns,
    ).toEqual(['0']);
  });

  const problems = (dls: string): readonly string[] =>
    role.problems('ops', { indexPermissions: [{ indexPatterns: ['*'], allowedActions: ['read'], dls }] });

  test.each([
    ['nothing', ''],
    ['a query', '{"term":{"public":true}}'],
    ['a placeholder in quotes', '{"term":{"owner":"${user.name}"}}'],
    ['a placeholder in longer text', '{"term":{"owner":"x-${user.name}-${attr.internal.team}"}}'],
    ['a list placeholder, which brings its own quotes', '{"terms":{"role":[${user.roles}]}}'],
    ['a placeholder where a number is', '{"range":{"level":{"lte":${attr.internal.level}}}}'],
    ['a placeholder as a field', '{"term":{"${attr.internal.field}":1}}'],
    ['white space around it', '\n { "match_all" : {} } \n'],
  ])('may be %s', (_, dls) => {
    expect(problems(dls)).toEqual([]);
  });

  test.each([
    ['text', 'public:true', 'not valid JSON'],
    ['JSON that ends too early', '{"term":{"public":true}', 'not valid JSON'],
    ['a placeholder that does not end', '{"term":{"owner":${user.name}}', 'not valid JSON'],
    ['a list', '[{"term":{"public":true}}]', 'not a query'],
    ['a string', '"x"', 'not a query'],
    ['null', 'null', 'not a query'],
    ['a placeholder alone', '${user.name}', 'not a query'],
    ['blanks', '  ', 'not valid JSON'],
  ])('may not be %s', (_, dls, words) => {
    expect(problems(dls)).toEqual([expect.stringContaining(`spec.indexPermissions[0].dls is ${words}`)]);
  });
});

describe('the lists of a role', () => {
  const index = { indexPatterns: ['x'], allowedActions: ['read'] };
  const tenant = { tenantPatterns: ['x'], allowedActions: ['read'] };

  test.each<[string, OpenSearchRoleSpec]>([
    ['spec.clusterPermissions', { clusterPermissions: ['a', ''] }],
    ['spec.indexPermissions[1].indexPatterns', { indexPermissions: [index, { ...index, indexPatterns: [' '] }] }],
    ['spec.indexPermissions[0].allowedActions', { indexPermissions: [{ ...index, allowedActions: ['\t'] }] }],
    ['spec.indexPermissions[0].fls', { indexPermissions: [{ ...index, fls: [''] }] }],
    ['spec.indexPermissions[0].maskedFields', { indexPermissions: [{ ...index, maskedFields: [''] }] }],
    ['spec.tenantPermissions[0].tenantPatterns', { tenantPermissions: [{ ...tenant, tenantPatterns: [''] }] }],
    ['spec.tenantPermissions[0].allowedActions', { tenantPermissions: [{ ...tenant, allowedActions: [''] }] }],
  ])('may have no blank entry: %s', (path, spec) => {
    expect(role.problems('ops', spec)).toEqual([`${path} has a blank entry: remove it`]);
  });

  test.each<[string, OpenSearchRoleSpec]>([
    ['spec.clusterPermissions', { clusterPermissions: ['restapi:admin/roles'] }],
    ['spec.clusterPermissions', { clusterPermissions: ['restapi:admin*'] }],
    [
      'spec.indexPermissions[0].allowedActions',
      { indexPermissions: [{ ...index, allowedActions: ['restapi:admin/*'] }] },
    ],
  ])('may not grant what nobody can grant over REST: %s', (path, spec) => {
    expect(role.problems('ops', spec)).toEqual([expect.stringContaining(`${path} grants restapi:admin permissions`)]);
  });

  test.each([
    'restapi:*',
    'rest*',
    '*:admin/*',
    '**',
    '?*',
    '*roles',
    're?tapi:admin/ssl/certs/reload',
    '/.*/',
    '/restapi:.*/',
  ])('may not grant it in other words: %s', (permission) => {
    expect(role.problems('ops', { clusterPermissions: ['*', permission] })).toEqual([
      expect.stringContaining(`spec.clusterPermissions has "${permission}", which may grant restapi:admin permissions`),
    ]);
  });

  test.each([
    '/indices:a|restapi:admin.*/',
    '/x?restapi:admin.*/',
    '/x{0}restapi:admin.*/',
    '/(?i)RESTAPI:.*/',
    '/[r]estapi:.*/',
    '/^restapi.*/',
    '/(a)?restapi.*/',
  ])('may not grant it by a regular expression: %s', (permission) => {
    expect(role.problems('ops', { clusterPermissions: [permission] })).toHaveLength(1);
  });

  test.each([
    '*',
    'cluster:*',
    'cluster:admin/*',
    'indices:*',
    '*:monitor/*',
    '/cluster:(admin|monitor)/.*/',
    'manage',
  ])('may hold %s, which does not grant it', (permission) => {
    expect(role.problems('ops', { clusterPermissions: [permission] })).toEqual([]);
  });

  test('may hold any pattern where no permission for the REST API counts', () => {
    const everything = { indexPatterns: ['**', '/.*/'], allowedActions: ['**'], fls: ['**'] };
    expect(role.problems('ops', { indexPermissions: [everything] })).toEqual([]);
  });

  test('without anything wrong are good', () => {
    expect(
      role.problems('ops', { clusterPermissions: ['*'], indexPermissions: [index], tenantPermissions: [tenant] }),
    ).toEqual([]);
  });
});
