import { describe, expect, test } from '@jest/globals';
import { actionGroup } from '../../src/kinds/action-group.ts';
import { role } from '../../src/kinds/role.ts';
import { roleMapping } from '../../src/kinds/role-mapping.ts';
import { user } from '../../src/kinds/user.ts';

type IndexLists = Partial<Record<'indexPatterns' | 'allowedActions' | 'fls' | 'maskedFields', string[]>>;

const onIndex = (lists: IndexLists): readonly string[] =>
  role.problems('ops', { indexPermissions: [{ indexPatterns: ['x'], allowedActions: ['read'], ...lists }] });
const onTenant = (...tenantPatterns: string[]): readonly string[] =>
  role.problems('ops', { tenantPermissions: [{ tenantPatterns, allowedActions: ['kibana_all_read'] }] });

describe('an entry that Java cannot compile', () => {
  test.each([
    ['spec.clusterPermissions', role.problems('ops', { clusterPermissions: ['a', '/[/'] })],
    ['spec.indexPermissions[0].indexPatterns', onIndex({ indexPatterns: ['/[/'] })],
    ['spec.indexPermissions[0].allowedActions', onIndex({ allowedActions: ['/[/'] })],
    ['spec.indexPermissions[0].fls', onIndex({ fls: ['a', '/[/'] })],
    ['spec.indexPermissions[0].maskedFields', onIndex({ maskedFields: ['/[/'] })],
    ['spec.tenantPermissions[0].tenantPatterns', onTenant('/[/')],
    [
      'spec.tenantPermissions[0].allowedActions',
      role.problems('ops', { tenantPermissions: [{ tenantPatterns: ['x'], allowedActions: ['/[/'] }] }),
    ],
    ['spec.allowedActions', actionGroup.problems('mine', { allowedActions: ['/[/'] })],
    ['spec.users', roleMapping.problems('ops', { role: 'ops', users: ['/[/'] })],
    ['spec.backendRoles', roleMapping.problems('ops', { role: 'ops', backendRoles: ['/[/'] })],
    ['spec.andBackendRoles', roleMapping.problems('ops', { role: 'ops', andBackendRoles: ['/[/'] })],
    ['spec.hosts', roleMapping.problems('ops', { role: 'ops', hosts: ['/[/'] })],
  ])('is refused in %s', (path, problems) => {
    expect(problems).toEqual([
      `${path} has "/[/", which is no valid regular expression (a [ that has no ]): correct or remove it`,
    ]);
  });

  test.each([
    ['a slash alone', onTenant('/')],
    ['a placeholder in a regular expression of a tenant, which 2.x does not fill in', onTenant('/${user.name}-.*/')],
    ['a placeholder beside something wrong', onIndex({ indexPatterns: ['/${user.name}[/'] })],
    ['an excluded field', onIndex({ fls: ['~/(/'] })],
    ['an excluded field of old', onIndex({ fls: ['!/(/'] })],
    ['the expression of a mask', onIndex({ maskedFields: ['ip::/[/::x'] })],
    ['a later expression of a mask', onIndex({ maskedFields: ['ip::/a/::x::/*/::y'] })],
    ['the field of a mask', onIndex({ maskedFields: ['/[/::SHA-256'] })],
  ])('is refused: %s', (_, problems) => {
    expect(problems).toEqual([expect.stringContaining('is no valid regular expression')]);
  });

  test('is named, each one', () => {
    expect(onTenant('/[/', 'x', '/(/')).toHaveLength(2);
  });
});

describe('an entry is good', () => {
  test.each([
    ['with an expression', onIndex({ indexPatterns: ['/logs-[0-9]+/'], allowedActions: ['/indices:data/read/.*/'] })],
    ['with an empty expression', onTenant('//')],
    ['with one that only Java knows', onIndex({ indexPatterns: ['/a++(?i)\\p{Alpha}\\Q[\\E/'] })],
    ['without slashes around it', onTenant('[', '/[', '(/', 'a*', '-/[/')],
    ['with a placeholder', onIndex({ indexPatterns: ['/${user.name}-[${attr.internal.set}]+/'] })],
    ['with a placeholder alone', onTenant('${user.name}')],
    ['for fields', onIndex({ fls: ['~/a.*/', 'b', '~c*'] })],
    ['for masks', onIndex({ maskedFields: ['a', 'b::SHA-256', 'c::/[0-9]/::[', '/d.*/::/a/::b::/c/::('] })],
    ['of a user, whose roles are names', user.problems('bob', { backendRoles: ['/[/'] })],
  ])('%s', (_, problems) => {
    expect(problems).toEqual([]);
  });
});
