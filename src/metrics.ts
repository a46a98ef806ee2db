import { Counter, Gauge, Registry } from '@prometheus-io/client';

/** All metrics of one process. Labels are bounded: never an object's name, but for connections and nodes, of which there are few. */
export interface Metrics {
  readonly registry: Registry;
  readonly commits: Counter<'document'>;
  readonly operations: Counter<'document' | 'outcome'>;
  readonly driftCorrected: Counter<'document'>;
  readonly connections: Gauge<'ready'>;
  readonly certificateExpiry: Gauge<'connection' | 'node' | 'kind'>;
  readonly leader: Gauge<'name'>;
}

export function createMetrics(): Metrics {
  const registry = new Registry();
  const registers = [registry];
  return {
    registry,
    commits: new Counter({
      name: 'opensearch_security_commits_total',
      help: 'Batches that were committed to OpenSearch, by document.',
      labelNames: ['document'],
      registers,
    }),
    operations: new Counter({
      name: 'opensearch_security_operations_total',
      help: 'Operations in committed batches, by document and outcome (accepted or refused).',
      labelNames: ['document', 'outcome'],
      registers,
    }),
    driftCorrected: new Counter({
      name: 'opensearch_security_drift_corrected_total',
      help: 'Resources that were changed behind the operator and put back, by document.',
      labelNames: ['document'],
      registers,
    }),
    connections: new Gauge({
      name: 'opensearch_security_connections',
      help: 'Connections, by readiness.',
      labelNames: ['ready'],
      registers,
    }),
    certificateExpiry: new Gauge({
      name: 'opensearch_security_certificate_expiry_timestamp_seconds',
      help: 'When a certificate ends, in seconds since 1970, by connection, node and kind (http, transport, or client and rescue: of the connection itself).',
      labelNames: ['connection', 'node', 'kind'],
      registers,
    }),
    leader: createLeader(registers),
  };
}

function createLeader(registers: readonly Registry[]): Gauge<'name'> {
  return new Gauge({
    name: 'leader_election_master_status',
    help: 'Whether this replica leads (1) or stands by (0), by what is elected.',
    labelNames: ['name'],
    registers: [...registers],
  });
}
