import { Counter, exponentialBuckets, Gauge, Histogram, type Registry } from '@prometheus-io/client';

/** How a turn of a session ended, in the words of controller-runtime. */
export type TurnResult = 'success' | 'error' | 'requeue' | 'requeue_after';

/** What is under way, asked at each scrape. */
export interface WorkSource {
  /** Slots that have to be looked at. */
  readonly depth: number;
  /** How long each turn that is under way has taken so far. */
  readonly turnSeconds: readonly number[];
  /** Connections that are looked after. */
  readonly connections: number;
}

/**
 * The metrics of controller-runtime, under its names, so that dashboards for it show us, too. A reconcile is one turn
 * of the session of one connection; an item of the work queue is one slot.
 */
export interface ControllerMetrics {
  readonly reconciles: Counter<'controller' | 'result'>;
  readonly reconcileErrors: Counter<'controller'>;
  readonly reconcileSeconds: Histogram<'controller'>;
  readonly queueAdds: Counter<'name' | 'controller'>;
  readonly queueRetries: Counter<'name' | 'controller'>;
  readonly queueSeconds: Histogram<'name' | 'controller'>;
  readonly workSeconds: Histogram<'name' | 'controller'>;
  /** 1 while this process is the leader; the name is that of the Lease. */
  readonly leaderStatus: Gauge<'name'>;
  /** From now on this is what is asked at each scrape. */
  readonly watchWork: (source: WorkSource) => void;
}

export const CONTROLLER = { controller: 'opensearchconnection' } as const;
export const QUEUE = { name: CONTROLLER.controller, ...CONTROLLER } as const;

const RESULTS: readonly TurnResult[] = ['success', 'error', 'requeue', 'requeue_after'];
// The buckets of controller-runtime, so that quantiles can be compared.
const RECONCILE_BUCKETS = [
  0.005, 0.01, 0.025, 0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.35, 0.4, 0.45, 0.5, 0.6, 0.7, 0.8, 0.9, 1, 1.25, 1.5, 1.75, 2,
  2.5, 3, 3.5, 4, 4.5, 5, 6, 7, 8, 9, 10, 15, 20, 25, 30, 40, 50, 60,
];
const QUEUE_BUCKETS = exponentialBuckets(1e-8, 10, 12);

type Registers = Registry[];

export function controllerMetrics(registers: Registers): ControllerMetrics {
  const source: { current: WorkSource } = { current: { depth: 0, turnSeconds: [], connections: 0 } };
  const metrics = {
    ...reconcileMetrics(registers),
    ...queueMetrics(registers),
    leaderStatus: new Gauge({
      name: 'leader_election_master_status',
      help: 'Whether this process is the leader, by name of the Lease: 1 for the leader once it works, 0 for a stand-by and for one that takes over and has not listed everything yet.',
      labelNames: ['name'],
      registers,
    }),
    watchWork: (next: WorkSource): void => {
      source.current = next;
    },
  };
  workGauges(registers, source);
  return metrics;
}

function reconcileMetrics(
  registers: Registers,
): Pick<ControllerMetrics, 'reconciles' | 'reconcileErrors' | 'reconcileSeconds'> {
  const labelNames: ['controller'] = ['controller'];
  const reconciles = new Counter({
    name: 'controller_runtime_reconcile_total',
    help: 'Turns of the sessions of connections, by result: success, error, requeue (more is to be done at once) or requeue_after (something is waited for).',
    labelNames: ['controller', 'result'],
    registers,
  });
  const reconcileErrors = new Counter({
    name: 'controller_runtime_reconcile_errors_total',
    help: 'Turns that failed, or whose cluster cannot be used.',
    labelNames,
    registers,
  });
  for (const result of RESULTS) reconciles.inc({ ...CONTROLLER, result }, 0);
  reconcileErrors.inc(CONTROLLER, 0);
  const reconcileSeconds = new Histogram({
    name: 'controller_runtime_reconcile_time_seconds',
    help: 'Seconds that a turn took.',
    labelNames,
    buckets: RECONCILE_BUCKETS,
    registers,
  });
  reconcileSeconds.zero(CONTROLLER);
  return { reconciles, reconcileErrors, reconcileSeconds };
}

function queueMetrics(
  registers: Registers,
): Pick<ControllerMetrics, 'queueAdds' | 'queueRetries' | 'queueSeconds' | 'workSeconds'> {
  const labelNames: ['name', 'controller'] = ['name', 'controller'];
  const counter = (name: string, help: string): Counter<'name' | 'controller'> => {
    const made = new Counter({ name, help, labelNames, registers });
    made.inc(QUEUE, 0);
    return made;
  };
  const histogram = (name: string, help: string): Histogram<'name' | 'controller'> => {
    const made = new Histogram({ name, help, labelNames, buckets: QUEUE_BUCKETS, registers });
    made.zero(QUEUE);
    return made;
  };
  return {
    queueAdds: counter('workqueue_adds_total', 'Slots (names of documents) that had to be looked at.'),
    queueRetries: counter(
      'workqueue_retries_total',
      'Slots that are looked at again since they could not be finished.',
    ),
    queueSeconds: histogram(
      'workqueue_queue_duration_seconds',
      'Seconds that a slot waited for the turn in which it was finished.',
    ),
    workSeconds: histogram('workqueue_work_duration_seconds', 'Seconds of that turn until the slot was finished.'),
  };
}

/** Gauges that cost nothing until somebody looks. */
function workGauges(registers: Registers, source: { readonly current: WorkSource }): void {
  const gauge = (
    [name, help]: readonly [name: string, help: string],
    labels: typeof CONTROLLER | typeof QUEUE,
    value: (work: WorkSource) => number,
  ): void => {
    new Gauge({
      name,
      help,
      labelNames: Object.keys(labels),
      registers,
      collect() {
        this.set(labels, value(source.current));
      },
    });
  };
  gauge(['controller_runtime_active_workers', 'Turns that are under way.'], CONTROLLER, (w) => w.turnSeconds.length);
  gauge(
    ['controller_runtime_max_concurrent_reconciles', 'Turns that can be under way at once: one for each connection.'],
    CONTROLLER,
    (w) => w.connections,
  );
  gauge(['workqueue_depth', 'Slots that have to be looked at.'], QUEUE, (w) => w.depth);
  gauge(['workqueue_unfinished_work_seconds', 'Seconds that all turns under way have taken so far.'], QUEUE, (w) =>
    w.turnSeconds.reduce((sum, seconds) => sum + seconds, 0),
  );
  gauge(
    ['workqueue_longest_running_processor_seconds', 'Seconds that the longest turn under way has taken so far.'],
    QUEUE,
    (w) => Math.max(0, ...w.turnSeconds),
  );
}
