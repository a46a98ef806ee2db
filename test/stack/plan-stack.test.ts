import { describe, expect, test } from '@jest/globals';
import { planStack, portsNeeded, type Wanted } from './plan-stack.ts';
import type { OwnStack } from './stack-state.ts';

const twoVersions = [
  { version: '3.4.0', nodes: 2 },
  { version: '2.19.4', nodes: 1 },
];

function plan(wanted: Partial<Wanted>, before?: OwnStack, firstPort = 1): OwnStack {
  const all = { name: 'a', opensearch: twoVersions, ...wanted };
  const ports = Array.from({ length: portsNeeded(all) }, (_, index) => firstPort + index);
  return planStack(all, { runDir: '/run/a', kubectl: '/bin/kubectl', ports }, before);
}

function portsOf({ etcd, apiServer, opensearch }: OwnStack): number[] {
  const nodes = opensearch.flatMap((cluster) =>
    cluster.nodes.flatMap(({ port, transportPort }) => [port, transportPort]),
  );
  return [etcd.clientPort, etcd.peerPort, apiServer.port, ...nodes];
}

describe('plan of a stack', () => {
  test('gives every server ports of its own', () => {
    expect(new Set(portsOf(plan({}))).size).toBe(9);
    expect(portsOf(plan({}))).not.toContain(0);
  });

  test('planned again, a stack stays as it is', () => {
    const before = plan({ audit: true, heap: '256m' });
    expect(plan({}, before, 100)).toEqual(before);
  });

  test('a cluster grows and keeps the nodes it has', () => {
    const before = plan({});
    const [cluster] = plan({ opensearch: [{ version: '3.4.0', nodes: 3 }] }, before, 100).opensearch;
    expect(cluster?.nodes.map(({ name }) => name)).toEqual(['node-0', 'node-1', 'node-2']);
    expect(cluster?.nodes.slice(0, 2)).toEqual(before.opensearch[0]?.nodes);
  });

  test('fewer nodes or versions take nothing away', () => {
    const before = plan({});
    expect(plan({ opensearch: [{ version: '3.4.0', nodes: 1 }] }, before, 100)).toEqual(before);
  });
});
