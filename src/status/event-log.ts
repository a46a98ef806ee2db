import type { KubernetesObject } from '../desired/resource.ts';
import { TokenBucket, type Rate } from './token-bucket.ts';

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

/** One Event object, as it was written last. */
export interface Told {
  readonly name: string;
  readonly type: EventDraft['type'];
  readonly reason: string;
  message: string;
  readonly firstMs: number;
  /** When it last happened; the API server forgets an event an hour after it was written. */
  lastMs: number;
  /** When it was last written. */
  writtenMs: number;
  count: number;
  /** Where it is kept; empty until it was written. */
  namespace: string;
}

/** What to do about something that happened. */
export type Step =
  { readonly type: 'create' | 'update'; readonly told: Told } | { readonly type: 'wait' } | { readonly type: 'drop' };

interface Subject {
  readonly bucket: TokenBucket;
  readonly told: Map<string, Told>;
}

/** At most ten Event objects of one object in an hour: five at once, and then one in twelve minutes. */
const PER_SUBJECT: Rate = { burst: 5, periodMs: 720_000 };
/** How often the count of one event is written at most. */
const UPDATE_MS = 10_000;
/** Events that are older are gone, or are soon. */
const KEPT_MS = 3_000_000;
const MAX_SUBJECTS = 2000;
const MAX_TOLD = 10;

/**
 * Remembers what was told of each object, so that what happens again counts up one event and makes no new one. What
 * happens in ever other words for one reason goes into one event, too, once an object has used up its events.
 */
export class EventLog {
  readonly #subjects = new Map<string, Subject>();

  /** @param name of the Event object, if there is to be a new one */
  next(subject: EventSubject, draft: EventDraft, { nowMs, name }: { nowMs: number; name: string }): Step {
    const { bucket, told } = this.#subject(subject, nowMs);
    const same = told.get(keyOf(draft));
    if (same !== undefined && nowMs - same.lastMs < KEPT_MS) return repeat(same, draft, nowMs);
    if (bucket.take(nowMs)) {
      const at = { firstMs: nowMs, lastMs: nowMs, writtenMs: nowMs };
      const fresh: Told = { ...draft, ...at, name, count: 1, namespace: '' };
      return { type: 'create', told: remember(told, keyOf(draft), fresh) };
    }
    const like = [...told.values()].findLast(({ reason }) => reason === draft.reason);
    return like === undefined ? { type: 'drop' } : repeat(like, draft, nowMs);
  }

  #subject({ kind, uid, namespace, name }: EventSubject, nowMs: number): Subject {
    const key = uid === '' ? `${kind}/${namespace}/${name}` : uid;
    const subject = this.#subjects.get(key) ?? { bucket: new TokenBucket(PER_SUBJECT, nowMs), told: new Map() };
    // The one that was told of last goes to the end; the first one is forgotten when there are too many.
    this.#subjects.delete(key);
    this.#subjects.set(key, subject);
    const [first] = this.#subjects.keys();
    if (this.#subjects.size > MAX_SUBJECTS && first !== undefined) this.#subjects.delete(first);
    return subject;
  }
}

function repeat(told: Told, draft: EventDraft, nowMs: number): Step {
  told.count += 1;
  told.lastMs = nowMs;
  told.message = draft.message;
  if (nowMs - told.writtenMs < UPDATE_MS) return { type: 'wait' };
  told.writtenMs = nowMs;
  return { type: 'update', told };
}

function remember(all: Map<string, Told>, key: string, told: Told): Told {
  all.delete(key);
  all.set(key, told);
  const [first] = all.keys();
  if (all.size > MAX_TOLD && first !== undefined) all.delete(first);
  return told;
}

function keyOf({ type, reason, message }: EventDraft): string {
  return `${type} ${reason} ${message}`;
}
