import { collectDefaultMetrics, type Registry } from '@prometheus-io/client';

/** Named against the rules of Prometheus, or twice there. */
const UNWANTED = [
  'nodejs_active_handles_total',
  'nodejs_active_requests_total',
  'nodejs_active_resources_total',
  'nodejs_eventloop_utilization_histogram',
  'nodejs_eventloop_utilization_summary',
];

/** Memory, CPU, event loop and garbage collection of this process; as rarely as possible, to leave it asleep. */
export function collectProcessMetrics(registry: Registry): void {
  collectDefaultMetrics({
    register: registry,
    eventLoopMonitoringPrecision: 100,
    eventLoopUtilizationTimeout: 60_000,
  });
  for (const name of UNWANTED) registry.removeSingleMetric(name);
}
