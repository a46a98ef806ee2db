import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { endpointOf } from '../../src/clients/endpoint-of.ts';

describe('what a path is called in metrics', () => {
  test.each([
    ['/', 'root'],
    ['/_plugins/_security/api/roles', 'roles'],
    ['/_plugins/_security/api/rolesmapping/all_access', 'rolesmapping'],
    ['/_opendistro/_security/api/internalusers/jane?pretty', 'internalusers'],
    ['/_plugins/_security/authinfo', 'authinfo'],
    ['/_plugins/_security/api/authinfo', 'authinfo'],
    ['/_plugins/_security/api/ssl/http/reloadcerts', 'ssl'],
    ['/_plugins/_security/health?mode=strict', 'health'],
    ['/_plugins/_security/api/something-new', 'other'],
    ['/_cat/nodes?h=id&format=json', 'cat_nodes'],
    ['/_cluster/state/nodes', 'cluster_state_nodes'],
    ['/.opendistro_security/_doc/config', 'security_index'],
    ['/logs-2026/_search', 'other'],
  ])('%s is %s', (path, endpoint) => {
    expect(endpointOf(path)).toBe(endpoint);
  });

  test('never has a name in it', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1 }), (name) => {
        expect(endpointOf(`/_plugins/_security/api/roles/${encodeURIComponent(name)}`)).toBe('roles');
      }),
    );
  });
});
