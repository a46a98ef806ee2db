import { describe, expect, test } from '@jest/globals';
import { javaStrings } from '../../scripts/java-strings.ts';

const text = (value: string): number[] => [1, 0, value.length, ...Buffer.from(value)];

/** A class file up to the end of its constant pool; the JVM counts places from 1. */
function aClass(places: number, ...constants: readonly number[][]): Buffer {
  return Buffer.from([0xca, 0xfe, 0xba, 0xbe, 0, 0, 0, 61, 0, places + 1, ...constants.flat(), 0, 0]);
}

describe('the strings of a Java class', () => {
  test('are found behind constants of every size', () => {
    const long = [5, 0, 0, 0, 0, 0, 0, 0, 7];
    const handle = [15, 6, 0, 1];
    const pool = aClass(7, text('first'), [8, 0, 1], long, handle, [10, 0, 1, 0, 2], text('last'));
    expect(javaStrings(pool)).toEqual(['first', 'last']);
  });

  test('are not looked for in anything else', () => {
    expect(() => javaStrings(Buffer.from('PK not a class'))).toThrow('not a Java class');
    expect(() => javaStrings(aClass(1, [99]))).toThrow('unknown kind: 99');
  });
});
