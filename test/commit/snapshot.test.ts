import { describe, expect, test } from '@jest/globals';
import { applyToSnapshot, toSnapshot } from '../../src/commit/snapshot.ts';
import { aRemove, anAdd, aRole, desiredOf, roleKind } from '../support/builders.ts';

const fromServer = {
  reserved: false,
  hidden: false,
  static: false,
  cluster_permissions: [],
  index_permissions: [{ index_patterns: ['logs-*'], fls: [], masked_fields: [], allowed_actions: ['read'] }],
  tenant_permissions: [],
};

describe('a snapshot', () => {
  test('spells what the server has as an object that declares the same', () => {
    expect(toSnapshot(roleKind, { ops: fromServer }).get('ops')).toEqual({ canonical: desiredOf(aRole()) });
  });

  test.each([
    [{ reserved: true }, 'reserved'],
    [{ hidden: true }, 'hidden'],
    [{ static: true }, 'static'],
    [{ static: true, reserved: true }, 'static'],
  ])('of an entity with %j knows that it is %s', (flags, protection) => {
    const live = toSnapshot(roleKind, { ops: { ...fromServer, ...flags } }).get('ops');
    expect(live).toEqual({ canonical: desiredOf(aRole()), protection });
  });

  test('leaves out the hash, which the server never shows', () => {
    const live = toSnapshot(roleKind, { ops: { ...fromServer, hash: '' } }).get('ops');
    expect(live?.canonical).not.toContain('hash');
  });

  test('holds entities of any name', () => {
    const document = JSON.parse('{"__proto__":{"description":"x"},"constructor":{}}') as Record<string, unknown>;
    expect([...toSnapshot(roleKind, document).keys()]).toEqual(['__proto__', 'constructor']);
  });

  test('takes over what was stored', () => {
    const snapshot = toSnapshot(roleKind, { a: fromServer, b: { ...fromServer, description: 'old' } });
    applyToSnapshot(snapshot, [aRemove('a'), anAdd('b', { description: 'new' }), anAdd('c', { description: 'c' })]);
    expect(Object.fromEntries(snapshot)).toEqual({
      b: { canonical: '{"description":"new"}' },
      c: { canonical: '{"description":"c"}' },
    });
  });
});
