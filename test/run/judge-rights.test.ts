import { describe, expect, it } from '@jest/globals';
import type { AuditEvent } from './audit-log.ts';
import { isAboutRights, judgeRights, type Lane } from './judge-rights.ts';

const USER = 'system:serviceaccount:operators:t-1';
const ROLE = { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'Role', metadata: { name: 'given' } };
const READ = { apiGroups: [''], resources: ['secrets'], verbs: ['get'] };

function anEvent(event: Partial<AuditEvent> = {}): AuditEvent {
  return {
    requestURI: '/',
    verb: 'get',
    user: { username: USER },
    objectRef: { resource: 'secrets', namespace: 't-1' },
    requestReceivedTimestamp: '2026-01-01T00:00:01.000000Z',
    annotations: {
      'authorization.k8s.io/decision': 'allow',
      'authorization.k8s.io/reason':
        'RBAC: allowed by RoleBinding "t-1/t-1" of Role "t-1" to ServiceAccount "t-1/operators"',
    },
    ...event,
  };
}

const forbidden = anEvent({ annotations: { 'authorization.k8s.io/decision': 'forbid' } });

function aLane({ events = [anEvent()], rules = [READ] }: Partial<{ events: AuditEvent[]; rules: object[] }>): Lane {
  return { title: 'everywhere', account: 'given', given: [{ ...ROLE, rules } as never], events };
}

/** What failed, and why. */
function problems(lane: Lane, unused: Readonly<Record<string, string>> = {}): readonly string[] {
  return judgeRights([lane], unused).failures.map(({ what, output }) => `${what}: ${output}`);
}

function admin(event: Partial<AuditEvent>): AuditEvent {
  return anEvent({ user: { username: 'admin' }, ...event });
}

describe('the rights of the chart', () => {
  it('are fine when each is used and nothing is refused', () => {
    expect(judgeRights([aLane({})], {})).toMatchObject({ passed: 3, failed: 0 });
  });

  it('are too few when a call is refused', () => {
    expect(problems(aLane({ events: [anEvent(), forbidden, forbidden] }))).toEqual([
      'rights: no call is forbidden: everywhere: get secrets in the namespace it serves (2 times)',
    ]);
  });

  it('are too many when one is used by nobody', () => {
    const rules = [READ, { apiGroups: ['example.org'], resources: ['things/status'], verbs: ['patch'] }];
    expect(problems(aLane({ rules }))).toEqual([
      'rights: every right of the chart is used: Role *: patch things/status.example.org',
    ]);
  });

  it('are used by calls about parts of objects, too', () => {
    const rules = [{ apiGroups: ['example.org'], resources: ['things/status'], verbs: ['patch'] }];
    const objectRef = { apiGroup: 'example.org', resource: 'things', subresource: 'status', namespace: 't-1' };
    expect(problems(aLane({ rules, events: [anEvent({ verb: 'patch', objectRef })] }))).toEqual([]);
  });

  it('are used by what they allow, and not by what another role allows', () => {
    const reason =
      'RBAC: allowed by RoleBinding "t-1-own/operators" of Role "t-1-own" to ServiceAccount "t-1/operators"';
    const annotations = { 'authorization.k8s.io/decision': 'allow', 'authorization.k8s.io/reason': reason };
    expect(problems(aLane({ events: [anEvent({ annotations })] }))).toHaveLength(1);
  });

  it('may be unused for a reason, as long as that is so', () => {
    const reasons = { 'Role *: get secrets': 'for rainy days' };
    expect(problems(aLane({ events: [] }), reasons)).toEqual([]);
    expect(problems(aLane({}), reasons)).toEqual([
      'rights: every right that is said to be unused is given and is not: Role *: get secrets',
    ]);
  });

  it.each([
    { when: 'somewhere else', namespace: 't-2', afterSeconds: 2, told: [] },
    { when: 'just after that', namespace: 't-2', afterSeconds: -0.5, told: [] },
    { when: 'long after that', namespace: 't-2', afterSeconds: -5, told: ['t-2'] },
    { when: 'where operators are at home', namespace: 'operators', afterSeconds: 2, told: ['operators'] },
    { when: 'where it works from the beginning', namespace: 't-1', afterSeconds: 2, told: ['the namespace it serves'] },
  ])('that are bound later may be missing until then, or not: $when', ({ namespace, afterSeconds, told }) => {
    const at = new Date(Date.parse(forbidden.requestReceivedTimestamp) + afterSeconds * 1000).toISOString();
    const opening = admin({
      verb: 'create',
      objectRef: { resource: 'rolebindings', namespace },
      responseStatus: { code: 201 },
      requestReceivedTimestamp: at,
    });
    const refused = { ...forbidden, objectRef: { resource: 'secrets', namespace } };
    const expected = told.map((place) => `rights: no call is forbidden: everywhere: get secrets in ${place}`);
    expect(problems(aLane({ events: [anEvent(), refused, opening] }))).toEqual(expected);
  });

  it('are expected to go with a namespace', () => {
    const objectRef = { resource: 'namespaces', namespace: 't-1', name: 't-1' };
    const deletion = admin({ verb: 'delete', objectRef, requestReceivedTimestamp: '2026-01-01T00:00:01.000000Z' });
    expect(problems(aLane({ events: [anEvent(), forbidden, deletion] }))).toEqual([]);
    const later = { ...deletion, requestReceivedTimestamp: '2026-01-01T00:00:02.000000Z' };
    expect(problems(aLane({ events: [anEvent(), forbidden, later] }))).toHaveLength(1);
  });
});

it.each([
  ['of an operator', anEvent(), true],
  ['of a person', admin({}), false],
  ['of who deletes a namespace', admin({ verb: 'delete', objectRef: { resource: 'namespaces', name: 't-1' } }), true],
  ['of who binds a role', admin({ verb: 'create', objectRef: { resource: 'rolebindings', namespace: 't-1' } }), true],
])('a line %s is about rights: %#', (_, event, isAbout) => {
  expect(isAboutRights(JSON.stringify(event))).toBe(isAbout);
});
