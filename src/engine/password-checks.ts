import { sendSplitting } from '../commit/commit-operations.ts';
import type { Resource } from '../desired/resource.ts';
import { unlessDisabled } from '../errors.ts';
import type { Kind } from '../kinds/kind.ts';
import type { Operation } from '../plan/operation.ts';
import type { Slot } from './claim-index.ts';
import type { TurnContext } from './turn-context.ts';
import { ownedSecret } from './plan-tasks.ts';

/** The checks of one drift interval are spread over so many turns, so that they never come all at once. */
const SLICES = 12;
const MIN_PAUSE_MS = 250;

/** One user whose password is to be checked. */
interface Check {
  readonly slot: Slot;
  readonly resource: Resource;
  readonly operation: Operation;
}

/**
 * Passwords cannot be read. But the same hash sent again changes nothing and is answered so, which proves that nobody
 * changed the password; where somebody did, it is put back by the same request.
 */
export class PasswordChecks {
  #slice = 0;
  #nextMs = 0;

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
    const checks = [...context.state.index.slots()]
      .filter((slot) => slot.kind === kind && sliceOf(slot.name) === this.#slice && !context.state.dirty.has(slot.key))
      .flatMap((slot) => toCheck(context, slot) ?? []);
    for (let from = 0; from < checks.length && !context.signal.aborted; from += kind.maxOperations)
      await tryBatch(context, kind, checks.slice(from, from + kind.maxOperations));
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

/** Who may not write users cannot check them either, which is told where one is to be written. */
function tryBatch(context: TurnContext, kind: Kind, checks: readonly Check[]): Promise<void> {
  return unlessDisabled(
    () => checkBatch(context, kind, checks),
    ({ message }) => void context.state.disabled.set(`PATCH ${kind.document}`, message),
  );
}

/**
 * Once a password was changed the server checks all users of the batch, and one that it objects to must not keep the
 * others from theirs. Nothing is undone: what was there before cannot be known.
 */
async function checkBatch(context: TurnContext, kind: Kind, checks: readonly Check[]): Promise<void> {
  const { cluster, world, state } = context;
  const operations = checks.map(({ operation }) => operation);
  const { refused } = await sendSplitting(operations, {
    send: (part) => cluster.patchDocument(kind.document, part),
    onAccepted: (part, answer) => {
      const among = checks.filter(({ operation }) => part.includes(operation));
      if (answer === 'stored') tellDrift(context, among);
    },
  });
  state.disabled.delete(`PATCH ${kind.document}`);
  for (const { operation, words } of refused) {
    const about = { connection: state.key, document: kind.document, name: operation.name, words };
    world.log.warn(about, 'password check refused');
  }
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
