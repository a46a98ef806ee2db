import { describe, expect, it } from '@jest/globals';
import { quantile } from '../../bench/ratio.ts';

const oneTo = (count: number): readonly number[] => Array.from({ length: count }, (_, index) => count - index);

describe('a quantile', () => {
  it('is the second largest of a hundred values at 99 %, and the fourth largest of three hundred', () => {
    expect([quantile(oneTo(100), 0.99), quantile(oneTo(300), 0.99)]).toEqual([99, 297]);
  });

  it('is the middle one of an odd number, and the lower of the two in the middle of an even one', () => {
    expect([quantile(oneTo(5), 0.5), quantile(oneTo(4), 0.5)]).toEqual([3, 2]);
  });

  it('is the only one of one value, and nothing of none', () => {
    expect([quantile([7], 0.99), quantile([], 0.5)]).toEqual([7, Number.NaN]);
  });
});
