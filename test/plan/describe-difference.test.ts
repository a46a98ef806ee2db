import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { describeDifference, differingFields } from '../../src/plan/describe-difference.ts';
import { canonical } from '../../src/desired/canonical.ts';
import { role } from '../../src/kinds/role.ts';
import type { Entity } from '../../src/kinds/kind.ts';

const entities = fc
  .object({ key: fc.oneof(fc.string(), fc.constantFrom('__proto__', 'constructor')), maxDepth: 3 })
  .map((entity) => canonical(role, JSON.parse(JSON.stringify(entity)) as Entity));

describe('a difference', () => {
  test.each<[string, Entity, Entity, readonly string[]]>([
    ['a new field', {}, { description: 'x' }, ['add /description "x"']],
    ['a field less', { description: 'x' }, {}, ['remove /description']],
    ['another value', { description: 'x' }, { description: 'y' }, ['replace /description "y"']],
    ['nothing', { description: 'x' }, { description: 'x' }, []],
    ['something deep inside', { a: [{ dls: 'x' }] }, { a: [{ dls: 'y' }] }, ['replace /a/0/dls "y"']],
  ])('is told a line each: %s', (...[, live, desired, expected]) => {
    expect(describeDifference(JSON.stringify(live), JSON.stringify(desired))).toEqual(expected);
  });

  test('of what is not there is its creation', () => {
    expect(describeDifference(undefined, '{"description":"x"}')).toEqual(['create {"description":"x"}']);
  });

  test('with long values is cut', () => {
    const [line] = describeDifference('{}', JSON.stringify({ description: 'x'.repeat(1000) }));
    expect(line).toHaveLength('add /description '.length + 121);
    expect(line).toMatch(/x…$/);
  });

  test('is never cut in the middle of a character, which no API server would keep', () => {
    for (const shift of ['', 'x']) {
      const [line] = describeDifference('{}', JSON.stringify({ description: `${shift}${'😀'.repeat(100)}` }));
      expect(line?.isWellFormed()).toBe(true);
    }
  });

  test('can be told of any two entities, and is empty only for equal ones', () => {
    fc.assert(
      fc.property(entities, entities, (live, desired) => {
        expect(describeDifference(live, desired).length === 0).toBe(live === desired);
      }),
    );
  });

  test('in one line names each field once', () => {
    const fields = differingFields('{"a":["x","y"],"b":"1"}', '{"a":["z"],"c":"2"}');
    expect(fields.split(', ').sort()).toEqual(['a', 'b', 'c']);
  });
});
