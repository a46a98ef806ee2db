import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { knownActions } from '../../src/desired/known-actions.ts';
import { unknownPermissions, type UnknownPermission } from '../../src/desired/unknown-permissions.ts';

const shipped = JSON.parse(readFileSync(new URL('../fixtures/shipped-permissions.json', import.meta.url), 'utf8')) as {
  readonly groups: readonly string[];
  readonly grants: readonly string[];
};
const groups = new Set(shipped.groups);

function judge(...entries: readonly string[]): readonly UnknownPermission[] {
  return unknownPermissions(entries, (name) => groups.has(name), groups);
}

describe('the catalogue of actions', () => {
  test('is sorted and without repeats', () => {
    expect(knownActions).toEqual([...new Set(knownActions)].sort());
  });

  test.each([
    'cluster:admin/opendistro_security/config/update',
    'cluster:monitor/health',
    'cluster:monitor/wlm/stats',
    'indices:admin/tier/hot_to_warm',
    'indices:data/read/msearch/template',
    'indices:data/read/search',
    'indices:data/read/search[can_match]',
    'indices:data/write/bulk[s]',
    'restapi:admin/roles',
    'system:admin/system_index',
  ])('has %s', (action) => {
    expect(knownActions).toContain(action);
  });

  test('has whole names only, and none that nodes say among themselves', () => {
    const odd = knownActions.filter((name) => /^internal:|:internal|[*%\s]|[/:]$/.test(name));
    expect(odd).toEqual([]);
  });
});

describe('a permission is taken for right', () => {
  test('when the Security plugin grants it itself', () => {
    expect(judge(...shipped.grants)).toEqual([]);
  });

  test.each(knownActions)('when it is the action %s, at every level', (action) => {
    expect(judge(action, `${action}*`, `${action}[s]`, `${action}[s][r]`)).toEqual([]);
  });

  test.each([
    ['*', 'everything'],
    ['cluster:*', 'everything of a root'],
    ['indices:data/write/bulk*', 'a pattern for an action'],
    ['indices:data/write/bulk?s?', 'a pattern for a part of an action'],
    ['indices:data/write/index[*', 'a pattern for parts that are named at run time'],
    ['indices:data/*/get', 'a pattern with a star inside'],
    ['indices*', 'a pattern without a colon'],
    ['*/forecast/*', 'a pattern that might be for anything'],
    ['indices:data/*/replication/*', 'a pattern that might be for a plugin'],
    ['indices:monitor/stats', 'an action'],
    ['cluster:monitor/health', 'an action'],
    ['indices:admin/mappings/get', 'an action'],
    ['indices:data/read/search[can_match]', 'a phase of an action'],
    ['indices:data/read/search[phase/query]', 'a phase of an action'],
    ['cluster:monitor/nodes/info[n]', 'a part for one node'],
    ['indices:data/write/index[s][p]', 'a part for one shard'],
    ['cluster:admin/reindex/rethrottle', 'an action of a module'],
    ['indices:admin/types/exists', 'an action of long ago'],
    ['indices:data/read/suggest*', 'a pattern for an action of long ago'],
    ['cluster_composite_ops', 'an action group'],
    ['kibana_all_read', 'an action group'],
    ['data_access', 'an action group'],
    ['cluster:admin/opensearch/ml/predict', 'an action of a plugin'],
    ['cluster:admin/opendistro/alerting/alert/get', 'an action of a plugin, unlike the ones we have seen'],
    ['cluster:admin/opensearch/*', 'a pattern for a plugin'],
    ['cluster:admin/knn_stats_action', 'a flat name of a plugin'],
    ['cluster:admin/knn*', 'a pattern for flat names of a plugin'],
    ['cluster:admin/ltr/stats', 'a plugin that is named by its own word'],
    ['cluster:admin/security/tokens/create', 'an action of a later Security plugin'],
    ['cluster:monitor/flight/info', 'a plugin that is named by its own word'],
    ['indices:data/read/plugins/replication/changes', 'a plugin in an area of OpenSearch'],
    ['indices:admin/dictionary/*', 'a pattern for a plugin that is named by its own word'],
    ['indices:data/read/plugins*', 'a pattern for plugins in an area of OpenSearch'],
    ['indices:internal/plugins/replication/index/stop', 'an internal action of a plugin'],
    ['internal:*', 'what nodes say among themselves'],
    ['restapi:admin/rollback_version/write', 'a permission for the REST API of a later Security plugin'],
    ['kibana:saved_objects/*/read', 'a permission of Dashboards'],
    ['hello:world', 'a root that only its plugin knows'],
    ['/indices:data/(read|write).*/', 'a regular expression'],
    ['/(a+)+$/', 'a regular expression that would take forever'],
    ['${attr.internal.action}', 'a placeholder'],
    ['', 'blank, which is refused elsewhere'],
  ])('when it is %j: %s', (entry) => {
    expect(judge(entry)).toEqual([]);
  });

  test('when an action group has its name, whatever that is', () => {
    expect(unknownPermissions(['indices:data/raed/*', 'x*'], () => true)).toEqual([]);
  });

  test('when there is nothing', () => {
    expect(judge()).toEqual([]);
  });
});

describe('a permission is told as unknown', () => {
  test.each([
    ['indices:data/read/serach', 'indices:data/read/search'],
    ['indices:data/raed/search', 'indices:data/read/search'],
    ['indices:data/read/searches', 'indices:data/read/search'],
    ['Indices:Data/Read/Search', 'indices:data/read/search'],
    ['indicies:data/read/search', 'indices:data/read/search'],
    ['indices:data/write/bluk', 'indices:data/write/bulk'],
    ['indices:admin/mapings/get', 'indices:admin/mappings/get'],
    ['indices:admin/alias', 'indices:admin/aliases'],
    ['cluster:monitor/healht', 'cluster:monitor/health'],
    ['cluster:monitor/tasks/list', 'cluster:monitor/tasks/lists'],
    ['cluster:admin/snapshot/creat', 'cluster:admin/snapshot/create'],
    ['cluster:admin/snapshto/create', 'cluster:admin/snapshot/create'],
    ['cluster:admin/opendistro_security/whoam', 'cluster:admin/opendistro_security/whoami'],
    ['system:admin/system-index', 'system:admin/system_index'],
    ['restapi:admin/role', 'restapi:admin/roles'],
    ['indices:data/read', 'indices:data/read/*'],
    ['cluster:admin/snapshot/', 'cluster:admin/snapshot/*'],
    ['indices:data/raed/*', 'indices:data/read/*'],
    ['indices:data/read/serach*', 'indices:data/read/search*'],
    ['cluster:admin/snapshto/*', 'cluster:admin/snapshot/*'],
    ['indicies*', 'indices*'],
    ['indices:data/read/foo', undefined],
    ['indices:admin/crate/*', 'indices:admin/create*'],
    ['indices:/*', 'indices*'],
    ['indices:foo/*', undefined],
    ['indices:monitor/health', undefined],
    ['cluster:health', undefined],
  ])('when it is the action %j; suggested is %j', (entry, suggestion) => {
    const told = suggestion === undefined ? { entry, kind: 'action' } : { entry, suggestion, kind: 'action' };
    expect(judge(entry)).toEqual([told]);
  });

  test.each([
    ['READ', 'read'],
    ['CRUD', 'crud'],
    ['read ', 'read'],
    ['kibana_all_raed', 'kibana_all_read'],
    ['data-access', 'data_access'],
    ['manage_snapshot', 'manage_snapshots'],
    ['read*', 'read'],
    ['kibana_*', undefined],
    ['all_access', undefined],
    ['indices', undefined],
  ])('when it is the action group %j; suggested is %j', (entry, suggestion) => {
    const told = suggestion === undefined ? { entry, kind: 'group' } : { entry, suggestion, kind: 'group' };
    expect(judge(entry)).toEqual([told]);
  });

  test('once, in text order', () => {
    expect(judge('write1', 'READ', 'write1', 'read').map(({ entry }) => entry)).toEqual(['READ', 'write1']);
  });

  test('without a suggestion when the names of groups are not known', () => {
    expect(unknownPermissions(['READ'], () => false)).toEqual([{ entry: 'READ', kind: 'group' }]);
  });
});

describe('whatever is written', () => {
  const part = fc.constantFrom(
    'indices:',
    'cluster:',
    'data/',
    'read',
    'admin/',
    'snapshot',
    'search',
    '*',
    '?',
    '[',
    '/',
  );
  const entry = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.array(fc.oneof(part, fc.string({ maxLength: 3 })), { maxLength: 6 }).map((parts) => parts.join('')),
    fc.constantFrom(...knownActions, ...shipped.grants),
  );

  test('only what is there is told, and a suggestion is right itself', () => {
    fc.assert(
      fc.property(fc.array(entry), (entries) => {
        for (const { entry: told, suggestion } of judge(...entries)) {
          expect(entries).toContain(told);
          if (suggestion !== undefined) expect([told !== suggestion, judge(suggestion)]).toEqual([true, []]);
        }
      }),
      { numRuns: 500 },
    );
  });

  test('the order of entries and of groups does not matter', () => {
    fc.assert(
      fc.property(fc.array(entry), (entries) => {
        const other = unknownPermissions(entries.toReversed(), (name) => groups.has(name), [...groups].reverse());
        expect(other).toEqual(judge(...entries));
      }),
    );
  });

  test('each entry is judged by itself', () => {
    fc.assert(
      fc.property(fc.array(entry), (entries) => {
        const alone = [...new Set(entries)].sort().flatMap((single) => judge(single));
        expect(judge(...entries)).toEqual(alone);
      }),
    );
  });

  test('one slip in an action leads back to an action', () => {
    const slip = fc.constantFrom(...knownActions.filter((name) => /^indices:data\/read\/[a-z]{6,}$/.test(name)));
    fc.assert(
      fc.property(slip, fc.nat(4), (name, at) => {
        const place = 'indices:data/read/'.length + at;
        const swapped = `${name.slice(0, place)}${name.charAt(place + 1)}${name.charAt(place)}${name.slice(place + 2)}`;
        fc.pre(swapped !== name);
        expect(judge(swapped)).toEqual([{ entry: swapped, suggestion: name, kind: 'action' }]);
      }),
    );
  });
});
