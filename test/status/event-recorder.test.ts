import { describe, expect, test } from '@jest/globals';
import { KubernetesError } from '../../src/errors.ts';
import { createLog } from '../../src/log.ts';
import { createMetrics } from '../../src/metrics.ts';
import { EventRecorder, type EventDraft, type EventSubject } from '../../src/status/event-recorder.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { FakeKubernetes } from '../support/fake-kubernetes.ts';

const subject = { kind: 'OpenSearchRole', namespace: 'team-a', name: 'ops', uid: 'u', resourceVersion: '7' };
const draft: EventDraft = { type: 'Warning', reason: 'DriftCorrected', message: 'put back' };

function start({ isClusterWide = true } = {}) {
  const clock = new FakeClock();
  const kubernetes = new FakeKubernetes(() => clock.now());
  const metrics = createMetrics();
  const tools = { kubernetes: kubernetes.client, clock, log: createLog('silent'), metrics };
  const recorder = new EventRecorder({ ...tools, isClusterWide });
  const record = async (about: EventSubject, event: EventDraft): Promise<void> => {
    recorder.record(about, event);
    await recorder.flush();
  };
  const dropped = async (): Promise<number> => (await metrics.eventsDropped.get()).values[0]?.value ?? 0;
  return { clock, kubernetes, recorder, record, dropped };
}

function anotherSubject(index: number): EventSubject {
  return { ...subject, name: `ops-${index}`, uid: `u-${index}` };
}

describe('an event', () => {
  test('is about the object and says what happened when', async () => {
    const { record, kubernetes } = start();
    await record(subject, draft);
    expect(kubernetes.all('events')).toMatchObject([
      {
        metadata: { namespace: 'team-a', name: expect.stringMatching(/^ops\.[0-9a-f]{16}$/) as unknown },
        involvedObject: { apiVersion: 'security.opensearch.org/v1alpha1', ...subject },
        type: 'Warning',
        reason: 'DriftCorrected',
        message: 'put back',
        firstTimestamp: '2026-01-01T00:00:00Z',
        lastTimestamp: '2026-01-01T00:00:00Z',
        count: 1,
      },
    ]);
  });

  test('has a message that the API server takes', async () => {
    const { record, kubernetes } = start();
    await record(subject, { ...draft, message: 'x'.repeat(5000) });
    expect(kubernetes.all('events')).toMatchObject([{ message: 'x'.repeat(1024) }]);
  });

  test.each([403, 404])('about an object whose namespace is going (%i) is told of the namespace', async (status) => {
    const { record, kubernetes, clock } = start();
    kubernetes.refuse = ({ path }) =>
      path.includes('team-a') ? new KubernetesError('being terminated', status, '') : undefined;
    await record(subject, draft);
    await clock.advance(20_000);
    await record(subject, draft);
    expect(kubernetes.all('events')).toMatchObject([
      {
        metadata: { namespace: 'default' },
        involvedObject: { apiVersion: 'v1', kind: 'Namespace', name: 'team-a', namespace: '' },
        message: 'OpenSearchRole team-a/ops: put back',
        count: 2,
      },
    ]);
  });

  test('is told nowhere else by an operator for some namespaces', async () => {
    const { record, kubernetes } = start({ isClusterWide: false });
    kubernetes.refuse = ({ path }) =>
      path.includes('team-a') ? new KubernetesError('being terminated', 403, '') : undefined;
    await record(subject, draft);
    expect(kubernetes.requests).toHaveLength(1);
    expect(kubernetes.all('events')).toEqual([]);
  });

  test('that cannot be written is forgotten', async () => {
    const { recorder, kubernetes } = start();
    kubernetes.refuse = () => new KubernetesError('no', 500, '');
    recorder.record(subject, draft);
    await expect(recorder.flush()).resolves.toBeUndefined();
    expect(kubernetes.requests).toHaveLength(1);
  });
});

describe('what happens again', () => {
  test('counts up the event that is there', async () => {
    const { record, kubernetes, clock } = start();
    for (let times = 0; times < 5; times += 1) {
      await record(subject, draft);
      await clock.advance(60_000);
    }
    expect(kubernetes.all('events')).toMatchObject([
      { count: 5, firstTimestamp: '2026-01-01T00:00:00Z', lastTimestamp: '2026-01-01T00:04:00Z' },
    ]);
  });

  test('many times a second is written every ten seconds', async () => {
    const { record, kubernetes, clock } = start();
    for (let times = 0; times < 200; times += 1) {
      await record(subject, draft);
      await clock.advance(100);
    }
    expect(kubernetes.requests.length).toBeLessThanOrEqual(2);
    expect(kubernetes.all('events')).toMatchObject([{ count: 101 }]);
  });

  test('while its first event is still under way waits for that', async () => {
    const { recorder, kubernetes, clock } = start();
    recorder.record(subject, draft);
    clock.skip(20_000);
    recorder.record(subject, draft);
    await recorder.flush();
    expect(kubernetes.requests.map(({ method }) => method)).toEqual(['POST', 'PATCH']);
    expect(kubernetes.all('events')).toMatchObject([{ count: 2 }]);
  });

  test('is told anew when the API server has forgotten the event', async () => {
    const { record, kubernetes, clock } = start();
    await record(subject, draft);
    const [event] = kubernetes.all('events');
    kubernetes.delete('events', 'team-a', event!.metadata.name);
    await clock.advance(60_000);
    await record(subject, draft);
    expect(kubernetes.all('events')).toMatchObject([{ count: 2 }]);
  });

  test('after an hour of peace is a new event', async () => {
    const { record, kubernetes, clock } = start();
    await record(subject, draft);
    await clock.advance(3_600_000);
    await record(subject, draft);
    expect(kubernetes.all('events')).toMatchObject([{ count: 1 }, { count: 1 }]);
  });
});

describe('an object that fails for an hour', () => {
  test.each([
    ['in the same words', () => 'no answer'],
    ['in other words each time', (times: number) => `no answer (try ${times})`],
  ])('%s has at most ten events, whose counts go on', async (_, message) => {
    const { record, kubernetes, clock, dropped } = start();
    const times = 360;
    for (let time = 0; time < times; time += 1) {
      await record(subject, { type: 'Warning', reason: 'Rejected', message: message(time) });
      await clock.advance(10_000);
    }
    const events = kubernetes.all('events');
    expect(events.length).toBeLessThanOrEqual(10);
    expect(events.reduce((sum, event) => sum + Number(event['count']), 0)).toBe(times);
    expect(events.at(-1)?.['message']).toBe(message(times - 1));
    expect(await dropped()).toBe(0);
  });

  test('for ever other reasons has at most ten events, and the others are counted', async () => {
    const { record, kubernetes, clock, dropped } = start();
    for (let time = 0; time < 60; time += 1) {
      await record(subject, { ...draft, reason: `Reason${time}` });
      await clock.advance(60_000);
    }
    expect(kubernetes.all('events').length).toBeLessThanOrEqual(10);
    expect((await dropped()) + kubernetes.all('events').length).toBe(60);
  });

  test('keeps no other object from having events', async () => {
    const { record, kubernetes } = start();
    for (let time = 0; time < 20; time += 1) await record(subject, { ...draft, reason: `Reason${time}` });
    await record(anotherSubject(1), draft);
    expect(kubernetes.all('events').at(-1)).toMatchObject({ involvedObject: { name: 'ops-1' } });
  });
});

describe('the events of a whole fleet', () => {
  test('are written up to a burst, then at a rate', async () => {
    const { recorder, kubernetes, clock } = start();
    let objects = 0;
    const recordMany = async (): Promise<number> => {
      for (let index = 0; index < 200; index += 1) recorder.record(anotherSubject((objects += 1)), draft);
      await recorder.flush();
      return kubernetes.all('events').length;
    };
    expect(await recordMany()).toBe(50);
    await clock.advance(2000);
    expect(await recordMany()).toBe(60);
    await clock.advance(3_600_000);
    expect(await recordMany()).toBe(110);
  });
});
