import type { Server } from 'node:http';
import type { Registry } from '@prometheus-io/client';

/** Not imported: an import reads every export, one of which makes Node load its client for the web, some 40 ms of a start. */
const { createServer } = process.getBuiltinModule('node:http');

/** What is asked about this process; each answer is one line for each thing that is wrong. */
export interface HealthQuestions {
  /** What is stuck, so that only a new start helps. */
  readonly stuck: () => readonly string[];
  /** What is waited for before there is anything to do. */
  readonly missing: () => readonly string[];
}

interface Served {
  readonly registry: Registry;
  readonly health: () => HealthQuestions;
}

/** Serves `/metrics`, `/healthz` (this process gets on) and `/readyz` (everything was listed once). */
export async function serveHttp(port: number, served: Served): Promise<Server> {
  const server = createServer((request, response) => {
    void answer(request.url ?? '', served).then(({ status, type, body }) => {
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

async function answer(url: string, { registry, health }: Served): Promise<Answer> {
  switch (url.split('?')[0]) {
    case '/metrics':
      return { status: 200, type: registry.contentType, body: await registry.metrics() };
    case '/healthz':
      return verdict(500, health().stuck());
    case '/readyz':
      return verdict(503, health().missing());
    default:
      return text(404, 'not found: /metrics, /healthz and /readyz are served');
  }
}

function verdict(status: number, problems: readonly string[]): Answer {
  return problems.length === 0 ? text(200, 'ok') : text(status, problems.join('\n'));
}

function text(status: number, body: string): Answer {
  return { status, type: 'text/plain', body };
}
