import { sendSplitting } from '../commit/commit-operations.ts';
import type { Resource } from '../desired/resource.ts';
import { unlessDisabled } from '../errors.ts';
import type { Kind } from '../kinds/kind.ts';
import type { Operation } from '../plan/operation.ts';
import type { Slot, SlotKey } from './claim-index.ts';
import type { TurnContext } from './turn-context.ts';
import { ownedSecret } from './plan-tasks.ts';

/** The checks of one drift interval are spread over so many turns, so that they never come all at once. */
const SLICES = 12;
const MIN_PAUSE_MS = 250;
/** What refuses everybody, such as a gateway, is not asked about each of thousands. */
const MAX_SPLITS = 20;

/** One user whose password is to be checked. */
interface Check {
  readonly slot: Slot;
  readonly resource: Resource;
  readonly operation: Operation;
}

/** The checks of one PATCH, and how often it may be split. */
interface Batch {
  readonly kind: Kind;
  readonly checks: readonly Check[];
  readonly maxRequests: number;
}

/** What the checks of one batch came to. */
interface Checked {
  readonly requests: number;
  /** How many users were neither accepted nor refused. */
  readonly left: number;
}

/**
 * Passwords cannot be read. But the same hash sent again changes nothing and is answered so, which proves that nobody
 * changed the password; where somebody did, it is put back by the same request.
 */
export class PasswordChecks {
  #slice = 0;
  #nextMs = 0;
  /** Whose check was refused last time, and in which words. */
  readonly #refused = new Map<SlotKey, string>();

  /** When the next slice is due; undefined while there are no secrets. */
  nextMs({ state }: Pick<TurnContext, 'state'>): number | undefined {
    return state.references.needsSecrets ? this.#nextMs : undefined;
  }

  /** Checks one slice, one PATCH for each batch. Users whose hash is not known yet come next time. */
  async run(context: TurnContext, intervalMs: number): Promise<void> {
    const nowMs = context.world.clock.steady();
    if (!context.state.references.needsSecrets || nowMs < this.#nextMs) return;
    this.#nextMs = nowMs + Math.max(MIN_PAUSE_MS, intervalMs / SLICES);
    this.#slice = (this.#slice + 1) % SLICES;
    for (const kind of context.world.kinds.filter(({ credential }) => credential !== undefined))
      await this.#checkKind(context, kind);
  }

  async #checkKind(context: TurnContext, kind: Kind): Promise<void> {
    const { state, world } = context;
    for (const key of this.#refused.keys()) if (state.index.slot(key) === undefined) this.#refused.delete(key);
    const checks = this.#inOrder(
      [...state.index.slots()]
        .filter((slot) => slot.kind === kind && sliceOf(slot.name) === this.#slice && !state.dirty.has(slot.key))
        .flatMap((slot) => toCheck(context, slot) ?? []),
    );
    let [splits, left] = [MAX_SPLITS, 0];
    for (let from = 0; from < checks.length && !context.signal.aborted; from += kind.maxOperations) {
      const batch = { kind, checks: checks.slice(from, from + kind.maxOperations), maxRequests: 1 + splits };
      const checked = await this.#tryBatch(context, batch);
      splits -= Math.max(0, checked.requests - 1);
      left += checked.left;
    }
    const about = { connection: state.key, document: kind.document, left };
    if (left > 0) world.log.warn(about, 'passwords not checked this time: too much is refused');
  }

  /** Who was refused before comes last: what is left out then is not somebody else. */
  #inOrder(checks: readonly Check[]): readonly Check[] {
    const [refused, others] = [true, false].map((isRefused) =>
      checks.filter(({ slot }) => this.#refused.has(slot.key) === isRefused),
    );
    return [...(others ?? []), ...(refused ?? [])];
  }

  /** Who may not write users cannot check them either, which is told where one is to be written. */
  #tryBatch(context: TurnContext, batch: Batch): Promise<Checked> {
    return unlessDisabled(
      () => this.#checkBatch(context, batch),
      ({ message }) => {
        context.state.disabled.set(`PATCH ${batch.kind.document}`, message);
        return { requests: 1, left: 0 };
      },
    );
  }

  /**
   * Once a password was changed the server checks all users of the batch, and one that it objects to must not keep the
   * others from theirs. Nothing is undone: what was there before cannot be known.
   */
  async #checkBatch(context: TurnContext, { kind, checks, maxRequests }: Batch): Promise<Checked> {
    const { document } = kind;
    const { accepted, refused, requests } = await sendSplitting(
      checks.map(({ operation }) => operation),
      {
        maxRequests,
        send: (part) => context.cluster.patchDocument(document, part),
        onAccepted: (part, answer) => {
          const among = checks.filter(({ operation }) => part.includes(operation));
          for (const { slot } of among) this.#refused.delete(slot.key);
          if (answer === 'stored') tellDrift(context, among);
        },
      },
    );
    context.state.disabled.delete(`PATCH ${document}`);
    for (const { operation, words } of refused)
      for (const check of checks) if (check.operation === operation) this.#tellRefusal(context, check, words);
    return { requests, left: checks.length - accepted.length - refused.length };
  }

  /** Told when it is new, and not in each interval. */
  #tellRefusal({ state, world, teller }: TurnContext, { slot, resource }: Check, words: string): void {
    if (this.#refused.get(slot.key) === words) return;
    this.#refused.set(slot.key, words);
    const about = { connection: state.key, document: slot.kind.document, name: slot.name, words };
    world.log.warn(about, 'password check refused');
    const message =
      `a password that somebody changes in OpenSearch is not put back now, since the same user sent again is refused: ${words}. ` +
      'Mend what refuses it, OpenSearch or a gateway before it; it is tried again';
    teller.record(resource, { type: 'Warning', reason: 'PasswordNotChecked', message });
  }
}

function toCheck(context: TurnContext, slot: Slot): Check | undefined {
  const { state, credentials } = context;
  const { connection } = state;
  const owned = ownedSecret(context, slot);
  if (owned === undefined || connection === undefined) return undefined;
  const { resource, canonical, secret } = owned;
  if (secret.field === 'password') return undefined;
  if (secret.value === undefined) {
    credentials.prepare(resource, connection, 'background');
    return undefined;
  }
  return { slot, resource, operation: { type: 'add', name: slot.name, value: canonical, secret } };
}

/** The answer does not say whose password it was. */
function tellDrift({ teller, world }: TurnContext, checks: readonly Check[]): void {
  const [first, ...others] = checks;
  if (first === undefined) return;
  const { document } = first.slot.kind;
  world.metrics.driftFound.inc({ document });
  world.metrics.driftCorrected.inc({ document });
  const names = checks.map(({ slot }) => `"${slot.name}"`);
  const whose =
    others.length === 0 ? 'the password was' : `the password of at least one of ${names.slice(0, 10).join(', ')} was`;
  const message = `${whose} changed in OpenSearch behind the operator and has been put back`;
  teller.record(first.resource, { type: 'Warning', reason: 'DriftCorrected', message });
}

function sliceOf(name: string): number {
  let sum = 0;
  for (let index = 0; index < name.length; index += 1) sum = (sum * 31 + name.charCodeAt(index)) >>> 0;
  return sum % SLICES;
}
