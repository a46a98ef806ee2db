import { Counter, Gauge, Histogram, type Registry } from '@prometheus-io/client';

/** What is particular to this operator. */
export interface SecurityMetrics {
  readonly resources: Gauge<'kind' | 'state'>;
  readonly connections: Gauge<'ready'>;
  readonly connectionReady: Gauge<'connection'>;
  readonly certificateExpiry: Gauge<'connection' | 'node' | 'kind'>;
  readonly commits: Counter<'document'>;
  readonly commitSize: Histogram<'document'>;
  readonly commitSeconds: Histogram<'document'>;
  readonly operations: Counter<'document' | 'outcome'>;
  readonly splitBatches: Counter<'document'>;
  readonly driftFound: Counter<'document'>;
  readonly driftCorrected: Counter<'document'>;
  readonly eventsDropped: Counter;
  /** Called at each scrape for seconds by connection. */
  readonly watchSnapshots: (ages: () => Iterable<readonly [connection: string, seconds: number]>) => void;
}

type Registers = Registry[];

export function securityMetrics(registers: Registers): SecurityMetrics {
  return {
    ...standing(registers),
    ...commits(registers),
    ...drift(registers),
    eventsDropped: new Counter({
      name: 'opensearch_security_events_dropped_total',
      help: 'Events that were not written, to keep within the rate.',
      registers,
    }),
  };
}

function standing(
  registers: Registers,
): Pick<SecurityMetrics, 'resources' | 'connections' | 'connectionReady' | 'certificateExpiry'> {
  return {
    resources: new Gauge({
      name: 'opensearch_security_managed_resources',
      help: 'Custom resources by kind and state (ready, progressing, stalled, or paused with a spec that is not in force).',
      labelNames: ['kind', 'state'],
      registers,
    }),
    connections: new Gauge({
      name: 'opensearch_security_connections',
      help: 'Connections, by readiness.',
      labelNames: ['ready'],
      registers,
    }),
    connectionReady: new Gauge({
      name: 'opensearch_security_connection_ready',
      help: 'Whether a connection is ready: 1 or 0.',
      labelNames: ['connection'],
      registers,
    }),
    certificateExpiry: new Gauge({
      name: 'opensearch_security_certificate_expiry_timestamp_seconds',
      help: 'When a certificate ends, in seconds since 1970, by connection, node and kind (http, transport, or client and rescue: of the connection itself).',
      labelNames: ['connection', 'node', 'kind'],
      registers,
    }),
  };
}

function commits(
  registers: Registers,
): Pick<SecurityMetrics, 'commits' | 'commitSize' | 'commitSeconds' | 'operations' | 'splitBatches'> {
  const labelNames: ['document'] = ['document'];
  return {
    commits: new Counter({
      name: 'opensearch_security_commits_total',
      help: 'Batches that were committed to OpenSearch, by document.',
      labelNames,
      registers,
    }),
    commitSize: new Histogram({
      name: 'opensearch_security_commit_operations',
      help: 'Operations in a batch, by document.',
      labelNames,
      buckets: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000],
      registers,
    }),
    commitSeconds: new Histogram({
      name: 'opensearch_security_commit_duration_seconds',
      help: 'Seconds that a batch took with all its requests, by document.',
      labelNames,
      buckets: [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120],
      registers,
    }),
    operations: new Counter({
      name: 'opensearch_security_operations_total',
      help: 'Operations in committed batches, by document and outcome (accepted or refused).',
      labelNames: ['document', 'outcome'],
      registers,
    }),
    splitBatches: new Counter({
      name: 'opensearch_security_split_batches_total',
      help: 'Batches that were refused as a whole and split to find out why, by document.',
      labelNames,
      registers,
    }),
  };
}

function drift(registers: Registers): Pick<SecurityMetrics, 'driftFound' | 'driftCorrected' | 'watchSnapshots'> {
  const source: { ages: () => Iterable<readonly [connection: string, seconds: number]> } = { ages: () => [] };
  new Gauge({
    name: 'opensearch_security_snapshot_age_seconds',
    help: 'Seconds since all that objects declare was last read from OpenSearch, by connection.',
    labelNames: ['connection'],
    registers,
    collect() {
      this.reset();
      for (const [connection, seconds] of source.ages()) this.set({ connection }, seconds);
    },
  });
  return {
    driftFound: new Counter({
      name: 'opensearch_security_drift_found_total',
      help: 'Resources in force that were found changed behind the operator, by document.',
      labelNames: ['document'],
      registers,
    }),
    driftCorrected: new Counter({
      name: 'opensearch_security_drift_corrected_total',
      help: 'Resources that were changed behind the operator and put back, by document.',
      labelNames: ['document'],
      registers,
    }),
    watchSnapshots: (ages) => {
      source.ages = ages;
    },
  };
}
