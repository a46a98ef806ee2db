import { describe, expect, test } from '@jest/globals';
import { KubernetesError } from '../../src/errors.ts';
import { createLog } from '../../src/log.ts';
import { EventRecorder, type EventDraft } from '../../src/status/event-recorder.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { FakeKubernetes } from '../support/fake-kubernetes.ts';

const subject = { kind: 'OpenSearchRole', namespace: 'team-a', name: 'ops', uid: 'u', resourceVersion: '7' };
const draft: EventDraft = { type: 'Warning', reason: 'DriftCorrected', message: 'put back' };

function start(): { recorder: EventRecorder; kubernetes: FakeKubernetes; clock: FakeClock } {
  const clock = new FakeClock();
  const kubernetes = new FakeKubernetes(() => clock.now());
  return {
    clock,
    kubernetes,
    recorder: new EventRecorder({ kubernetes: kubernetes.client, clock, log: createLog('silent') }),
  };
}

describe('an event', () => {
  test('is about the object and says what happened when', async () => {
    const { recorder, kubernetes } = start();
    recorder.record(subject, draft);
    await recorder.flush();
    expect(kubernetes.all('events')).toMatchObject([
      {
        metadata: { namespace: 'team-a', name: expect.stringMatching(/^ops\.[0-9a-f]{16}$/) as unknown },
        involvedObject: { apiVersion: 'security.opensearch.org/v1alpha1', ...subject },
        type: 'Warning',
        reason: 'DriftCorrected',
        message: 'put back',
        firstTimestamp: '2026-01-01T00:00:00Z',
      },
    ]);
  });

  test('has a message that the API server takes', async () => {
    const { recorder, kubernetes } = start();
    recorder.record(subject, { ...draft, message: 'x'.repeat(5000) });
    await recorder.flush();
    expect(kubernetes.all('events')).toMatchObject([{ message: 'x'.repeat(1024) }]);
  });

  test.each([403, 404])('about an object whose namespace is going (%i) is told of the namespace', async (status) => {
    const { recorder, kubernetes } = start();
    kubernetes.refuse = ({ path }) =>
      path.includes('team-a') ? new KubernetesError('being terminated', status, '') : undefined;
    recorder.record(subject, draft);
    await recorder.flush();
    expect(kubernetes.all('events')).toMatchObject([
      {
        metadata: { namespace: 'default' },
        involvedObject: { apiVersion: 'v1', kind: 'Namespace', name: 'team-a', namespace: '' },
        message: 'OpenSearchRole team-a/ops: put back',
      },
    ]);
  });

  test('that cannot be written is forgotten', async () => {
    const { recorder, kubernetes } = start();
    kubernetes.refuse = () => new KubernetesError('no', 500, '');
    recorder.record(subject, draft);
    await expect(recorder.flush()).resolves.toBeUndefined();
    expect(kubernetes.requests).toHaveLength(1);
  });
});

describe('many events', () => {
  test('are written up to a burst, then at a rate', async () => {
    const { recorder, kubernetes, clock } = start();
    const recordMany = async (): Promise<number> => {
      for (let index = 0; index < 200; index += 1) recorder.record(subject, draft);
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
