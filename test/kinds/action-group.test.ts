import { describe, expect, test } from '@jest/globals';
import { canonical } from '../../src/desired/canonical.ts';
import { actionGroup } from '../../src/kinds/action-group.ts';

describe('an action group', () => {
  test('becomes the entity of the API', () => {
    expect(actionGroup.toEntity({ allowedActions: ['read'], type: 'index', description: 'x' })).toEqual({
      allowed_actions: ['read'],
      type: 'index',
      description: 'x',
    });
  });

  test.each([
    ['itself', ['read', 'mine'], 'names the group itself ("mine")'],
    ['a blank action', ['read', ' '], 'has a blank entry'],
    ['the right to grant rights', ['restapi:admin/roles'], 'grants restapi:admin permissions'],
    ['it in other words', ['read', '*:admin/*'], 'has "*:admin/*", which may grant restapi:admin permissions'],
  ])('may not hold %s', (_, allowedActions, words) => {
    expect(actionGroup.problems('mine', { allowedActions })).toEqual([expect.stringContaining(words)]);
  });

  test.each(['INDEX', 'Index', 'index'])('that was made by hand with the type %s is the same', (type) => {
    const declared = actionGroup.toEntity({ allowedActions: ['read'], type: 'index' });
    expect(canonical(actionGroup, { allowed_actions: ['read'], type })).toBe(canonical(actionGroup, declared));
  });

  test('that has another type is another one', () => {
    const declared = actionGroup.toEntity({ allowedActions: ['read'], type: 'index' });
    expect(canonical(actionGroup, { allowed_actions: ['read'], type: 'CLUSTER' })).not.toBe(
      canonical(actionGroup, declared),
    );
  });

  test('may hold another group', () => {
    expect(actionGroup.problems('mine', { allowedActions: ['yours'] })).toEqual([]);
  });

  test('reaches for every action in it', () => {
    expect(actionGroup.uses({ allowedActions: ['a', 'b'] }).actions).toEqual(['a', 'b']);
  });
});
