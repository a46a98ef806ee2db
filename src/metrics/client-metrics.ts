import { Counter, Histogram, type Registry } from '@prometheus-io/client';

/** Requests to both servers. A request without an answer has the code `<error>`. */
export interface ClientMetrics {
  readonly kubernetesRequests: Counter<'code' | 'method' | 'host'>;
  readonly openSearchSeconds: Histogram<'endpoint' | 'method' | 'code'>;
}

export function clientMetrics(registers: Registry[]): ClientMetrics {
  return {
    kubernetesRequests: new Counter({
      name: 'rest_client_requests_total',
      help: 'Requests to the Kubernetes API, by status code, method and host.',
      labelNames: ['code', 'method', 'host'],
      registers,
    }),
    openSearchSeconds: new Histogram({
      name: 'opensearch_security_api_request_duration_seconds',
      help: 'Seconds that requests to OpenSearch took, by endpoint (never with a name in it), method and status code.',
      labelNames: ['endpoint', 'method', 'code'],
      // A write may take two minutes when a node hangs.
      buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120],
      registers,
    }),
  };
}
