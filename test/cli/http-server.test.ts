import { get, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, test } from '@jest/globals';
import { serveHttp } from '../../src/cli/http-server.ts';
import { createMetrics } from '../../src/metrics.ts';

let server: Server | undefined;

afterEach(() => {
  server?.close();
  server?.closeAllConnections();
});

async function ask(path: string, isReady = true): Promise<{ readonly status: number; readonly text: string }> {
  const { registry, commits } = createMetrics();
  commits.inc({ document: 'roles' });
  server = await serveHttp(0, { registry, isReady: () => isReady });
  const { port } = server.address() as AddressInfo;
  return new Promise((resolve, reject) => {
    get({ host: '127.0.0.1', port, path, agent: false }, (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => (text += chunk));
      response.on('end', () => resolve({ status: response.statusCode ?? 0, text }));
    }).on('error', reject);
  });
}

describe('the HTTP server', () => {
  test.each([
    ['/healthz', true, 200, 'ok'],
    ['/healthz', false, 200, 'ok'],
    ['/readyz', true, 200, 'ok'],
    ['/readyz?verbose', true, 200, 'ok'],
    ['/readyz', false, 503, 'the first lists are not complete'],
    ['/', true, 404, 'not found: /metrics, /healthz and /readyz are served'],
  ])('answers %s (ready: %s) with %i', async (...[path, isReady, status, text]) => {
    expect(await ask(path, isReady)).toEqual({ status, text });
  });

  test('serves the metrics', async () => {
    const { status, text } = await ask('/metrics');
    expect(status).toBe(200);
    expect(text).toContain('opensearch_security_commits_total{document="roles"} 1');
  });
});
