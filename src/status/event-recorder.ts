import { randomBytes } from 'node:crypto';
import { timestamp, type Clock } from '../clock.ts';
import { requestUnless, type KubernetesClient } from '../clients/kubernetes.ts';
import { API_VERSION } from '../desired/resource.ts';
import { KubernetesError, messageOf } from '../errors.ts';
import type { Log } from '../log.ts';
import type { Metrics } from '../metrics.ts';
import { EventLog, type EventDraft, type EventSubject, type Told } from './event-log.ts';
import { TokenBucket, type Rate } from './token-bucket.ts';

export type { EventDraft, EventSubject } from './event-log.ts';

const COMPONENT = 'opensearch-security-operator';

/** A whole fleet must not turn into as many writes: so many events at once, then so many a second; the rest is only counted. */
const WHOLE_PROCESS: Rate = { burst: 50, periodMs: 200 };

export interface EventTools {
  readonly kubernetes: KubernetesClient;
  readonly clock: Clock;
  readonly log: Log;
  readonly metrics: Pick<Metrics, 'eventsDropped'>;
  /** Whether events may be written everywhere, and not just in some namespaces. */
  readonly isClusterWide: boolean;
}

/**
 * Tells of changes as Kubernetes Events. Best effort: an event that cannot be written is logged and forgotten. What
 * happens again to one object counts up the event that is there.
 */
export class EventRecorder {
  readonly #tools: EventTools;
  readonly #bucket: TokenBucket;
  readonly #told = new EventLog();
  readonly #writes = new WeakMap<Told, Promise<void>>();
  readonly #pending = new Set<Promise<void>>();

  constructor(tools: EventTools) {
    this.#tools = tools;
    this.#bucket = new TokenBucket(WHOLE_PROCESS, tools.clock.now());
  }

  record(subject: EventSubject, draft: EventDraft): void {
    const nowMs = this.#tools.clock.now();
    if (!this.#bucket.has(nowMs)) return this.#drop(subject, draft);
    const name = `${subject.name.slice(0, 230)}.${randomBytes(8).toString('hex')}`;
    const step = this.#told.next(subject, draft, { nowMs, name });
    switch (step.type) {
      case 'create':
        return this.#queue(step.told, () => this.#create(subject, step.told));
      case 'update':
        return this.#queue(step.told, () => this.#update(subject, step.told));
      case 'drop':
        return this.#drop(subject, draft);
      case 'wait':
    }
  }

  /** Ends when all events recorded so far are written or given up. */
  async flush(): Promise<void> {
    await Promise.all(this.#pending);
  }

  #drop(subject: EventSubject, draft: EventDraft): void {
    this.#tools.metrics.eventsDropped.inc();
    this.#tools.log.debug({ ...draft, name: subject.name }, 'event dropped by rate limit');
  }

  /** What is written about one event is written in order. */
  #queue(told: Told, write: () => Promise<void>): void {
    const { clock, log } = this.#tools;
    this.#bucket.take(clock.now());
    const before = this.#writes.get(told) ?? Promise.resolve();
    const written = before.then(write).catch((error: unknown) => {
      const { reason, message } = told;
      log.warn({ reason, message, error: messageOf(error) }, 'event not written');
    });
    this.#writes.set(told, written);
    this.#pending.add(written);
    void written.finally(() => this.#pending.delete(written));
  }

  /** A namespace that is being deleted takes no new events; they go where events about namespaces are kept, if we may write there. */
  async #create(subject: EventSubject, told: Told): Promise<void> {
    try {
      await this.#post(subject.namespace, subject, told);
    } catch (error) {
      if (!this.#tools.isClusterWide || !isRefusedThere(error)) throw error;
      await this.#post('default', namespaceOf(subject), { ...told, message: aboutNamespace(subject, told) });
      told.namespace = 'default';
      return;
    }
    told.namespace = subject.namespace;
  }

  /** One that is gone meanwhile, or never came to be, is made again. */
  async #update(subject: EventSubject, told: Told): Promise<void> {
    const { kubernetes } = this.#tools;
    const { name, namespace, count } = told;
    if (namespace === '') return this.#create(subject, told);
    const message = namespace === subject.namespace ? told.message : aboutNamespace(subject, told);
    const path = `/api/v1/namespaces/${namespace}/events/${name}`;
    const body = { count, lastTimestamp: timestamp(told.lastMs), message: fit(message) };
    const answer = await requestUnless(kubernetes, 404, { method: 'PATCH', path, body });
    if (answer === undefined) await this.#create(subject, told);
  }

  async #post(namespace: string, subject: EventSubject, told: Told): Promise<void> {
    const { name, type, reason, message, count } = told;
    await this.#tools.kubernetes.request({
      method: 'POST',
      path: `/api/v1/namespaces/${namespace}/events`,
      body: {
        metadata: { name, namespace },
        involvedObject: { apiVersion: subject.kind === 'Namespace' ? 'v1' : API_VERSION, ...subject },
        type,
        reason,
        message: fit(message),
        source: { component: COMPONENT },
        reportingComponent: COMPONENT,
        firstTimestamp: timestamp(told.firstMs),
        lastTimestamp: timestamp(told.lastMs),
        count,
      },
    });
  }
}

function isRefusedThere(error: unknown): boolean {
  return error instanceof KubernetesError && (error.status === 403 || error.status === 404);
}

function namespaceOf({ namespace }: EventSubject): EventSubject {
  return { kind: 'Namespace', name: namespace, namespace: '', uid: '', resourceVersion: '' };
}

function aboutNamespace({ kind, namespace, name }: EventSubject, { message }: Told): string {
  return `${kind} ${namespace}/${name}: ${message}`;
}

/** The API server takes no more. */
function fit(message: string): string {
  return message.slice(0, 1024);
}
