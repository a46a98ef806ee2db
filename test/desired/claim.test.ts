import { describe, expect, test } from '@jest/globals';
import { byAge, toClaim } from '../../src/desired/claim.ts';
import { connectionOf, hasFinalizer, isDeleting, objectKey, resourceName } from '../../src/desired/resource.ts';
import { aClaim, aRole, aTenant, CREATED, LATER, leaving } from '../support/builders.ts';

describe('a claim', () => {
  test('holds the entity in its canonical spelling', () => {
    const claim = aClaim(aTenant({ spec: { description: 'ours' } }));
    expect(claim.desired).toEqual({ type: 'entity', canonical: '{"description":"ours"}' });
  });

  test('of a resource beyond its grant is not permitted, whatever else is wrong with it', () => {
    const claim = toClaim(aRole({ name: 'a~0b' }), { refusal: 'the grant does not cover it' });
    expect(claim.desired).toEqual({ type: 'stalled', reason: 'NotPermitted', message: 'the grant does not cover it' });
  });

  test.each(['a~0b', 'a~1', '~0', '~01'])(
    'of the name %s, which OpenSearch would take for another, is refused',
    (name) => {
      const { desired } = aClaim(aRole({ spec: { name } }));
      expect(desired).toMatchObject({ type: 'stalled', reason: 'InvalidSpec' });
    },
  );

  test.each(['a~b', 'a~', '~2', 'a/b', 'ä ö', '%2f'])('of the name %s is good', (name) => {
    expect(aClaim(aRole({ spec: { name } })).desired.type).toBe('entity');
  });

  test('tells every problem at once', () => {
    const { desired } = aClaim(aRole({ spec: { name: '~0', clusterPermissions: ['', 'restapi:admin/roles'] } }));
    expect(desired).toMatchObject({
      message: expect.stringMatching(/~0.*; .*blank.*; .*restapi:admin/) as unknown,
    });
  });
});

describe('age', () => {
  test.each([
    [
      'the older first',
      aRole({ name: 'z', creationTimestamp: CREATED }),
      aRole({ name: 'a', creationTimestamp: LATER }),
    ],
    ['the key decides between twins', aRole({ name: 'a' }), aRole({ name: 'b' })],
  ])('puts %s', (_, first, second) => {
    const claims = [aClaim(second), aClaim(first)].sort(byAge);
    expect(claims.map(({ resource }) => resource)).toEqual([first, second]);
  });
});

describe('a resource', () => {
  test.each([
    ['the connection named default beside it', {}, 'team-a/default'],
    ['another one beside it', { name: 'prod' }, 'team-a/prod'],
    ['one of another namespace', { name: 'prod', namespace: 'platform' }, 'platform/prod'],
    ['the default one of another namespace', { namespace: 'platform' }, 'platform/default'],
  ])('belongs to %s', (_, connectionRef, expected) => {
    expect(connectionOf(aRole({ spec: { connectionRef } }))).toBe(expected);
  });

  test('has its own name in OpenSearch unless the spec says otherwise', () => {
    expect([resourceName(aRole({ name: 'ops' })), resourceName(aRole({ spec: { name: 'Ops Team' } }))]).toEqual([
      'ops',
      'Ops Team',
    ]);
  });

  test('is told apart from another kind of the same name', () => {
    expect(objectKey(aRole())).toBe('OpenSearchRole/team-a/ops');
    expect(objectKey(aTenant())).toBe('OpenSearchTenant/team-a/ops');
  });

  test('on its way out is known as such', () => {
    expect([isDeleting(aRole()), hasFinalizer(aRole())]).toEqual([false, false]);
    expect([isDeleting(leaving(aRole())), hasFinalizer(leaving(aRole()))]).toEqual([true, true]);
  });
});
