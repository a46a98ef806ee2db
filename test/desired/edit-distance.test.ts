import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { editDistance } from '../../src/desired/edit-distance.ts';

const word = fc.string({ unit: fc.constantFrom('a', 'b', 'c'), maxLength: 8 });

/** The same by its definition, with no thought of speed. */
function plainDistance(a: string, b: string): number {
  if (a === '' || b === '') return a.length + b.length;
  const [restA, restB] = [a.slice(1), b.slice(1)];
  if (a[0] === b[0]) return plainDistance(restA, restB);
  const isSwap = a[0] === b[1] && a[1] === b[0];
  return (
    1 +
    Math.min(
      plainDistance(restA, b),
      plainDistance(a, restB),
      plainDistance(restA, restB),
      isSwap ? plainDistance(a.slice(2), b.slice(2)) : Infinity,
    )
  );
}

describe('the distance of two texts', () => {
  test.each([
    ['search', 'search', 0],
    ['serach', 'search', 1],
    ['sarch', 'search', 1],
    ['seaarch', 'search', 1],
    ['zearch', 'search', 1],
    ['', 'ab', 2],
    ['ca', 'abc', 3],
    ['bulk', 'index', undefined],
  ])('%j and %j: %s', (a, b, edits) => {
    expect(editDistance(a, b, 3)).toBe(edits);
  });

  test('is what its definition says, up to the most that is asked for', () => {
    fc.assert(
      fc.property(word, word, fc.integer({ min: 0, max: 8 }), (a, b, most) => {
        const edits = plainDistance(a, b);
        expect(editDistance(a, b, most)).toBe(edits <= most ? edits : undefined);
      }),
      { numRuns: 300 },
    );
  });
});
