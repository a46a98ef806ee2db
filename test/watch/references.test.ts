import { afterEach, describe, expect, test } from '@jest/globals';
import { KubernetesError } from '../../src/errors.ts';
import { createLog } from '../../src/log.ts';
import { NamespaceCache } from '../../src/watch/namespace-cache.ts';
import { ReferencedObjects, type ReferencedData } from '../../src/watch/referenced-objects.ts';
import { WatchProgress } from '../../src/watch/watch-progress.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { FakeKubernetes } from '../support/fake-kubernetes.ts';

const stops: AbortController[] = [];

afterEach(() => {
  for (const stop of stops.splice(0)) stop.abort();
});

function aStage() {
  const clock = new FakeClock();
  const kubernetes = new FakeKubernetes(() => clock.now());
  const stop = new AbortController();
  stops.push(stop);
  const progress = new WatchProgress();
  const tools = { kubernetes: kubernetes.client, clock, random: () => 0.5, log: createLog('silent'), progress };
  return { clock, kubernetes, tools, signal: stop.signal };
}

function referenced(resource: 'secrets' | 'configmaps' = 'secrets') {
  const stage = aStage();
  const told: string[] = [];
  const objects = new ReferencedObjects({ ...stage.tools, resource, onChange: (key) => told.push(key) });
  objects.start(stage.signal);
  return { ...stage, told, objects };
}

function valuesOf(data: ReferencedData | 'unknown'): unknown {
  return data === 'unknown' ? data : (data?.unreadable ?? data?.values);
}

function aSecret(name: string, password: string) {
  return { metadata: { name }, data: { password: Buffer.from(password).toString('base64') } };
}

describe('a Secret that somebody refers to', () => {
  test('is not known at first, and then is', async () => {
    const { objects, kubernetes, clock, told } = referenced();
    kubernetes.create('secrets', 'a', aSecret('s', 'pässword'));
    expect(objects.get('a', 's')).toBe('unknown');
    await clock.advance(0);
    expect(valuesOf(objects.get('a', 's'))).toEqual(new Map([['password', 'pässword']]));
    expect(told).toContain('a/s');
  });

  test('that does not exist is known not to, and is there when it is created', async () => {
    const { objects, kubernetes, clock } = referenced();
    objects.get('a', 's');
    await clock.advance(0);
    expect(objects.get('a', 's')).toBeUndefined();
    kubernetes.create('secrets', 'a', aSecret('s', 'x'));
    await clock.advance(0);
    expect(valuesOf(objects.get('a', 's'))).toEqual(new Map([['password', 'x']]));
  });

  test('is read anew when it changes, and told', async () => {
    const { objects, kubernetes, clock, told } = referenced();
    kubernetes.create('secrets', 'a', aSecret('s', 'old'));
    objects.get('a', 's');
    await clock.advance(0);
    told.length = 0;
    kubernetes.edit('secrets', 'a', aSecret('s', 'new'));
    await clock.advance(0);
    expect(valuesOf(objects.get('a', 's'))).toEqual(new Map([['password', 'new']]));
    expect(told).toEqual(['a/s']);
  });

  test('is what the newest answer says, though an older one comes later', async () => {
    const { objects, kubernetes, clock } = referenced();
    kubernetes.create('secrets', 'a', aSecret('s', 'old'));
    objects.get('a', 's');
    await clock.advance(0);
    const slow = Promise.withResolvers<boolean>();
    kubernetes.delay = ({ path }) => (path.endsWith('/s') ? slow.promise : undefined);
    kubernetes.edit('secrets', 'a', aSecret('s', 'overtaken'));
    await clock.advance(0);
    kubernetes.delay = () => undefined;
    kubernetes.edit('secrets', 'a', aSecret('s', 'newest'));
    await clock.advance(0);
    slow.resolve(true);
    await clock.advance(0);
    expect(valuesOf(objects.get('a', 's'))).toEqual(new Map([['password', 'newest']]));
  });

  test('is not told when only its labels change', async () => {
    const { objects, kubernetes, clock, told } = referenced();
    kubernetes.create('secrets', 'a', aSecret('s', 'x'));
    objects.get('a', 's');
    await clock.advance(0);
    told.length = 0;
    kubernetes.edit('secrets', 'a', { metadata: { name: 's', labels: { tier: 'prod' } } });
    await clock.advance(0);
    expect(told).toEqual([]);
  });

  test('is gone when it is deleted', async () => {
    const { objects, kubernetes, clock } = referenced();
    kubernetes.create('secrets', 'a', aSecret('s', 'old'));
    objects.get('a', 's');
    await clock.advance(0);
    kubernetes.delete('secrets', 'a', 's');
    await clock.advance(0);
    expect(objects.get('a', 's')).toBeUndefined();
  });

  test('is the only one whose data is read', async () => {
    const { objects, kubernetes, clock } = referenced();
    for (const name of ['s', 'other']) kubernetes.create('secrets', 'a', aSecret(name, 'x'));
    objects.get('a', 's');
    await clock.advance(0);
    kubernetes.edit('secrets', 'a', aSecret('other', 'y'));
    await clock.advance(0);
    const whole = kubernetes.requests.filter(({ accept }) => accept === undefined).map(({ path }) => path);
    expect(new Set(whole)).toEqual(new Set(['/api/v1/namespaces/a/secrets/s']));
  });

  test('shares one watch with the others of its namespace', async () => {
    const { objects, kubernetes, clock } = referenced();
    for (const name of ['s', 't']) objects.get('a', name);
    await clock.advance(0);
    expect(kubernetes.watchers).toBe(1);
  });

  test('is tried again when it cannot be read', async () => {
    const { objects, kubernetes, clock } = referenced();
    kubernetes.create('secrets', 'a', aSecret('s', 'x'));
    kubernetes.refuse = ({ path }) => (path.endsWith('/s') ? new KubernetesError('no', 500, '') : undefined);
    objects.get('a', 's');
    await clock.advance(100);
    expect(objects.get('a', 's')).toBe('unknown');
    kubernetes.refuse = () => undefined;
    await clock.advance(60_000);
    expect(valuesOf(objects.get('a', 's'))).toEqual(new Map([['password', 'x']]));
  });
});

test('what may not be read is warned of once, not at each try', async () => {
  const { kubernetes, clock, tools, signal } = aStage();
  const warnings: unknown[] = [];
  const ignore = (): void => undefined;
  const log = { debug: ignore, info: ignore, error: ignore, warn: (line: unknown) => void warnings.push(line) };
  const objects = new ReferencedObjects({ ...tools, log, resource: 'secrets', onChange: ignore });
  objects.start(signal);
  kubernetes.refuse = ({ path }) => (path.endsWith('/secrets/s') ? new KubernetesError('no', 403, '') : undefined);
  objects.get('a', 's');
  await clock.advance(600_000);
  expect(warnings).toEqual([{ resource: 'secrets', key: 'a/s', error: 'no' }]);
});

test('a ConfigMap is not encoded', async () => {
  const { objects, kubernetes, clock } = referenced('configmaps');
  kubernetes.create('configmaps', 'a', { metadata: { name: 'ca' }, data: { 'ca.crt': 'PEM' } });
  objects.get('a', 'ca');
  await clock.advance(0);
  expect(valuesOf(objects.get('a', 'ca'))).toEqual(new Map([['ca.crt', 'PEM']]));
});

describe('the namespaces', () => {
  function namespaces(isClusterWide: boolean) {
    const stage = aStage();
    let changes = 0;
    const cache = new NamespaceCache(stage.tools, { isClusterWide, onChange: () => (changes += 1) });
    void cache.run(stage.signal);
    stage.kubernetes.create('namespaces', '', { metadata: { name: 'a', namespace: '', labels: { tier: 'prod' } } });
    return { ...stage, cache, changes: () => changes };
  }

  test('are known by their labels', async () => {
    const { cache, clock } = namespaces(true);
    await clock.advance(0);
    expect([cache.labels('a'), cache.labels('b')]).toEqual([{ tier: 'prod' }, undefined]);
  });

  test('tell only a change of labels', async () => {
    const { kubernetes, clock, changes } = namespaces(true);
    await clock.advance(0);
    const before = changes();
    kubernetes.edit('namespaces', '', { metadata: { name: 'a', annotations: { x: 'y' } } });
    await clock.advance(0);
    expect(changes()).toBe(before);
    kubernetes.edit('namespaces', '', { metadata: { name: 'a', labels: { tier: 'dev' } } });
    await clock.advance(0);
    expect(changes()).toBe(before + 1);
  });

  test('are not watched where only some may be seen', async () => {
    const { cache, kubernetes, clock } = namespaces(false);
    await cache.synced;
    await clock.advance(0);
    expect([cache.labels('a'), kubernetes.requests]).toEqual([undefined, []]);
  });

  test('are asked whether they are going', async () => {
    const { cache, kubernetes } = namespaces(false);
    kubernetes.create('namespaces', '', { metadata: { name: 'b', namespace: '', finalizers: ['x'] } });
    kubernetes.delete('namespaces', '', 'b');
    expect(await Promise.all(['a', 'b', 'gone'].map((name) => cache.isTerminating(name)))).toEqual([false, true, true]);
  });

  test('that we may not see are taken to stay', async () => {
    const { cache, kubernetes } = namespaces(false);
    kubernetes.refuse = () => new KubernetesError('forbidden', 403, '');
    expect(await cache.isTerminating('a')).toBe(false);
  });
});
