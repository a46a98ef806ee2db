import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { nearestName } from '../../src/desired/nearest-name.ts';

describe('the nearest name', () => {
  test.each([
    ['raed', ['read', 'write'], { name: 'read', edits: 1 }],
    ['READ', ['read', 'write'], { name: 'read', edits: 0 }],
    ['data-access', ['data_access'], { name: 'data_access', edits: 1 }],
    ['indices:data/raed/search', ['indices:data/read/search'], { name: 'indices:data/read/search', edits: 1 }],
    ['a/read/x', ['a/reads/x', 'a/reed/x'], { name: 'a/reads/x', edits: 1 }],
  ])('of %j among %j', (name, candidates, nearest) => {
    expect(nearestName(name, candidates)).toEqual(nearest);
  });

  test.each([
    ['foo', ['read', 'write'], 'nothing alike'],
    ['indices:data/read/foo', ['indices:data/read/tv'], 'another word in the same place'],
    ['kibana_all_foo', ['kibana_all_read'], 'another word in the same place'],
    ['ab', ['ba'], 'two letters, of which one is more than a third'],
    ['read', [], 'no candidates'],
  ])('is not there for %j among %j: %s', (name, candidates) => {
    expect(nearestName(name, candidates)).toBeUndefined();
  });

  test('does not depend on the order of the candidates', () => {
    const name = fc.string({ unit: fc.constantFrom('a', 'b', '_', '/'), maxLength: 9 });
    fc.assert(
      fc.property(name, fc.array(name, { maxLength: 8 }), (written, candidates) => {
        expect(nearestName(written, candidates.toReversed())).toEqual(nearestName(written, candidates));
      }),
    );
  });
});
