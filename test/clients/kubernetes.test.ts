import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, test } from '@jest/globals';
import { KubernetesClient } from '../../src/clients/kubernetes.ts';

const servers: Server[] = [];

afterEach(async () => {
  for (const server of servers.splice(0)) await new Promise((resolve) => server.close(resolve));
});

test('an API server behind a path is asked there', async () => {
  const paths: string[] = [];
  const server = createServer((request, response) => {
    paths.push(request.url ?? '');
    response.end('{}');
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const kubernetes = new KubernetesClient({
    server: `http://127.0.0.1:${port}/k8s/clusters/c-1`,
    tls: {},
    headers: () => Promise.resolve({}),
    namespace: 'default',
  });
  await kubernetes.request({ method: 'GET', path: '/api/v1/namespaces', query: { limit: '1' } });
  await kubernetes.close();
  expect(paths).toEqual(['/k8s/clusters/c-1/api/v1/namespaces?limit=1']);
});
