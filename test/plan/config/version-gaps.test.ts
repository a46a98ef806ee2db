import { describe, expect, it } from '@jest/globals';
import type { JsonObject } from '../../../src/generated/json-value.ts';
import { versionGaps } from '../../../src/plan/config/version-gaps.ts';

function gaps(type: string, config: JsonObject, version: string | undefined): readonly string[] {
  return versionGaps('sso', { http_authenticator: { type, config } }, version);
}

describe('an authentication domain', () => {
  it.each<[string, JsonObject, string]>([
    ['jwt', { jwks_uri: 'https://id.example/keys' }, 'config.jwks_uri needs OpenSearch 3.3, and this is 2.19.4'],
    ['jwt', { max_jwks_keys: 5 }, 'config.max_jwks_keys needs OpenSearch 3.3'],
    ['clientcert', { skip_users: ['CN=x'] }, 'config.skip_users needs OpenSearch 3.x'],
    ['clientcert', { username_attribute: 'san:EMAIL' }, 'config.username_attribute needs OpenSearch 3.x'],
  ])('with %s and %j says which version has that', (type, config, words) => {
    expect(gaps(type, config, '2.19.4')).toEqual([expect.stringContaining(words)]);
    expect(gaps(type, config, '3.4.0')).toEqual([]);
    expect(gaps(type, config, undefined)).toEqual([]);
  });

  it.each<[string, JsonObject]>([
    ['openid', { jwks_uri: 'https://id.example/keys' }],
    ['jwt', { signing_key: 'x', jwt_clock_skew_tolerance_seconds: 30 }],
    ['clientcert', { username_attribute: 'cn' }],
  ])('with %s and %j is one for 2.x, too', (type, config) => {
    expect(gaps(type, config, '2.19.4')).toEqual([]);
  });
});
