import { describe, expect, it } from '@jest/globals';
import type { JsonObject } from '../../../src/generated/json-value.ts';
import { auditProblems, isAuditKnown } from '../../../src/plan/config/audit-problems.ts';
import { leavesOf } from '../../../src/plan/config/tree.ts';

function problems(audit: JsonObject, live: JsonObject = {}): readonly string[] {
  return auditProblems(leavesOf({ audit }), live);
}

describe('a declared audit configuration', () => {
  it('may have everything that the real servers show', () => {
    const audit = {
      enabled: true,
      audit: {
        enable_rest: false,
        ignore_users: [],
        disabled_rest_categories: ['AUTHENTICATED'],
        ignore_headers: ['x'],
      },
      compliance: { enabled: true, read_watched_fields: { 'people-*': ['name'] }, write_watched_indices: ['a'] },
    };
    expect(problems(audit)).toEqual([]);
    expect(problems({ audit: {}, compliance: { read_watched_fields: {} } })).toEqual([]);
  });

  it('may have what the cluster shows, whatever is known of its version', () => {
    expect(problems({ audit: { brand_new: true } }, { audit: { audit: { brand_new: false } } })).toEqual([]);
  });

  it.each<[string, JsonObject, string]>([
    [
      'a slip of the pen',
      { audit: { enable_rset: true } },
      'spec.audit.audit.enable_rset is unknown to OpenSearch: did you mean enable_rest?',
    ],
    ['a key of the other section', { compliance: { internal_konfig: true } }, 'did you mean internal_config?'],
    ['a key that is like none', { compliance: { zzzzzz: true } }, 'write one of enabled, external_config'],
    [
      'a text for true or false',
      { audit: { enable_rest: 'true' } },
      'spec.audit.audit.enable_rest is to be true or false',
    ],
    ['settings below true or false', { audit: { enable_rest: { a: true } } }, 'is to be true or false'],
    ['a text for a list', { audit: { ignore_users: 'NONE' } }, 'is to be a list of texts'],
    ['a list for lists by name', { compliance: { read_watched_fields: ['a'] } }, 'is to be lists of texts by name'],
    ['a text for a named list', { compliance: { read_watched_fields: { a: 'b' } } }, 'is to be lists of texts by name'],
    [
      'a category in small letters',
      { audit: { disabled_rest_categories: ['authenticated'] } },
      'category "authenticated": did you mean AUTHENTICATED?',
    ],
    ['an unknown category', { audit: { disabled_transport_categories: ['NONE'] } }, 'has the unknown category "NONE"'],
  ])('must not have %s', (_what, audit, words) => {
    expect(problems(audit)).toEqual([expect.stringContaining(words)]);
  });

  it.each([
    ['2.19.4', true],
    ['3.4.0', true],
    ['3.5.0', false],
    ['4.0.0', false],
    [undefined, false],
  ])('is judged before it is sent to %s: %s', (version, isKnown) => {
    expect(isAuditKnown(version)).toBe(isKnown);
  });
});
