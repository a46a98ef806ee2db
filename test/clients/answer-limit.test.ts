import { describe, expect, test } from '@jest/globals';
import { answerLimit } from '../../src/clients/answer-limit.ts';

const MIB = 2 ** 20;
const API = '/_plugins/_security/api';

describe('of an answer', () => {
  test.each([
    ['GET', '/_plugins/_security/health'],
    ['GET', '/'],
    ['GET', '/_cluster/state/nodes?filter_path=cluster_uuid'],
    ['GET', '/anything'],
    ['PATCH', `${API}/roles`],
  ] as const)('to %s %s one mebibyte is read, however much memory there is', (method, path) => {
    const { maxBytes, problem } = answerLimit({ method, path }, 2 ** 40);
    expect(maxBytes).toBe(MIB);
    expect(problem).toContain(`${method} ${path} is larger than 1 MiB`);
  });

  test.each(['roles', 'internalusers', 'securityconfig', 'roles/one'])(
    'to GET %s a document of some 250,000 roles is read where there is memory for it',
    (document) => {
      const { maxBytes, problem } = answerLimit({ method: 'GET', path: `${API}/${document}` }, 2 ** 40);
      expect(maxBytes).toBe(64 * MIB);
      expect(problem).toMatch(/larger than 64 MiB.*fewer entities/);
    },
  );

  test('who we are may name every tenant', () => {
    expect(answerLimit({ method: 'GET', path: '/_plugins/_security/authinfo' }, 0).maxBytes).toBe(64 * MIB);
  });

  test.each([
    [256, 16],
    [570, 35],
    [4, 1],
  ])('in a process of %i MiB no more is read of a document than %i MiB', (memoryMib, mib) => {
    const { maxBytes, problem } = answerLimit({ method: 'GET', path: `${API}/roles` }, memoryMib * MIB);
    expect(maxBytes).toBe(mib * MIB);
    expect(problem).toMatch(new RegExp(`larger than ${mib} MiB.*more memory`));
  });
});
