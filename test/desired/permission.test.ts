import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { covers, refusalOf } from '../../src/desired/permission.ts';
import type { Resource } from '../../src/desired/resource.ts';
import type { OpenSearchConnectionSpec } from '../../src/generated/opensearch-connection.ts';
import type { OpenSearchRoleSpec } from '../../src/generated/opensearch-role.ts';
import type { OpenSearchRoleMappingSpec } from '../../src/generated/opensearch-role-mapping.ts';
import type { OpenSearchUserSpec } from '../../src/generated/opensearch-user.ts';
import { roleMapping } from '../../src/kinds/role-mapping.ts';
import { aConnection, anActionGroup, aRole, aTenant, aUser } from '../support/builders.ts';

type Allowed = NonNullable<OpenSearchConnectionSpec['allowedNamespaces']>;
type Grant = NonNullable<OpenSearchConnectionSpec['grants']>[number];

describe('a pattern of a grant', () => {
  test.each([
    ['*', 'anything'],
    ['*', '*'],
    ['*', '/.*/'],
    ['*', '<logs-{now/d}>'],
    ['*', '-team-a'],
    ['*', '${user.name}'],
    ['team-a-*', 'team-a-logs'],
    ['team-a-*', 'team-a-*'],
    ['team-a-*', 'team-a-logs-*'],
    ['team-a-*', 'team-a-?'],
    ['team-a-*', 'team-a-${user.name}'],
    ['team-a-*', 'team-a-'],
    ['*-a', 'logs-*-a'],
    ['a*c*e', 'abcde'],
    ['a*c*e', 'a*c*e'],
    ['logs-?', 'logs-?'],
    ['team.a', 'team.a'],
    ['a+b', 'a+b'],
    ['team-*', 'team-\n'],
    ['', ''],
    ['a*a', 'aa'],
    ['**', 'x'],
    ['*-*-prod', 'a--prod'],
  ])('%j covers %j', (grant, pattern) => {
    expect(covers(grant, pattern)).toBe(true);
  });

  test.each([
    ['team-a-*', '*', 'all'],
    ['team-a-*', 'team-*', 'a wider prefix'],
    ['team-a-*', 'team-b-logs', 'another team'],
    ['team-a-*', 'team-a', 'the bare prefix'],
    ['team-a-*', 'xteam-a-logs', 'something in front'],
    ['team-a-*', 'TEAM-A-logs', 'other case'],
    ['*-a', '*-a*', 'something behind'],
    ['logs', 'logs*', 'a wildcard behind'],
    ['logs', 'log?', 'a wildcard for one character'],
    ['logs-?', 'logs-*', 'one character for any text'],
    ['logs-?', 'logs-a', 'a question mark in the grant, which stands for itself'],
    ['team.a', 'teamxa', 'a dot that is no wildcard'],
    ['team-a-*', '/team-a-.*|secret/', 'a regular expression'],
    ['/team-a-.*/', '/team-a-.*/', 'a regular expression in the grant'],
    ['/team-a-.*/', 'team-a-logs', 'a regular expression in the grant'],
    ['team-a-*', '<team-a-{now/d}>', 'date math'],
    ['team-*', '-team-a', 'an exclusion'],
    ['-*', '-team-a', 'an exclusion, whatever the grant says'],
    ['team-a-*', '${user.name}', 'a placeholder in place of the prefix'],
    ['team-a-*', '${attr.internal.team}-logs', 'a placeholder in place of the prefix'],
    ['team-a-*', 'team-${user.name}', 'a placeholder in place of a part of the prefix'],
    ['*}', '${user.name}', 'a placeholder that looks like what is granted'],
    ['team-a-1', 'team-a-${user.name}', 'a placeholder beside the one that is granted'],
    ['a*c', 'a${user.name}', 'a placeholder that may end otherwise'],
    ['team-a-*', '', 'nothing'],
    ['', '*', 'all, by a blank grant'],
    ['a*a', 'a', 'one text for two parts'],
    ['ab*bc', 'abc', 'parts that overlap'],
    ['a*b*b', 'ab', 'a part that is the end as well'],
    ['^.*$', 'anything', 'the syntax of regular expressions'],
    ['a|*', 'b', 'the syntax of regular expressions'],
    ['*-team-a-*', '${attr.internal.x{-team-a-}', 'a placeholder that OpenSearch knows and we do not'],
    ['*-team-a-*', '${attr.internal.x}-team-a-}', 'a placeholder that ends later than it seems to'],
    ['*-team-a-*', '{-team-a-', 'a brace of no placeholder'],
    ['team-a-*', 'team-a-${x${y}}', 'a placeholder in a placeholder'],
  ])('%j does not cover %j: %s', (grant, pattern) => {
    expect(covers(grant, pattern)).toBe(false);
  });

  test.each(['*-*-*-*-*-*-*-*-*-*prod', '*-?*-*-*-*-*-*-*-*-*prod'])(
    'is held against a long name in no time: %s',
    (grant) => {
      const start = performance.now();
      expect(covers(grant, `a${'-'.repeat(10_000)}`)).toBe(false);
      expect(performance.now() - start).toBeLessThan(1_000);
    },
  );

  test('never covers a pattern that matches what the grant does not', () => {
    const text = fc.string({ unit: fc.constantFrom('a', 'b'), maxLength: 6 });
    const pattern = fc.string({ unit: fc.constantFrom('a', 'b', '*', '?'), maxLength: 5 });
    const grant = fc.string({ unit: fc.constantFrom('a', 'b', '*'), maxLength: 5 });
    fc.assert(
      fc.property(grant, pattern, text, (granted, wanted, name) => {
        fc.pre(covers(granted, wanted) && glob(wanted, name));
        expect(glob(granted, name)).toBe(true);
      }),
      { maxSkipsPerRun: 10_000 },
    );
  });
});

describe('the consent of a connection', () => {
  const everything = { kinds: ['OpenSearchRole'], names: ['*'], indexPatterns: ['*'], actions: ['*'] } as const;

  function refusal(allowedNamespaces: Allowed | undefined, labels: Record<string, string> | undefined = {}) {
    const everybody = { names: ['team-b'] };
    const spec = {
      grants: [{ namespaces: everybody, ...everything }],
      ...(allowedNamespaces && { allowedNamespaces }),
    };
    return refusalOf(fromTeamB(aRole()), aConnection({ namespace: 'platform', spec }), labels);
  }

  test('is not needed in its own namespace', () => {
    expect(
      refusalOf(aRole({ namespace: 'platform' }), aConnection({ namespace: 'platform' }), undefined),
    ).toBeUndefined();
  });

  test.each(
    withLabels([
      ['by name', { names: ['x', 'team-b'] }],
      ['by label', { selector: { matchLabels: { tier: 'prod' } } }, { tier: 'prod', other: 'x' }],
      ['by several labels', { selector: { matchLabels: { a: '1', b: '2' } } }, { a: '1', b: '2' }],
      [
        'by a label in a list',
        { selector: { matchExpressions: [{ key: 'a', operator: 'In', values: ['1', '2'] }] } },
        { a: '2' },
      ],
      ['by a label that is there', { selector: { matchExpressions: [{ key: 'a', operator: 'Exists' }] } }, { a: '' }],
      ['by a label that is not there', { selector: { matchExpressions: [{ key: 'a', operator: 'DoesNotExist' }] } }],
      [
        'by a label that is another',
        { selector: { matchExpressions: [{ key: 'a', operator: 'NotIn', values: ['1'] }] } },
        { a: '2' },
      ],
      ['by name, though the labels say no', { names: ['team-b'], selector: { matchLabels: { a: '1' } } }],
    ]),
  )('is given %s', (_, allowed, labels) => {
    expect(refusal(allowed, labels)).toBeUndefined();
  });

  test.each(
    withLabels([
      ['nothing is said', undefined],
      ['nobody is named', { names: [] }],
      ['somebody else is named', { names: ['team-c', 'team-', '*'] }],
      ['the selector is empty', { selector: {} }, { a: '1' }],
      ['the labels of the selector are empty', { selector: { matchLabels: {}, matchExpressions: [] } }, { a: '1' }],
      ['one of two labels is missing', { selector: { matchLabels: { a: '1', b: '2' } } }, { a: '1' }],
      ['the label has another value', { selector: { matchLabels: { a: '1' } } }, { a: '2' }],
      [
        'the label is not in the list',
        { selector: { matchExpressions: [{ key: 'a', operator: 'In', values: ['1'] }] } },
        { a: '2' },
      ],
      ['the list is empty', { selector: { matchExpressions: [{ key: 'a', operator: 'In' }] } }, { a: '2' }],
      [
        'the label is in the list of exclusions',
        { selector: { matchExpressions: [{ key: 'a', operator: 'NotIn', values: ['1'] }] } },
        { a: '1' },
      ],
      [
        'the label must not be there',
        { selector: { matchExpressions: [{ key: 'a', operator: 'DoesNotExist' }] } },
        { a: '' },
      ],
      [
        'one of labels and expressions fails',
        { selector: { matchLabels: { a: '1' }, matchExpressions: [{ key: 'b', operator: 'Exists' }] } },
        { a: '1' },
      ],
      [
        'a label is named like something that every object has',
        { selector: { matchExpressions: [{ key: 'constructor', operator: 'Exists' }] } },
      ],
    ]),
  )('is not given when %s', (_, allowed, labels) => {
    expect(refusal(allowed, labels)).toContain('does not allow the namespace team-b');
  });
});

test('labels that are not known satisfy no selector', () => {
  const selector = { matchExpressions: [{ key: 'a', operator: 'DoesNotExist' }] } as const;
  const place = { selector };
  const connection = aConnection({
    namespace: 'platform',
    spec: { allowedNamespaces: place, grants: [{ namespaces: place, kinds: ['OpenSearchRole'], names: ['*'] }] },
  });
  expect(refusalOf(fromTeamB(aRole()), connection, undefined)).toContain('does not allow the namespace team-b');
});

describe('a grant', () => {
  const grant: Grant = {
    namespaces: { names: ['team-b'] },
    kinds: ['OpenSearchRole', 'OpenSearchTenant', 'OpenSearchActionGroup', 'OpenSearchUser'],
    names: ['team-b-*'],
    indexPatterns: ['team-b-*'],
    tenants: ['team-b'],
    actions: ['read', 'indices:data/*'],
    mappableRoles: ['team-b-*'],
    backendRoles: ['team-b*', '/team-b'],
  };
  const good = aRole({
    name: 'team-b-reader',
    spec: {
      clusterPermissions: ['read'],
      indexPermissions: [{ indexPatterns: ['team-b-logs*'], allowedActions: ['indices:data/read/get'] }],
      tenantPermissions: [{ tenantPatterns: ['team-b'], allowedActions: ['read'] }],
    },
  });

  const ADVICE = 'have it added to spec.grants of the connection platform/default';

  function refusal(resource: Resource, ...grants: readonly Grant[]): string | undefined {
    const spec = { allowedNamespaces: { names: ['team-b'] }, grants };
    return refusalOf(fromTeamB(resource), aConnection({ namespace: 'platform', spec }), {});
  }

  test.each([
    ['a role', good],
    [
      'a role whose query looks into an index',
      withSpec(good, {
        indexPermissions: [
          {
            indexPatterns: ['team-b-x'],
            allowedActions: ['read'],
            dls: '{"bool": {"must": [{"terms": {"v": {"index": "team-b-y", "id": "1", "path": "x"}}}, {"term": {"index": "hr"}}]}}',
          },
        ],
      }),
    ],
    [
      'a user',
      aUser({ name: 'team-b-jane', spec: { securityRoles: ['team-b-reader'], backendRoles: ['team-b', '/team-b'] } }),
    ],
  ])('lets through %s that it covers', (_, resource) => {
    expect(refusal(resource, grant)).toBeUndefined();
  });

  test.each<[string, Resource, string]>([
    ['another name', aRole({ name: 'all_access', spec: good.spec }), 'name "all_access"'],
    ['a name said in the spec', withSpec(good, { name: 'all_access' }), 'name "all_access"'],
    [
      'another index',
      withSpec(good, { indexPermissions: [{ indexPatterns: ['team-b-x', '*'], allowedActions: ['read'] }] }),
      'index pattern "*"',
    ],
    [
      'another index that a query of documents looks into',
      withSpec(good, {
        indexPermissions: [
          {
            indexPatterns: ['team-b-x'],
            allowedActions: ['read'],
            dls: '{"bool": {"filter": [{"terms": {"v": {"index": "hr", "id": "1", "path": "salary"}}}]}}',
          },
        ],
      }),
      'index pattern "hr"',
    ],
    [
      'another index of the name of whoever asks',
      withSpec(good, {
        indexPermissions: [
          {
            indexPatterns: ['team-b-x'],
            allowedActions: ['read'],
            dls: '{"terms": {"v": {"index": "${user.name}", "id": ${attr.id}, "path": "x"}}}',
          },
        ],
      }),
      'index pattern "0"',
    ],
    [
      'another tenant',
      withSpec(good, { tenantPermissions: [{ tenantPatterns: ['*'], allowedActions: ['read'] }] }),
      'tenant "*"',
    ],
    [
      'another cluster permission',
      withSpec(good, { clusterPermissions: ['cluster:admin/x'] }),
      'action "cluster:admin/x"',
    ],
    [
      'another action of an index',
      withSpec(good, { indexPermissions: [{ indexPatterns: ['team-b-x'], allowedActions: ['*'] }] }),
      'action "*"',
    ],
    [
      'another action of a tenant',
      withSpec(good, { tenantPermissions: [{ tenantPatterns: ['team-b'], allowedActions: ['write'] }] }),
      'action "write"',
    ],
    [
      'another action in a group',
      anActionGroup({ name: 'team-b-g', spec: { allowedActions: ['read', 'unlimited'] } }),
      'action "unlimited"',
    ],
    [
      'a role that its users may not be given',
      aUser({ name: 'team-b-jane', spec: { securityRoles: ['team-b-reader', 'all_access'] } }),
      'role "all_access"',
    ],
    [
      'a backend role that its users may not have',
      aUser({ name: 'team-b-jane', spec: { backendRoles: ['team-b', 'admin'] } }),
      'backend role "admin"',
    ],
    ['another tenant by name', aTenant({ name: 'team-a' }), 'name "team-a"'],
  ])('refuses %s', (_, resource, what) => {
    expect(refusal(resource, grant)).toBe(`the grant does not cover the ${what}: ${ADVICE}`);
  });

  test.each<[string, Resource, string]>([
    ['a role', aRole({ name: 'x', spec: { ...good.spec, name: 'team-b-x,all_access' } }), 'name of the role'],
    ['a mapping', aMapping('team-b-x,all_access'), 'name of the role mapping'],
    ['a user with such a name', aUser({ spec: { name: 'team-b-x","joe' } }), 'name of the user'],
    ['a user with such a role', aUserWith({ securityRoles: ['team-b-x,all_access'] }), 'spec.securityRoles'],
    ['a user with such a backend role', aUserWith({ backendRoles: ['team-b', 'team-b,admin'] }), 'spec.backendRoles'],
    ['a user with a list for one backend role', aUserWith({ backendRoles: ['team-b","hr'] }), 'spec.backendRoles'],
    ['an attribute that leaves its quotes', aUserWith({ attributes: { q: 'x","y":"z' } }), 'spec.attributes.q'],
    ['an attribute that escapes its quote', aUserWith({ attributes: { q: 'x\\' } }), 'spec.attributes.q'],
    ['an attribute that is a placeholder', aUserWith({ attributes: { q: '${user.roles}' } }), 'spec.attributes.q'],
    ['a tenant', aTenant({ spec: { name: 'team-b|x' } }), 'name of the tenant'],
    ['a name of two lines', aTenant({ spec: { name: 'team-b\nx' } }), 'name of the tenant'],
  ])('refuses text that OpenSearch reads as another one, whatever it covers: %s', (_, resource, what) => {
    const everything = { ...grant, kinds: [...grant.kinds, 'OpenSearchRoleMapping'] } as Grant;
    const all = ['*'];
    const told = refusal(resource, { ...everything, names: all, mappableRoles: all, backendRoles: all });
    expect(told).toContain(what);
    expect(told).toContain('which OpenSearch does not escape: choose another');
  });

  test.each([
    ['in the namespace of the connection', { namespace: 'platform' }],
    ['in a mapping, where backend roles of a directory are only compared', { namespace: 'team-b' }],
  ])('lets a comma pass %s', (_, { namespace }) => {
    const resource = aMapping('team-b-x', { backendRoles: ['cn=a,ou=b'], users: ['cn=jane,ou=b'] });
    const isHome = namespace === 'platform';
    const wanted = isHome ? aUserWith({ backendRoles: ['cn=a,ou=b'], attributes: { q: '"' } }) : resource;
    const kinds = [...grant.kinds, 'OpenSearchRoleMapping'] as Grant['kinds'];
    const spec = { allowedNamespaces: { names: ['team-b'] }, grants: [{ ...grant, kinds }] };
    expect(refusalOf({ ...wanted, namespace }, aConnection({ namespace: 'platform', spec }), {})).toBeUndefined();
  });

  test('of some indices is not enough for a query in which a placeholder may be a lookup', () => {
    const resource = withSpec(good, {
      indexPermissions: [
        { indexPatterns: ['team-b-x'], allowedActions: ['read'], dls: '{"terms": ${attr.internal.q}}' },
      ],
    });
    expect(refusal(resource, grant)).toBe(
      'spec.indexPermissions[0].dls has a placeholder outside of quotes, in the name of a field, or without an end, which may make the query look into any index: put it into the text of a value ("${...}"), or let the grant cover the index pattern "*": have it added to spec.grants of the connection platform/default',
    );
    expect(refusal(resource, { ...grant, indexPatterns: ['*'] })).toBeUndefined();
  });

  test('refuses a kind that it does not name', () => {
    expect(refusal(good, { ...grant, kinds: ['OpenSearchTenant'] })).toContain(
      'does not include the kind OpenSearchRole',
    );
  });

  test('that has the kind is told of, and not another one before it', () => {
    const names = { ...grant, names: ['x'] };
    expect(refusal(good, { ...grant, kinds: ['OpenSearchTenant'] }, names)).toBe(
      `the grant does not cover the name "team-b-reader": ${ADVICE}`,
    );
  });

  test('that says nothing of backend roles grants none', () => {
    const { backendRoles, ...withoutBackendRoles } = grant;
    expect(backendRoles).toBeDefined();
    const jane = aUser({ name: 'team-b-jane', spec: { backendRoles: ['team-b'] } });
    expect(refusal(jane, withoutBackendRoles)).toContain('backend role "team-b"');
  });

  test('that says nothing of indices grants none', () => {
    const { indexPatterns, ...withoutIndices } = grant;
    expect(indexPatterns).toBeDefined();
    expect(refusal(good, withoutIndices)).toContain('index pattern "team-b-logs*"');
  });

  test('for other namespaces counts for nothing', () => {
    expect(refusal(good, { ...grant, namespaces: { names: ['team-c'] } })).toContain('grants nothing to the namespace');
  });

  test('with an empty selector chooses nobody', () => {
    expect(refusal(good, { ...grant, namespaces: { selector: {} } })).toContain('grants nothing to the namespace');
  });

  test('is enough when another one does not cover it', () => {
    expect(refusal(good, { ...grant, names: ['x'] }, grant)).toBeUndefined();
  });

  test('is not added up with another one: what two cover together, none does', () => {
    const names = { ...grant, indexPatterns: [] };
    const indices = { ...grant, names: [] };
    expect(refusal(good, names, indices)).toBeDefined();
  });

  test('is needed even where the namespace is allowed', () => {
    expect(refusal(good)).toContain('grants nothing to the namespace team-b');
  });
});

type Case = readonly [what: string, allowed: Allowed | undefined, labels?: Record<string, string>];

function withLabels(cases: readonly Case[]) {
  return cases.map(([what, allowed, labels = {}]) => [what, allowed, labels] as const);
}

function fromTeamB(resource: Resource): Resource {
  return { ...resource, namespace: 'team-b', spec: { ...resource.spec, connectionRef: { namespace: 'platform' } } };
}

function aMapping(role: string, spec: Partial<OpenSearchRoleMappingSpec> = {}): Resource {
  return { ...aRole(), kind: roleMapping, spec: { role, ...spec } };
}

function aUserWith(spec: Partial<OpenSearchUserSpec>): Resource {
  return aUser({ name: 'team-b-jane', spec });
}

function withSpec(resource: Resource, spec: OpenSearchRoleSpec): Resource {
  return { ...resource, spec: { ...resource.spec, ...spec } };
}

/** What a pattern of OpenSearch matches: `*` any text, `?` one character. */
function glob(pattern: string, text: string): boolean {
  const expression = pattern.replaceAll('*', '.*').replaceAll('?', '.');
  return new RegExp(`^${expression}$`).test(text);
}
