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

async function ask(
  path: string,
  { stuck = [], missing = [] }: { stuck?: string[]; missing?: string[] } = {},
): Promise<{ readonly status: number; readonly text: string }> {
  const { registry, commits } = createMetrics();
  commits.inc({ document: 'roles' });
  server = await serveHttp(0, { registry, health: () => ({ stuck: () => stuck, missing: () => missing }) });
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
    ['/healthz', {}, 200, 'ok'],
    ['/healthz', { missing: ['roles: forbidden'] }, 200, 'ok'],
    ['/healthz', { stuck: ['the watch of roles', 'the turn of a'] }, 500, 'the watch of roles\nthe turn of a'],
    ['/readyz', {}, 200, 'ok'],
    ['/readyz?verbose', {}, 200, 'ok'],
    ['/readyz', { stuck: ['the watch of roles'] }, 200, 'ok'],
    ['/readyz', { missing: ['roles: forbidden', 'users: forbidden'] }, 503, 'roles: forbidden\nusers: forbidden'],
    ['/', {}, 404, 'not found: /metrics, /healthz and /readyz are served'],
  ])('answers %s with what is wrong: %o', async (...[path, health, status, text]) => {
    expect(await ask(path, health)).toEqual({ status, text });
  });

  test('serves the metrics', async () => {
    const { status, text } = await ask('/metrics');
    expect(status).toBe(200);
    expect(text).toContain('opensearch_security_commits_total{document="roles"} 1');
  });
});
