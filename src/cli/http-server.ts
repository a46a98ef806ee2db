import { createServer, type Server } from 'node:http';
import type { Registry } from '@prometheus-io/client';

/** Serves `/metrics`, `/healthz` (this process turns) and `/readyz` (everything was listed once). */
export async function serveHttp(
  port: number,
  { registry, isReady }: { registry: Registry; isReady: () => boolean },
): Promise<Server> {
  const server = createServer((request, response) => {
    void answer(request.url ?? '', { registry, isReady }).then(({ status, type, body }) => {
      response.writeHead(status, { 'content-type': type }).end(body);
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(port, resolve);
  });
  return server;
}

interface Answer {
  readonly status: number;
  readonly type: string;
  readonly body: string;
}

async function answer(
  url: string,
  { registry, isReady }: { registry: Registry; isReady: () => boolean },
): Promise<Answer> {
  const text = (status: number, body: string): Answer => ({ status, type: 'text/plain', body });
  switch (url.split('?')[0]) {
    case '/metrics':
      return { status: 200, type: registry.contentType, body: await registry.metrics() };
    case '/healthz':
      return text(200, 'ok');
    case '/readyz':
      return isReady() ? text(200, 'ok') : text(503, 'the first lists are not complete');
    default:
      return text(404, 'not found: /metrics, /healthz and /readyz are served');
  }
}
