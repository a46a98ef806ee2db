import { describe, expect, test } from '@jest/globals';
import { piWords } from '../../../../src/commit/passwords/bcrypt/pi-words.ts';

const hex = (words: Int32Array): readonly string[] => Array.from(words, (word) => (word >>> 0).toString(16));

describe('the words of pi', () => {
  test('begin with the round keys of Blowfish and end with the last of its boxes', () => {
    const words = piWords(1042);
    expect(hex(words.subarray(0, 4))).toEqual(['243f6a88', '85a308d3', '13198a2e', '3707344']);
    expect(hex(words.subarray(1038))).toEqual(['b74e6132', 'ce77e25b', '578fdfe3', '3ac372e6']);
  });

  test('are the same to the last bit, however many are asked for', () => {
    const many = piWords(200);
    for (const count of [1, 2, 18, 199]) expect(piWords(count)).toEqual(many.subarray(0, count));
  });
});
