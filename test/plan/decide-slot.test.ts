import { describe, expect, test } from '@jest/globals';
import { objectKey, type CommonSpec, type Resource } from '../../src/desired/resource.ts';
import { roleMapping } from '../../src/kinds/role-mapping.ts';
import { decideSlot, decideWithoutCluster } from '../../src/plan/decide-slot.ts';
import type { Decision, Live, SlotView } from '../../src/plan/slot.ts';
import { aCanonicalRole, aClaim, aRole, aSlot, CREATED, desiredOf, LATER, leaving } from '../support/builders.ts';

const role = aRole();
const equal: Live = { canonical: desiredOf(role) };
const other: Live = { canonical: aCanonicalRole({ description: 'of somebody else' }) };

function decide(resources: readonly Resource[], slot: Partial<SlotView> = {}): Decision {
  return decideSlot(aSlot({ claims: resources.map(aClaim), ...slot }));
}

function outcomeOf(decision: Decision, resource: Resource): unknown {
  return decision.outcomes.get(objectKey(resource));
}

describe('one claim of a name that nobody has', () => {
  test('is created and owned', () => {
    expect(decide([role])).toEqual({
      operation: { type: 'add', name: 'ops', value: desiredOf(role) },
      subjects: [objectKey(role)],
      owner: objectKey(role),
      outcomes: new Map([
        [objectKey(role), { type: 'applied', resourceName: 'ops', message: 'role "ops" is in force' }],
      ]),
    });
  });

  test.each(['IfIdentical', 'Always', 'Never'] as const)(
    'is created with adoptionPolicy %s alike',
    (adoptionPolicy) => {
      expect(decide([aRole({ spec: { adoptionPolicy } })]).operation?.type).toBe('add');
    },
  );

  test('is created again when somebody deleted what it owned', () => {
    const decision = decide([role], { owner: objectKey(role) });
    expect(decision.operation?.type).toBe('add');
    expect(decision).not.toHaveProperty('owner');
  });
});

describe('one claim of a name that is there', () => {
  const table: readonly [CommonSpec['adoptionPolicy'], string, Live, string | undefined, string][] = [
    [undefined, 'equal', equal, undefined, 'adopts'],
    ['IfIdentical', 'equal', equal, undefined, 'adopts'],
    ['Always', 'equal', equal, undefined, 'adopts'],
    ['Never', 'equal', equal, undefined, 'refuses'],
    [undefined, 'other', other, undefined, 'refuses'],
    ['IfIdentical', 'other', other, undefined, 'refuses'],
    ['Always', 'other', other, undefined, 'corrects'],
    ['Never', 'other', other, undefined, 'refuses'],
    ['IfIdentical', 'other', other, 'OpenSearchRole/team-z/gone', 'refuses'],
    ['Always', 'other', other, 'OpenSearchRole/team-z/gone', 'corrects'],
    ['IfIdentical', 'equal', equal, 'OpenSearchRole/team-z/gone', 'adopts'],
    [undefined, 'equal', equal, objectKey(role), 'keeps'],
    [undefined, 'other', other, objectKey(role), 'repairs'],
    ['Never', 'equal', equal, objectKey(role), 'keeps'],
    ['Never', 'other', other, objectKey(role), 'repairs'],
  ];

  test.each(table.map(([policy, what, live, owner, expected]) => ({ policy, what, live, owner, expected })))(
    '$expected it with adoptionPolicy $policy when it is $what and owned by $owner',
    ({ policy, live, owner, expected }) => {
      const resource = aRole({ spec: policy === undefined ? {} : { adoptionPolicy: policy } });
      expect(nameOf(decide([resource], { live, owner }), resource)).toBe(expected);
    },
  );

  test('says which fields differ and what to set', () => {
    expect(outcomeOf(decide([role], { live: other }), role)).toEqual({
      type: 'stalled',
      reason: 'AlreadyExists',
      message:
        'role "ops" exists in OpenSearch and was not made by this object; they differ in description, index_permissions: ' +
        'set spec.adoptionPolicy to Always to take it over and correct it, or make spec equal',
    });
  });

  test.each(['reserved', 'static', 'hidden'] as const)(
    'never touches what is %s, even if it is its own and equal',
    (protection) => {
      const resource = aRole({ spec: { adoptionPolicy: 'Always' } });
      const decision = decide([resource], { live: { ...equal, protection }, owner: objectKey(resource) });
      expect(decision).not.toHaveProperty('operation');
      expect(decision).not.toHaveProperty('owner');
      expect(outcomeOf(decision, resource)).toMatchObject({
        type: 'stalled',
        reason: 'Reserved',
        message: `role "ops" is ${protection} in OpenSearch and is never changed: choose another spec.name in a new object, and delete this one`,
      });
    },
  );
});

function nameOf(decision: Decision, resource: Resource): string {
  const outcome = decision.outcomes.get(objectKey(resource));
  if (outcome?.type === 'stalled') return (decision.operation ?? decision.owner) ? 'writes what it refuses' : 'refuses';
  const isNew = decision.owner === objectKey(resource);
  if (decision.operation === undefined) return isNew ? 'adopts' : 'keeps';
  return isNew ? 'corrects' : 'repairs';
}

describe('observing', () => {
  const observers = [
    { by: 'the object', resource: aRole({ spec: { managementPolicy: 'Observe' } }), isObserving: false },
    { by: 'the connection', resource: role, isObserving: true },
  ];

  test.each(observers)('by $by tells what would be created and writes nothing', ({ resource, isObserving }) => {
    const decision = decide([resource], { isObserving });
    expect(decision).not.toHaveProperty('operation');
    expect(decision).not.toHaveProperty('owner');
    expect(outcomeOf(decision, resource)).toMatchObject({
      type: 'observed',
      plannedChanges: [expect.stringMatching(/^create \{/)],
    });
  });

  test.each(observers)('by $by does not ask whose it is', ({ resource, isObserving }) => {
    const decision = decide([resource], { isObserving, live: other });
    expect(outcomeOf(decision, resource)).toMatchObject({
      plannedChanges: expect.arrayContaining(['remove /description']) as unknown,
    });
  });

  test.each(observers)('by $by tells nothing when all is well', ({ resource, isObserving }) => {
    const decision = decide([resource], { isObserving, live: equal });
    expect(outcomeOf(decision, resource)).toEqual({ type: 'observed', resourceName: 'ops', plannedChanges: [] });
  });

  test.each(observers)('by $by leaves what is deleted', ({ resource, isObserving }) => {
    const decision = decide([leaving(resource)], { isObserving, live: equal, owner: objectKey(resource) });
    expect(decision).not.toHaveProperty('operation');
    expect(outcomeOf(decision, resource)).toMatchObject({
      type: 'released',
      leftBehind: 'role "ops" stays in OpenSearch: managementPolicy is Observe',
    });
  });
});

describe('a paused object', () => {
  const paused = aRole({ paused: true });

  test.each([
    ['that is new', undefined, undefined],
    ['that drifted', other, objectKey(paused)],
    ['that is in force', equal, objectKey(paused)],
  ])('%s does nothing', (_, live, owner) => {
    expect(decide([paused], { live, owner })).toEqual({ outcomes: new Map([[objectKey(paused), { type: 'paused' }]]) });
  });

  test('is not removed while it is paused, though it is being deleted', () => {
    const decision = decide([leaving(paused)], { live: equal, owner: objectKey(paused) });
    expect(decision).toEqual({ outcomes: new Map([[objectKey(paused), { type: 'paused' }]]) });
  });

  test('says so even when another one has its name', () => {
    const older = aRole({ name: 'older', spec: { name: 'ops' } });
    const younger = aRole({ name: 'younger', spec: { name: 'ops' }, creationTimestamp: LATER, paused: true });
    expect(outcomeOf(decide([younger, older]), younger)).toEqual({ type: 'paused' });
  });
});

describe('two claims of one name', () => {
  const older = aRole({ namespace: 'team-b', spec: { name: 'ops', description: 'older' }, creationTimestamp: CREATED });
  const younger = aRole({
    namespace: 'team-a',
    spec: { name: 'ops', description: 'younger' },
    creationTimestamp: LATER,
  });

  test('go to the older, and the younger says who has it', () => {
    const decision = decide([younger, older]);
    expect(decision).toMatchObject({ operation: { value: desiredOf(older) }, owner: objectKey(older) });
    expect(outcomeOf(decision, younger)).toEqual({
      type: 'stalled',
      reason: 'NameTaken',
      message:
        'role "ops" belongs to team-b/ops: delete one of the two, and make it anew with another spec.name if you need both',
    });
  });

  test('go to the owner on record, though it is the younger (it was created anew, say from a backup)', () => {
    const decision = decide([older, younger], { owner: objectKey(younger), live: other });
    expect(decision.operation).toMatchObject({ type: 'add', value: desiredOf(younger) });
    expect(outcomeOf(decision, older)).toMatchObject({ reason: 'NameTaken' });
  });

  test('go to the younger when the older is invalid and has nothing yet', () => {
    const invalid = aRole({ ...older, spec: { name: 'ops', clusterPermissions: [''] } });
    const decision = decide([invalid, younger]);
    expect(decision).toMatchObject({ owner: objectKey(younger) });
    expect(outcomeOf(decision, invalid)).toMatchObject({ type: 'stalled', reason: 'InvalidSpec' });
  });

  test('stay with the owner even when its spec has become invalid', () => {
    const invalid = aRole({ ...older, spec: { name: 'ops', clusterPermissions: [''] } });
    const decision = decide([invalid, younger], { owner: objectKey(invalid), live: other });
    expect(decision).not.toHaveProperty('operation');
    expect(outcomeOf(decision, younger)).toMatchObject({ reason: 'NameTaken' });
  });

  test('tell each of two invalid ones what is wrong with it', () => {
    const invalid = [older, younger].map((one) => aRole({ ...one, spec: { name: 'ops', clusterPermissions: [''] } }));
    const decision = decide(invalid);
    expect([...decision.outcomes.values()]).toEqual([
      expect.objectContaining({ reason: 'InvalidSpec' }),
      expect.objectContaining({ reason: 'InvalidSpec' }),
    ]);
  });

  test('go over without a gap when the owner leaves: one add, no remove, and a new owner', () => {
    const decision = decide([leaving(older), younger], {
      owner: objectKey(older),
      live: { canonical: desiredOf(older) },
    });
    expect(decision.operation).toEqual({ type: 'add', name: 'ops', value: desiredOf(younger) });
    expect(decision.owner).toBe(objectKey(younger));
    expect(outcomeOf(decision, older)).toEqual({ type: 'released' });
    expect(outcomeOf(decision, younger)).toMatchObject({ type: 'applied' });
  });

  test('go over without any write when both want the same', () => {
    const twin = aRole({ ...younger, spec: older.spec });
    const decision = decide([leaving(older), twin], { owner: objectKey(older), live: { canonical: desiredOf(older) } });
    expect(decision).not.toHaveProperty('operation');
    expect(decision.owner).toBe(objectKey(twin));
  });

  test.each([
    ['is paused', aRole({ ...younger, paused: true })],
    ['only observes', aRole({ ...younger, spec: { ...younger.spec, managementPolicy: 'Observe' } })],
  ])('go over even when the successor %s, so that the record names nobody who is gone', (_, successor) => {
    const decision = decide([leaving(older), successor], {
      owner: objectKey(older),
      live: { canonical: desiredOf(older) },
    });
    expect(decision).not.toHaveProperty('operation');
    expect(decision.owner).toBe(objectKey(successor));
  });

  test('leave what is not theirs when a stranger to the name leaves', () => {
    const decision = decide([older, leaving(younger)], {
      owner: objectKey(older),
      live: { canonical: desiredOf(older) },
    });
    expect(decision).not.toHaveProperty('operation');
    expect(decision).not.toHaveProperty('owner');
    expect(outcomeOf(decision, younger)).toEqual({ type: 'released' });
  });
});

describe('a deletion', () => {
  const gone = leaving(role);
  const own = { owner: objectKey(role), live: equal };

  test('removes what the object owns', () => {
    expect(decide([gone], own)).toEqual({
      operation: { type: 'remove', name: 'ops' },
      subjects: [objectKey(role)],
      owner: null,
      outcomes: new Map([[objectKey(role), { type: 'released' }]]),
    });
  });

  test('removes it even when it drifted', () => {
    expect(decide([gone], { ...own, live: other }).operation).toEqual({ type: 'remove', name: 'ops' });
  });

  test('with deletionPolicy Orphan leaves it, says so, and ends ownership', () => {
    const orphan = leaving(aRole({ spec: { deletionPolicy: 'Orphan' } }));
    const decision = decide([orphan], { ...own, live: { canonical: desiredOf(orphan) } });
    expect(decision).not.toHaveProperty('operation');
    expect(decision.owner).toBeNull();
    expect(outcomeOf(decision, orphan)).toEqual({
      type: 'released',
      leftBehind: 'role "ops" stays in OpenSearch: deletionPolicy is Orphan',
    });
  });

  test('leaves what has become reserved', () => {
    const decision = decide([gone], { ...own, live: { ...equal, protection: 'reserved' } });
    expect(decision).not.toHaveProperty('operation');
    expect(outcomeOf(decision, gone)).toMatchObject({ leftBehind: 'role "ops" stays in OpenSearch: it is reserved' });
  });

  test('of what is gone already only ends ownership', () => {
    const decision = decide([gone], { owner: objectKey(role) });
    expect(decision).toEqual({ owner: null, outcomes: new Map([[objectKey(role), { type: 'released' }]]) });
  });

  test('leaves what somebody else owns', () => {
    const decision = decide([gone], { live: equal, owner: 'OpenSearchRole/team-z/ops' });
    expect(decision).toEqual({ outcomes: new Map([[objectKey(role), { type: 'released' }]]) });
  });

  test('with a lost record removes what is identical', () => {
    expect(decide([gone], { live: equal }).operation).toEqual({ type: 'remove', name: 'ops' });
  });

  test('with a lost record leaves what differs, and says so', () => {
    const decision = decide([gone], { live: other });
    expect(decision).not.toHaveProperty('operation');
    expect(outcomeOf(decision, gone)).toEqual({
      type: 'released',
      leftBehind: 'role "ops" stays in OpenSearch: it is not known to be made by this object',
    });
  });

  test('of an object without our finalizer is none of our business', () => {
    expect(decide([{ ...gone, finalizers: ['other'] }], own)).toEqual({ outcomes: new Map() });
  });

  test('that the server refused is told and not tried again', () => {
    const decision = decide([gone], { ...own, refusal: { value: undefined, words: 'no' } });
    expect(decision).not.toHaveProperty('operation');
    expect(outcomeOf(decision, gone)).toEqual({ type: 'stalled', reason: 'Rejected', message: 'no' });
  });

  test('is tried though an earlier value was refused', () => {
    const decision = decide([gone], { ...own, refusal: { value: desiredOf(role), words: 'no' } });
    expect(decision.operation).toEqual({ type: 'remove', name: 'ops' });
  });

  test('by the only invalid claimant left removes what the leaving one owned', () => {
    const invalid = aRole({ namespace: 'team-b', spec: { clusterPermissions: [''] } });
    expect(decide([gone, invalid], own).operation).toEqual({ type: 'remove', name: 'ops' });
  });
});

describe('a value that the server refused', () => {
  const refusal = { value: desiredOf(role), words: 'Wrong datatype' };

  test('is set aside with the words of the server', () => {
    const decision = decide([role], { refusal });
    expect(decision).toEqual({
      outcomes: new Map([[objectKey(role), { type: 'stalled', reason: 'Rejected', message: 'Wrong datatype' }]]),
    });
  });

  test('is sent again once it has changed', () => {
    const changed = aRole({ spec: { description: 'other' } });
    expect(decide([changed], { refusal }).operation).toMatchObject({ type: 'add', value: desiredOf(changed) });
  });
});

test('a shared name stays with an owner whom this process does not see', () => {
  const mapping = {
    ...aRole(),
    kind: roleMapping,
    spec: { role: 'ops', users: ['jane'], adoptionPolicy: 'Always' as const },
  };
  const owner = 'OpenSearchRoleMapping/team-b/theirs';
  const slot = { kind: roleMapping, claims: [aClaim(mapping)], owner, parts: new Map([[owner, ['jim']]]) };
  expect(decideSlot(aSlot({ ...slot, unseen: new Set([owner]) })).owner).toBeUndefined();
  expect(decideSlot(aSlot(slot)).owner).toBe(objectKey(mapping));
});

describe('without a cluster to ask', () => {
  test('an object waits', () => {
    const outcome = decideWithoutCluster(aClaim(role), 'ConnectionNotReady', 'wait');
    expect(outcome).toEqual({ type: 'waiting', reason: 'ConnectionNotReady', message: 'wait' });
  });

  test('an invalid object says what is wrong with it', () => {
    const outcome = decideWithoutCluster(
      aClaim(aRole({ spec: { clusterPermissions: [''] } })),
      'ConnectionNotFound',
      '',
    );
    expect(outcome).toMatchObject({ type: 'stalled', reason: 'InvalidSpec' });
  });
});
