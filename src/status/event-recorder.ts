import { randomBytes } from 'node:crypto';
import { timestamp, type Clock } from '../clock.ts';
import type { KubernetesClient } from '../clients/kubernetes.ts';
import { API_VERSION, type KubernetesObject } from '../desired/resource.ts';
import { KubernetesError, messageOf } from '../errors.ts';
import type { Log } from '../log.ts';

export interface EventDraft {
  readonly type: 'Normal' | 'Warning';
  /** CamelCase, one for each situation. */
  readonly reason: string;
  readonly message: string;
}

/** What an event is about. */
export type EventSubject = Pick<KubernetesObject, 'namespace' | 'name' | 'uid' | 'resourceVersion'> & {
  readonly kind: string;
};

const COMPONENT = 'opensearch-security-operator';

/** A whole fleet must not turn into as many writes: so many events at once, then so many a second; the rest is only counted. */
const BURST = 50;
const EVENTS_PER_SECOND = 5;

/** Tells of changes as Kubernetes Events. Best effort: an event that cannot be written is logged and forgotten. */
export class EventRecorder {
  readonly #kubernetes: KubernetesClient;
  readonly #clock: Clock;
  readonly #log: Log;
  #tokens = BURST;
  #refilledAt: number;
  #pending = new Set<Promise<void>>();

  constructor({ kubernetes, clock, log }: { kubernetes: KubernetesClient; clock: Clock; log: Log }) {
    this.#kubernetes = kubernetes;
    this.#clock = clock;
    this.#log = log;
    this.#refilledAt = clock.now();
  }

  record(subject: EventSubject, draft: EventDraft): void {
    if (!this.#takeToken()) {
      this.#log.debug({ ...draft, name: subject.name }, 'event dropped by rate limit');
      return;
    }
    const written = this.#write(subject, draft).catch((error: unknown) => {
      this.#log.warn({ reason: draft.reason, error: messageOf(error) }, 'event not written');
    });
    this.#pending.add(written);
    void written.finally(() => this.#pending.delete(written));
  }

  /** Ends when all events recorded so far are written or given up. */
  async flush(): Promise<void> {
    await Promise.all(this.#pending);
  }

  #takeToken(): boolean {
    const now = this.#clock.now();
    this.#tokens = Math.min(BURST, this.#tokens + ((now - this.#refilledAt) / 1000) * EVENTS_PER_SECOND);
    this.#refilledAt = now;
    if (this.#tokens < 1) return false;
    this.#tokens -= 1;
    return true;
  }

  /** A namespace that is being deleted takes no new events; they go where events about namespaces are kept. */
  async #write(subject: EventSubject, draft: EventDraft): Promise<void> {
    try {
      await this.#post(subject.namespace, subject, draft);
    } catch (error) {
      if (!(error instanceof KubernetesError) || (error.status !== 403 && error.status !== 404)) throw error;
      const { namespace, kind, name } = subject;
      const message = `${kind} ${namespace}/${name}: ${draft.message}`;
      await this.#post(
        'default',
        { kind: 'Namespace', name: namespace, namespace: '', uid: '', resourceVersion: '' },
        { ...draft, message },
      );
    }
  }

  async #post(namespace: string, subject: EventSubject, draft: EventDraft): Promise<void> {
    const at = timestamp(this.#clock.now());
    await this.#kubernetes.request({
      method: 'POST',
      path: `/api/v1/namespaces/${namespace}/events`,
      body: {
        metadata: { name: `${subject.name.slice(0, 230)}.${randomBytes(8).toString('hex')}`, namespace },
        involvedObject: { apiVersion: subject.kind === 'Namespace' ? 'v1' : API_VERSION, ...subject },
        ...draft,
        message: draft.message.slice(0, 1024),
        source: { component: COMPONENT },
        reportingComponent: COMPONENT,
        firstTimestamp: at,
        lastTimestamp: at,
        count: 1,
      },
    });
  }
}
