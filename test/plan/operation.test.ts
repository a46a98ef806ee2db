import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { batchLength } from '../../src/plan/next-batch.ts';
import { operationJson, patchBody, secretsOf } from '../../src/plan/operation.ts';
import { aRemove, anAdd } from '../support/builders.ts';
import { decodePointer } from '../support/fake-cluster.ts';

const SECRET = { field: 'hash', value: '$2y$12$x', version: '1' } as const;

describe('an operation', () => {
  test.each([
    [anAdd('ops', { description: 'x' }), '{"op":"add","path":"/ops","value":{"description":"x"}}'],
    [aRemove('ops'), '{"op":"remove","path":"/ops"}'],
    [aRemove('a/b'), '{"op":"remove","path":"/a~1b"}'],
    [aRemove('a~b'), '{"op":"remove","path":"/a~0b"}'],
    [aRemove('"\\\n'), '{"op":"remove","path":"/\\"\\\\\\n"}'],
  ])('%j is sent as %s', (operation, expected) => {
    expect(operationJson(operation)).toBe(expected);
  });

  test.each([
    ['{"backend_roles":[]}', undefined, '{"backend_roles":[]}'],
    ['{"backend_roles":[]}', SECRET, '{"hash":"$2y$12$x"}'],
    ['{"description":""}', SECRET, '{"hash":"$2y$12$x"}'],
    ['{"backend_roles":["a"]}', SECRET, '{"backend_roles":["a"],"hash":"$2y$12$x"}'],
    ['{"description":"x"}', SECRET, '{"description":"x","hash":"$2y$12$x"}'],
  ])('of %s is sent without an empty field where there is a secret: %j', (value, secret, expected) => {
    const operation = { type: 'add', name: 'jane', value, ...(secret === undefined ? {} : { secret }) } as const;
    expect(operationJson(operation)).toBe(`{"op":"add","path":"/jane","value":${expected}}`);
  });

  test('tells what must not be repeated of it', () => {
    const jane = { type: 'add', name: 'jane', value: '{}', secret: SECRET } as const;
    expect(secretsOf([jane, anAdd('ops'), aRemove('joe')])).toEqual(['$2y$12$x']);
  });

  test('names whatever name it has: decoding the pointer gives the name', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (name) => {
        const { path } = JSON.parse(operationJson(aRemove(name))) as { path: string };
        expect(decodePointer(path.slice(1))).toBe(name);
      }),
    );
  });

  test('names the same name after the second decoding of the real server, unless it contains ~0 or ~1', () => {
    const names = fc
      .string({ unit: fc.constantFrom('a', '~', '/', '0', '1', '2') })
      .filter((name) => !/~[01]/.test(name));
    fc.assert(
      fc.property(names, (name) => {
        const { path } = JSON.parse(operationJson(aRemove(name))) as { path: string };
        expect(decodePointer(decodePointer(path.slice(1)))).toBe(name);
      }),
    );
  });
});

describe('a batch', () => {
  const many = Array.from({ length: 10 }, (_, index) => anAdd(`role-${index}`));

  test('is one JSON list', () => {
    expect(JSON.parse(patchBody(many))).toHaveLength(10);
  });

  test('holds at most so many operations', () => {
    expect(batchLength(many, { maxOperations: 7, maxBytes: 1_000_000 })).toBe(7);
  });

  test('holds all when there is room', () => {
    expect(batchLength(many, { maxOperations: 1000, maxBytes: 1_000_000 })).toBe(10);
  });

  test('is empty when nothing is to be done', () => {
    expect(batchLength([], { maxOperations: 1000, maxBytes: 1_000_000 })).toBe(0);
  });

  test('holds one operation that is too large by itself, so that the server can say so', () => {
    expect(batchLength(many, { maxOperations: 1000, maxBytes: 1 })).toBe(1);
  });

  test('holds ten passwords at most, which the server hashes one after another, and as many hashes as others', () => {
    const users = (field: 'hash' | 'password') =>
      many.concat(many).map((operation) => ({ ...operation, secret: { field, value: 'x', version: '1' } }));
    expect(batchLength(users('password'), { maxOperations: 100, maxBytes: 1_000_000 })).toBe(10);
    expect(batchLength(users('hash'), { maxOperations: 100, maxBytes: 1_000_000 })).toBe(20);
  });

  test('counts bytes, not characters', () => {
    const wide = Array.from({ length: 4 }, (_, index) => anAdd(`r${index}`, { description: 'ü'.repeat(100) }));
    const bytes = Buffer.byteLength(patchBody(wide.slice(0, 2)));
    expect(batchLength(wide, { maxOperations: 1000, maxBytes: bytes })).toBe(2);
  });

  test('of more than one operation never has a body beyond its limit', () => {
    const operations = fc.array(fc.string({ unit: 'grapheme', maxLength: 30 }).map((name) => anAdd(name)));
    fc.assert(
      fc.property(operations, fc.integer({ min: 60, max: 400 }), (all, maxBytes) => {
        const length = batchLength(all, { maxOperations: 1000, maxBytes });
        fc.pre(length > 1);
        expect(Buffer.byteLength(patchBody(all.slice(0, length)))).toBeLessThanOrEqual(maxBytes + 1);
      }),
    );
  });
});
