import { describe, expect, test } from '@jest/globals';
import { KubernetesError } from '../../src/errors.ts';
import { ObjectWriter } from '../../src/status/object-writer.ts';
import type { RawObject } from '../../src/watch/list-watch.ts';
import { FakeKubernetes } from '../support/fake-kubernetes.ts';

const PLURAL = 'opensearchroles';
const OURS = 'security.opensearch.org/finalizer';

function start(metadata: Partial<RawObject['metadata']> = {}, status: object = {}) {
  const kubernetes = new FakeKubernetes();
  kubernetes.create(PLURAL, 'team-a', { metadata: { name: 'ops', uid: 'u', ...metadata }, spec: { a: 1 }, status });
  return { kubernetes, writer: new ObjectWriter(kubernetes.client), target: targetOf(kubernetes) };
}

function object(kubernetes: FakeKubernetes): RawObject | undefined {
  return kubernetes.get(PLURAL, 'team-a', 'ops');
}

function targetOf(kubernetes: FakeKubernetes) {
  const { uid, resourceVersion, finalizers = [] } = object(kubernetes)!.metadata;
  return { plural: PLURAL, namespace: 'team-a', name: 'ops', uid, resourceVersion, finalizers };
}

describe('writing a status', () => {
  test('adds, changes and removes fields, and leaves the spec', async () => {
    const { kubernetes, writer, target } = start({}, { gone: 1, changed: 1 });
    const version = await writer.writeStatus(target, { changed: 2, added: 3 });
    expect(object(kubernetes)).toMatchObject({ spec: { a: 1 }, status: { changed: 2, added: 3 } });
    expect(object(kubernetes)?.['status']).not.toHaveProperty('gone');
    expect(version).toBe(object(kubernetes)?.metadata.resourceVersion);
  });

  test('needs no fresh copy of the object', async () => {
    const { kubernetes, writer, target } = start();
    kubernetes.edit(PLURAL, 'team-a', { metadata: { name: 'ops' }, spec: { a: 2 } });
    await writer.writeStatus(target, { x: 1 });
    expect(object(kubernetes)).toMatchObject({ spec: { a: 2 }, status: { x: 1 } });
  });

  test('of an object that is gone says so', async () => {
    const { kubernetes, writer, target } = start();
    kubernetes.delete(PLURAL, 'team-a', 'ops');
    expect(await writer.writeStatus(target, { x: 1 })).toBeUndefined();
  });

  test('never writes into another object of the same name', async () => {
    const { kubernetes, writer, target } = start();
    expect(await writer.writeStatus({ ...target, uid: 'old' }, { x: 1 })).toBeUndefined();
    expect(object(kubernetes)?.['status']).toEqual({});
  });

  test('that the API server finds invalid is an error', async () => {
    const { kubernetes, writer, target } = start();
    kubernetes.refuse = ({ method }) => (method === 'PATCH' ? new KubernetesError('no', 422, 'Invalid') : undefined);
    await expect(writer.writeStatus(target, { x: 1 })).rejects.toThrow('no');
  });
});

describe('the finalizer', () => {
  test('is added beside others', async () => {
    const { kubernetes, writer, target } = start({ finalizers: ['other'] });
    expect(await writer.addFinalizer(target)).toBe(true);
    expect(object(kubernetes)?.metadata.finalizers).toEqual(['other', OURS]);
  });

  test('is not written when it is there', async () => {
    const { kubernetes, writer, target } = start({ finalizers: [OURS] });
    expect(await writer.addFinalizer(target)).toBe(true);
    expect(kubernetes.requests).toEqual([]);
  });

  test('takes no other finalizer away that came in the meantime', async () => {
    const { kubernetes, writer, target } = start();
    kubernetes.edit(PLURAL, 'team-a', { metadata: { name: 'ops', finalizers: ['other'] } });
    expect(await writer.addFinalizer(target)).toBe(true);
    expect(object(kubernetes)?.metadata.finalizers).toEqual(['other', OURS]);
  });

  test('is added after all when the object changed in the meantime, whatever it is called', async () => {
    const { kubernetes, writer, target } = start();
    const words = `PATCH /apis/x/namespaces/druid/${PLURAL}/fluid: the object has been modified`;
    const stale = new KubernetesError(words, 409, 'Conflict');
    let isStale = true;
    kubernetes.refuse = ({ method }) => {
      const refusal = method === 'PATCH' && isStale ? stale : undefined;
      isStale &&= method !== 'PATCH';
      return refusal;
    };
    expect(await writer.addFinalizer(target)).toBe(true);
    expect(object(kubernetes)?.metadata.finalizers).toEqual([OURS]);
  });

  test('is not added to an object on its way out', async () => {
    const { kubernetes, writer } = start({ finalizers: ['other'] });
    kubernetes.delete(PLURAL, 'team-a', 'ops');
    expect(await writer.addFinalizer(targetOf(kubernetes))).toBe(false);
  });

  test('is not added to an object that is gone or another one', async () => {
    const { kubernetes, writer, target } = start();
    expect(await writer.addFinalizer({ ...target, uid: 'old' })).toBe(false);
    kubernetes.delete(PLURAL, 'team-a', 'ops');
    expect(await writer.addFinalizer(target)).toBe(false);
  });

  test('is removed, which lets the object go', async () => {
    const { kubernetes, writer } = start({ finalizers: [OURS] });
    kubernetes.delete(PLURAL, 'team-a', 'ops');
    await writer.removeFinalizer(targetOf(kubernetes));
    expect(object(kubernetes)).toBeUndefined();
  });

  test('is removed alone', async () => {
    const { kubernetes, writer, target } = start({ finalizers: ['other', OURS] });
    await writer.removeFinalizer(target);
    expect(object(kubernetes)?.metadata.finalizers).toEqual(['other']);
  });

  test('that cannot be written for another reason is an error', async () => {
    const { kubernetes, writer, target } = start();
    kubernetes.refuse = () => new KubernetesError('no', 500, '');
    await expect(writer.addFinalizer(target)).rejects.toThrow(KubernetesError);
  });

  test('is not fought for without end', async () => {
    const { kubernetes, writer, target } = start();
    kubernetes.refuse = ({ method }) => (method === 'PATCH' ? new KubernetesError('modified', 409, '') : undefined);
    await expect(writer.addFinalizer(target)).rejects.toThrow('modified');
  });
});
