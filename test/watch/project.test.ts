import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { createLog } from '../../src/log.ts';
import { backoffMs } from '../../src/backoff.ts';
import { watchCollection } from '../../src/watch/collections.ts';
import { toResource } from '../../src/watch/project.ts';
import { WatchProgress } from '../../src/watch/watch-progress.ts';
import { roleKind } from '../support/builders.ts';
import { FakeClock, settle } from '../support/fake-clock.ts';
import { FakeKubernetes } from '../support/fake-kubernetes.ts';

const metadata = {
  namespace: 'team-a',
  name: 'ops',
  uid: 'u',
  resourceVersion: '7',
  creationTimestamp: '2026-01-01T00:00:00Z',
};

describe('what is kept of an object', () => {
  test('is what the engine uses', () => {
    const raw = {
      metadata: { ...metadata, generation: 3, finalizers: ['f'], deletionTimestamp: 't', labels: { big: 'x' } },
      spec: { description: 'x' },
      status: { observedGeneration: 2 },
    };
    expect(toResource(roleKind, raw)).toEqual({
      ...metadata,
      kind: roleKind,
      generation: 3,
      finalizers: ['f'],
      deletionTimestamp: 't',
      paused: false,
      spec: { description: 'x' },
      status: { observedGeneration: 2 },
    });
  });

  test('has defaults for what a new object does not have', () => {
    expect(toResource(roleKind, { metadata })).toEqual({
      ...metadata,
      kind: roleKind,
      generation: 0,
      finalizers: [],
      paused: false,
      spec: {},
      status: {},
    });
  });

  test.each([
    ['true', true],
    ['false', false],
    ['True', false],
    ['', false],
  ])('is paused or not by the annotation %j', (value, paused) => {
    const annotations = { 'security.opensearch.org/paused': value };
    expect(toResource(roleKind, { metadata: { ...metadata, annotations } }).paused).toBe(paused);
  });

  test.each([
    ['our annotation', { 'security.opensearch.org/reconcile-requested-at': 'now' }],
    ['the one of Flux', { 'reconcile.fluxcd.io/requestedAt': 'now' }],
  ])('has the request to reconcile of %s', (_, annotations) => {
    expect(toResource(roleKind, { metadata: { ...metadata, annotations } }).reconcileRequestedAt).toBe('now');
  });

  test.each([
    ['ours', '2026-01-02T00:00:00Z', '2026-01-01T00:00:00Z', '2026-01-02T00:00:00Z'],
    ['the one of Flux', '2026-01-01T00:00:00Z', '2026-01-01T01:30:00.5+01:00', '2026-01-01T01:30:00.5+01:00'],
    ['ours, where it is no time', '2', '2026-01-01T00:00:00Z', '2'],
    [
      'ours, where the other is no time',
      '2026-01-01T00:00:00Z',
      'Fri Jan  2 00:00:00 UTC 2026',
      '2026-01-01T00:00:00Z',
    ],
  ])('has the later one of two requests: %s', (_, ...[ours, theirs, later]) => {
    const annotations = {
      'security.opensearch.org/reconcile-requested-at': ours,
      'reconcile.fluxcd.io/requestedAt': theirs,
    };
    expect(toResource(roleKind, { metadata: { ...metadata, annotations } }).reconcileRequestedAt).toBe(later);
  });
});

describe('a pause before the next try', () => {
  const bounds = { firstMs: 200, maxMs: 10_000 };

  test.each([
    [0, 100, 200],
    [1, 200, 400],
    [3, 800, 1600],
    [6, 5000, 10_000],
    [1000, 5000, 10_000],
  ])('after %i failures is from %i to %i ms', (failures, least, most) => {
    expect([backoffMs(failures, bounds, () => 0), backoffMs(failures, bounds, () => 1)]).toEqual([least, most]);
  });

  test('never leaves its bounds', () => {
    fc.assert(
      fc.property(fc.nat(), fc.double({ min: 0, max: 1, noNaN: true }), (failures, chance) => {
        const pauseMs = backoffMs(failures, bounds, () => chance);
        expect(pauseMs).toBeGreaterThanOrEqual(100);
        expect(pauseMs).toBeLessThanOrEqual(10_000);
      }),
    );
  });
});

describe('a collection', () => {
  test.each([
    ['everywhere', [], ['/apis/security.opensearch.org/v1alpha1/opensearchroles']],
    [
      'in each of some namespaces',
      ['a', 'b'],
      [
        '/apis/security.opensearch.org/v1alpha1/namespaces/a/opensearchroles',
        '/apis/security.opensearch.org/v1alpha1/namespaces/b/opensearchroles',
      ],
    ],
  ])('is watched %s', async (_, namespaces, paths) => {
    const kubernetes = new FakeKubernetes();
    const tools = { kubernetes: kubernetes.client, clock: new FakeClock(), random: () => 0, log: createLog('silent') };
    const progress = new WatchProgress();
    const watches = watchCollection(
      { ...tools, progress },
      {
        plural: 'opensearchroles',
        namespaces,
        project: (raw) => toResource(roleKind, raw),
        onChange: () => undefined,
      },
    );
    const stop = new AbortController();
    for (const watch of watches) void watch.run(stop.signal);
    await settle();
    stop.abort();
    expect(new Set(kubernetes.requests.map(({ path }) => path))).toEqual(new Set(paths));
  });
});
