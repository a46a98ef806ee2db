import { describe, expect, test } from '@jest/globals';
import { ClaimIndex, slotKeyOf } from '../../src/engine/claim-index.ts';
import { departedAs } from '../../src/engine/departed.ts';
import { objectKey } from '../../src/desired/resource.ts';
import { aRole, aTenant } from '../support/builders.ts';

function indexOf(...resources: readonly ReturnType<typeof aRole>[]): ClaimIndex {
  const index = new ClaimIndex();
  for (const resource of resources) index.put(resource);
  return index;
}

describe('the index of claims', () => {
  test('finds all that claim one name', () => {
    const [one, other] = [
      aRole({ name: 'one', spec: { name: 'ops' } }),
      aRole({ name: 'other', spec: { name: 'ops' } }),
    ];
    const slot = indexOf(one, other).slot(slotKeyOf('roles', 'ops'));
    expect([...(slot?.claimants.values() ?? [])]).toEqual([one, other]);
  });

  test('tells kinds apart', () => {
    const index = indexOf(aRole(), aTenant());
    expect([...index.slots()].map(({ key }) => key)).toEqual(['roles/ops', 'tenants/ops']);
  });

  test('keeps the latest of an object', () => {
    const changed = aRole({ generation: 2 });
    const index = indexOf(aRole(), changed);
    expect(index.get(objectKey(changed))).toBe(changed);
    expect(index.resources()).toEqual([changed]);
  });

  test('touches one slot for a new object, and two for one that came back under another name', () => {
    const index = new ClaimIndex();
    expect(index.put(aRole({ spec: { name: 'old' } }))).toEqual(['roles/old']);
    expect(index.put(aRole({ spec: { name: 'new' } }))).toEqual(['roles/old', 'roles/new']);
    expect(index.slot('roles/old')).toBeUndefined();
  });

  test('forgets an object, and its name with the last one that claims it', () => {
    const one = aRole({ name: 'one', spec: { name: 'ops' } });
    const other = aRole({ name: 'other', spec: { name: 'ops' } });
    const index = indexOf(one, other);
    expect(index.delete(objectKey(one))).toBe('roles/ops');
    expect(index.slot('roles/ops')?.claimants.size).toBe(1);
    index.delete(objectKey(other));
    expect([index.isEmpty, index.slot('roles/ops')]).toEqual([true, undefined]);
  });

  test('keeps what has departed under its name until it is forgotten, beside an object of its key with another name', () => {
    const departed = departedAs(aRole({ spec: { name: 'old' } }));
    const anew = aRole({ spec: { name: 'new' } });
    const index = indexOf(anew);
    index.putDeparted(departed);
    expect([...(index.slot('roles/old')?.claimants.values() ?? [])]).toEqual([departed]);
    expect([index.get(objectKey(anew)), index.resources()]).toEqual([anew, [anew]]);
    index.delete(objectKey(anew));
    expect([index.resources(), index.isEmpty]).toEqual([[], false]);
    index.forgetDeparted(departed);
    expect(index.isEmpty).toBe(true);
  });

  test('does not forget an object that came back under the name of one that had departed', () => {
    const index = new ClaimIndex();
    const departed = departedAs(aRole());
    index.putDeparted(departed);
    index.put(aRole());
    index.forgetDeparted(departed);
    expect(index.resources()).toEqual([aRole()]);
  });

  test('finds the other names that come to the same place, as long as somebody claims them', () => {
    const [one, other] = [aTenant({ name: 'team-alpha' }), aTenant({ spec: { name: 'team-a-lpha^^!._^-_!-_-_' } })];
    const index = indexOf(one, other, aTenant({ name: 'team-a' }), aRole({ name: 'team-alpha' }));
    expect(index.beside('tenants/team-alpha')).toEqual(['tenants/team-a-lpha^^!._^-_!-_-_']);
    expect([index.beside('tenants/team-a'), index.beside('roles/team-alpha'), index.beside('')]).toEqual([[], [], []]);
    index.delete(objectKey(one));
    expect(index.beside('tenants/team-a-lpha^^!._^-_!-_-_')).toEqual([]);
    expect(index.beside('tenants/team-alpha')).toEqual(['tenants/team-a-lpha^^!._^-_!-_-_']);
  });

  test('knows nothing of a stranger', () => {
    expect(new ClaimIndex().delete('OpenSearchRole/a/b')).toBeUndefined();
  });
});
