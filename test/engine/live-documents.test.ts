import { describe, expect, test } from '@jest/globals';
import { LiveDocuments } from '../../src/engine/live-documents.ts';
import { anAdd, aRemove, roleKind, tenantKind } from '../support/builders.ts';
import { FakeCluster } from '../support/fake-cluster.ts';

/** Comes to the same place as the tenant `team-alpha`. */
const FORGED = 'team-a-lpha^^!._^-_!-_-_';
const signal = new AbortController().signal;

async function start() {
  const cluster = new FakeCluster();
  for (const name of ['a', 'b', 'c']) cluster.put('roles', name, { description: name });
  const documents = new LiveDocuments();
  const refresh = (nowMs: number): Promise<readonly string[]> =>
    documents.refresh(roleKind, cluster, { nowMs, signal });
  const first = await refresh(1000);
  return { cluster, documents, refresh, first };
}

describe('what the cluster holds', () => {
  test('is all new at the first look', async () => {
    const { documents, first } = await start();
    expect(first).toEqual(['a', 'b', 'c']);
    expect(documents.get('roles', 'a')).toEqual({ canonical: '{"description":"a"}' });
  });

  test('is unchanged when nothing happened', async () => {
    const { refresh } = await start();
    expect(await refresh(2000)).toEqual([]);
  });

  test('tells what was changed, added, removed or protected since', async () => {
    const { cluster, refresh } = await start();
    cluster.put('roles', 'a', { description: 'changed' });
    cluster.put('roles', 'b', { description: 'b', reserved: true });
    cluster.drop('roles', 'c');
    cluster.put('roles', 'd', {});
    expect([...(await refresh(2000))].sort()).toEqual(['a', 'b', 'c', 'd']);
  });

  test('does not take our own commits for changes', async () => {
    const { cluster, documents, refresh } = await start();
    const operations = [anAdd('a', { description: 'ours' }), aRemove('b')];
    await cluster.patchDocument('roles', operations);
    documents.committed('roles', operations);
    expect([documents.get('roles', 'a')?.canonical, documents.get('roles', 'b')]).toEqual([
      '{"description":"ours"}',
      undefined,
    ]);
    expect(await refresh(2000)).toEqual([]);
  });

  test('is found by the place where other names of it are kept, read, committed or gone', async () => {
    const [cluster, documents] = [new FakeCluster(), new LiveDocuments()];
    const read = (nowMs: number): Promise<unknown> => documents.refresh(tenantKind, cluster, { nowMs, signal });
    const beside = (): readonly string[] => documents.namesBeside('tenants', 'team-alpha');
    expect(beside()).toEqual([]);
    cluster.put('tenants', FORGED, { description: 'x' });
    await read(1000);
    expect(beside()).toEqual([FORGED]);
    documents.committed('tenants', [aRemove(FORGED), anAdd('team-alpha')]);
    expect([beside(), documents.namesBeside('tenants', FORGED)]).toEqual([[], ['team-alpha']]);
    await read(2000);
    expect([beside(), documents.namesBeside('tenants', FORGED)]).toEqual([[FORGED], []]);
    cluster.drop('tenants', FORGED);
    await read(3000);
    expect(beside()).toEqual([]);
  });

  test('is fresh for as long as nobody doubts it', async () => {
    const { documents, refresh } = await start();
    expect([
      documents.isFresh('roles', 1000),
      documents.isFresh('roles', 1001),
      documents.isFresh('tenants', 0),
    ]).toEqual([true, false, false]);
    documents.doubtAll();
    expect(documents.isFresh('roles', 0)).toBe(false);
    await refresh(2000);
    expect(documents.isFresh('roles', 2000)).toBe(true);
  });

  test('is still compared with what was known when it was doubted', async () => {
    const { cluster, documents, refresh } = await start();
    documents.doubt('roles');
    cluster.drop('roles', 'a');
    expect(await refresh(2000)).toEqual(['a']);
  });

  test('of another cluster is all new', async () => {
    const { documents, refresh } = await start();
    documents.clear();
    expect(documents.get('roles', 'a')).toBeUndefined();
    expect(await refresh(2000)).toEqual(['a', 'b', 'c']);
  });
});
