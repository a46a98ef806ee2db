import { beforeAll, describe, expect, test } from '@jest/globals';
import { createMetrics } from '../../src/metrics.ts';
import { collectProcessMetrics } from '../../src/metrics/process-metrics.ts';
import { checkPrometheusFiles, prometheusJudge, type PrometheusJudge } from './prom-check.ts';

/** The first time promtool is downloaded. */
const PATIENCE_MS = 120_000;

let judge: PrometheusJudge | undefined;

beforeAll(async () => {
  judge = await prometheusJudge();
}, PATIENCE_MS);

describe('promtool', () => {
  test(
    'finds no fault with the alert rules, and each fires and keeps quiet when it should',
    async () => {
      if (judge !== undefined) await expect(checkPrometheusFiles(judge)).resolves.toBeUndefined();
    },
    PATIENCE_MS,
  );

  test('finds no fault with the names and types of the metrics', async () => {
    const { registry, ...metrics } = createMetrics();
    collectProcessMetrics(registry);
    metrics.resources.inc({ kind: 'OpenSearchRole', state: 'ready' });
    metrics.connectionReady.set({ connection: 'a/b' }, 1);
    metrics.connections.inc({ ready: 'true' });
    metrics.leaderStatus.set({ name: 'x' }, 1);
    metrics.certificateExpiry.set({ connection: 'a/b', node: 'n', kind: 'http' }, 1);
    for (const document of ['roles', 'tenants']) {
      for (const counter of [metrics.commits, metrics.splitBatches, metrics.driftFound, metrics.driftCorrected])
        counter.inc({ document });
      for (const histogram of [metrics.commitSize, metrics.commitSeconds]) histogram.observe({ document }, 1);
      metrics.operations.inc({ document, outcome: 'accepted' });
    }
    metrics.kubernetesRequests.inc({ code: '200', method: 'GET', host: 'h' });
    metrics.openSearchSeconds.observe({ endpoint: 'roles', method: 'GET', code: '200' }, 1);
    if (judge !== undefined) await expect(judge.metrics(await registry.metrics())).resolves.toBeUndefined();
  });

  test('would find fault', async () => {
    const faulty = '# TYPE x_total gauge\nx_total 1\n';
    if (judge !== undefined) await expect(judge.metrics(faulty)).rejects.toThrow(/x_total/);
  });
});
