import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { canonical } from '../../src/desired/canonical.ts';
import type { Entity } from '../../src/kinds/kind.ts';
import { actionGroup } from '../../src/kinds/action-group.ts';
import { role } from '../../src/kinds/role.ts';
import { tenant } from '../../src/kinds/tenant.ts';
import { actionGroupKind, roleKind, tenantKind } from '../support/builders.ts';

const entities = fc.object({ key: fc.string(), maxDepth: 3, values: [fc.string(), fc.boolean(), fc.constant(null)] });

describe('canonical', () => {
  test.each<[string, Entity, Entity]>([
    ['the order of fields', { a: 'x', b: 'y' }, { b: 'y', a: 'x' }],
    ['the order of a list', { fls: ['a', 'b'] }, { fls: ['b', 'a'] }],
    ['repeats in a list', { fls: ['a', 'a'] }, { fls: ['a'] }],
    ['empty text', { dls: '' }, {}],
    ['null', { dls: null }, {}],
    ['false', { reserved: false }, {}],
    ['an empty list', { fls: [] }, {}],
    ['a list of nothing but defaults', { fls: ['', null] }, {}],
    ['an empty object', { attributes: {} }, {}],
    [
      'defaults and order deep inside',
      { index_permissions: [{ dls: '', fls: ['b', 'a'] }, { index_patterns: ['x'] }] },
      { index_permissions: [{ index_patterns: ['x'], masked_fields: [] }, { fls: ['a', 'b'] }] },
    ],
  ])('takes %s for no difference', (_, one, other) => {
    expect(canonical(role, one)).toBe(canonical(role, other));
  });

  test.each<[string, Entity, Entity]>([
    ['another value', { dls: 'a' }, { dls: 'b' }],
    ['text and a list', { dls: 'a' }, { dls: ['a'] }],
    ['the same value of another field', { fls: ['a'] }, { masked_fields: ['a'] }],
    ['zero and nothing', { level: 0 }, {}],
    [
      'another place in the tree',
      { index_permissions: [{ fls: ['a', 'b'] }] },
      { index_permissions: [{ fls: ['a'] }, { fls: ['b'] }] },
    ],
  ])('takes %s for a difference', (_, one, other) => {
    expect(canonical(role, one)).not.toBe(canonical(role, other));
  });

  test.each([
    { what: 'an empty role', kind: roleKind, entity: {}, expected: '{"cluster_permissions":[]}' },
    {
      what: 'a role with a description',
      kind: roleKind,
      entity: { description: 'x' },
      expected: '{"description":"x"}',
    },
    {
      what: 'an action group with nothing but a description',
      kind: actionGroupKind,
      entity: { description: 'x' },
      expected: '{"description":"x","allowed_actions":[]}',
    },
    { what: 'an empty tenant', kind: tenantKind, entity: { description: '' }, expected: '{"description":""}' },
  ])('keeps the field that the server insists on: $what', ({ kind, entity, expected }) => {
    expect(canonical(kind, entity)).toBe(expected);
  });

  test.each(['__proto__', 'constructor', 'toString', 'hasOwnProperty'])(
    'keeps a field named %s like any other',
    (key) => {
      const entity = JSON.parse(`{"attributes":{"${key}":{"polluted":"yes"}}}`) as Entity;
      const spelled = canonical(role, entity);
      expect(spelled).toContain(`"attributes":{"${key}":{"polluted":"yes"}}`);
      expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
    },
  );

  test('is the same when it is made of itself', () => {
    fc.assert(
      fc.property(entities, fc.constantFrom(role, actionGroup, tenant), (entity, kind) => {
        const once = canonical(kind, entity as Entity);
        expect(canonical(kind, JSON.parse(once) as Entity)).toBe(once);
      }),
    );
  });

  test('does not depend on the order of anything', () => {
    fc.assert(
      fc.property(entities, (entity) => {
        expect(canonical(role, reversed(entity) as Entity)).toBe(canonical(role, entity as Entity));
      }),
    );
  });
});

function reversed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(reversed).reverse();
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .map(([key, inner]) => [key, reversed(inner)] as const)
      .reverse(),
  );
}
