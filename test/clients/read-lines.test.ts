import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { readBody } from '../../src/clients/read-body.ts';
import { readLines } from '../../src/clients/read-lines.ts';
import { UnreachableError } from '../../src/errors.ts';

async function linesOf(chunks: readonly Uint8Array[]): Promise<readonly string[]> {
  const lines: string[] = [];
  for await (const line of readLines(stream(chunks))) lines.push(line);
  return lines;
}

async function* stream(chunks: readonly Uint8Array[]): AsyncGenerator<Uint8Array> {
  for (const chunk of chunks) yield await Promise.resolve(chunk);
}

/** Cuts bytes at places that may be anywhere, in the middle of a character too. */
function cut(bytes: Uint8Array, places: readonly number[]): readonly Uint8Array[] {
  const ends = [...places.map((place) => place % (bytes.length + 1)), bytes.length].sort((a, b) => a - b);
  return ends.map((end, index) => bytes.subarray(ends[index - 1] ?? 0, end));
}

describe('lines', () => {
  test('come out as they went in, wherever the bytes were cut', async () => {
    const lines = fc.array(fc.string({ unit: 'binary', minLength: 1 }).map((line) => `{${line.replaceAll('\n', '')}`));
    await fc.assert(
      fc.asyncProperty(lines, fc.array(fc.nat()), async (sent, places) => {
        const wellFormed = sent.map((line) => line.toWellFormed());
        const bytes = Buffer.from(wellFormed.map((line) => `${line}\n`).join(''));
        expect(await linesOf(cut(bytes, places))).toEqual(wellFormed);
      }),
    );
  });

  test('that are empty are left out', async () => {
    expect(await linesOf([Buffer.from('\n\na\n\nb\n')])).toEqual(['a', 'b']);
  });

  test('that did not end are left out: what came of them cannot be read', async () => {
    expect(await linesOf([Buffer.from('{"a":1}\n{"b"')])).toEqual(['{"a":1}']);
  });

  test('are there as soon as they end', async () => {
    const lines = readLines(stream([Buffer.from('a\nb'), Buffer.from('c\n')]));
    expect((await lines.next()).value).toBe('a');
    expect((await lines.next()).value).toBe('bc');
  });
});

describe('a body', () => {
  test('is read whole, wherever it was cut', async () => {
    expect(await readBody(stream(cut(Buffer.from('grün 😀'), [3, 8])), 100)).toBe('grün 😀');
  });

  test('may be as large as is allowed', async () => {
    expect(await readBody(stream([Buffer.alloc(10, 'x')]), 10)).toHaveLength(10);
  });

  test('that is larger is not read further', async () => {
    let chunks = 0;
    async function* endless(): AsyncGenerator<Uint8Array> {
      for (;;) {
        chunks += 1;
        yield await Promise.resolve(Buffer.alloc(10));
      }
    }
    await expect(readBody(endless(), 25)).rejects.toThrow(UnreachableError);
    expect(chunks).toBe(3);
  });
});
