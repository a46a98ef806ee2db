import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, test } from '@jest/globals';
import { KubernetesClient, type KubernetesRequestRecord } from '../../src/clients/kubernetes.ts';

const servers: Server[] = [];

afterEach(async () => {
  for (const server of servers.splice(0)) await new Promise((resolve) => server.close(resolve));
});

async function serve(handler: RequestListener): Promise<number> {
  const server = createServer(handler);
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}

test('each request is told with its answer, or with none', async () => {
  const port = await serve(({ url }, response) => {
    if (url === '/away') response.destroy();
    else response.writeHead(url === '/forbidden' ? 403 : 200).end('{}');
  });
  const told: KubernetesRequestRecord[] = [];
  const kubernetes = new KubernetesClient(
    {
      server: `http://127.0.0.1:${port}`,
      tls: () => Promise.resolve({}),
      headers: () => Promise.resolve({}),
      namespace: 'default',
    },
    { observe: (record) => told.push(record) },
  );
  for (const path of ['/fine', '/forbidden', '/away'])
    await kubernetes.request({ method: 'GET', path }).catch(() => undefined);
  await kubernetes.close();
  expect(told.map(({ code }) => code)).toEqual(['200', '403', '<error>']);
  expect(told[0]).toEqual({ method: 'GET', code: '200', host: `127.0.0.1:${port}` });
});

test('an API server behind a path is asked there', async () => {
  const paths: string[] = [];
  const port = await serve((request, response) => {
    paths.push(request.url ?? '');
    response.end('{}');
  });
  const kubernetes = new KubernetesClient({
    server: `http://127.0.0.1:${port}/k8s/clusters/c-1`,
    tls: () => Promise.resolve({}),
    headers: () => Promise.resolve({}),
    namespace: 'default',
  });
  await kubernetes.request({ method: 'GET', path: '/api/v1/namespaces', query: { limit: '1' } });
  await kubernetes.close();
  expect(paths).toEqual(['/k8s/clusters/c-1/api/v1/namespaces?limit=1']);
});
