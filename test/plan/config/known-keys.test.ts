import { describe, expect, it } from '@jest/globals';
import type { JsonObject } from '../../../src/generated/json-value.ts';
import { keyProblems, KNOWN_KEYS, withUnknownKeys } from '../../../src/plan/config/known-keys.ts';
import { leavesOf } from '../../../src/plan/config/tree.ts';
import { readCustomResourceDefinitions, rootSchema, walk } from '../../support/custom-resource-definitions.ts';

function problems(dynamic: JsonObject, { live = {}, allowed = [] }: { live?: JsonObject; allowed?: string[] } = {}) {
  return keyProblems(leavesOf({ dynamic }), { dynamic: live }, allowed);
}

describe('the known keys', () => {
  it('are those of the CRD, which is open where they are', () => {
    const crd = readCustomResourceDefinitions().find(({ spec }) => spec.names.kind === 'OpenSearchSecurityConfig');
    const open = (crd === undefined ? [] : walk(rootSchema(crd))).filter(
      ([path, schema]) =>
        path.startsWith('spec.dynamic') && schema['x-kubernetes-preserve-unknown-fields'] && schema.properties,
    );
    const places = open.map(([path, { properties = {} }]) => {
      const place = path.replace('spec', '').replaceAll('{}', '.*').replaceAll('.', '/');
      return [place, Object.keys(properties).sort()] as const;
    });
    const known = Object.entries(KNOWN_KEYS).map(([place, keys]) => [place, keys.toSorted()] as const);
    expect(new Map(known)).toEqual(new Map(places));
  });
});

describe('a key that nobody knows', () => {
  it.each<[string, JsonObject, string]>([
    ['below dynamic', { do_not_fail_on_forbiden: true }, 'spec.dynamic.do_not_fail_on_forbiden is unknown'],
    ['that was slipped in', { multi_rolespn_enabled: true }, 'did you mean multi_rolespan_enabled?'],
    ['that is spelled right', { transport_username_attribute: 'cn' }, 'did you mean transport_userrname_attribute?'],
    ['of the documentation', { 'opensearch-dashboards': { index: 'x' } }, 'did you mean kibana?'],
    [
      'in a domain',
      { authc: { sso: { ordr: 1 } } },
      'spec.dynamic.authc.sso.ordr is unknown to OpenSearch: did you mean order?',
    ],
    ['in an authenticator', { authc: { sso: { http_authenticator: { typ: 'x' } } } }, 'did you mean type?'],
    ['in a source of roles', { authz: { x: { authorization_backnd: {} } } }, 'did you mean authorization_backend?'],
    ['in a limit', { auth_failure_listeners: { x: { alowed_tries: 1 } } }, 'did you mean allowed_tries?'],
    ['in deeper settings', { http: { xff: { enabld: true } } }, 'did you mean enabled?'],
    ['that is near to none', { on_behalf_of: { zzz: 1 } }, 'write one of enabled, encryption_key, signing_key'],
    ['that says how to go on', { brand_new: 1 }, 'name /brand_new in spec.allowUnknownKeys'],
  ])('%s is told with the nearest one', (_where, dynamic, words) => {
    expect(problems(dynamic)).toEqual([expect.stringContaining(words)]);
  });

  it('is told once, however much is below it', () => {
    expect(problems({ brand_new: { a: 1, b: { c: 2 } } })).toHaveLength(1);
  });

  it.each<[string, JsonObject, { live?: JsonObject; allowed?: string[] }]>([
    ['the server shows it', { brand_new: true }, { live: { brand_new: false } }],
    ['the server shows it in another domain', { authc: { a: { fresh: 1 } } }, { live: { authc: { b: { fresh: 0 } } } }],
    ['it is allowed', { brand_new: { a: 1 } }, { allowed: ['/brand_new'] }],
    ['what it is in is allowed', { brand_new: { a: 1 } }, { allowed: ['/brand_new'] }],
  ])('is taken when %s', (_when, dynamic, about) => {
    expect(problems(dynamic, about)).toEqual([]);
  });

  it('is not taken since the server shows one of that name somewhere else', () => {
    expect(problems({ authc: { a: { fresh: 1 } } }, { live: { authz: { a: { fresh: 1 } }, fresh: 1 } })).toHaveLength(
      1,
    );
  });

  it('is none in settings that are free, nor are names', () => {
    const domain = { http_authenticator: { type: 'x', config: { whatever: { a: 1 } } } };
    expect(problems({ authc: { kibanna: domain, __proto__x: domain } })).toEqual([]);
  });

  it('stays as the server shows it when all else is replaced, unless its domain goes', () => {
    const live = {
      dynamic: { brand_new: true, license: 'x', authc: { kept: { fresh: 1, order: 2 }, gone: { fresh: 1 } } },
    };
    const tree = { dynamic: { authc: { kept: { order: 3 } } } };
    const kept = withUnknownKeys(tree, live, leavesOf(tree));
    expect(JSON.parse(JSON.stringify(kept))).toEqual({
      dynamic: { brand_new: true, authc: { kept: { fresh: 1, order: 3 } } },
    });
  });
});
