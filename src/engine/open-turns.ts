import type { Clock } from '../clock.ts';
import type { Cluster } from '../commit/cluster.ts';
import { UnreachableError } from '../errors.ts';
import type { DocumentName } from '../kinds/kind.ts';
import type { EventDraft } from '../status/event-recorder.ts';
import { ConfigTurn } from './config-turn.ts';
import { openLedger, refreshDocuments, runTurn } from './cluster-turn.ts';
import { unlessConfigDisabled } from './disabled-documents.ts';
import type { TurnContext } from './turn-context.ts';
import { NodeWatch } from './node-watch.ts';
import { PasswordChecks } from './password-checks.ts';

const DEFAULT_INTERVAL_SECONDS = 60;
/** Part of the drift interval that is left to chance, so that sessions do not read in step. */
const JITTER = 0.1;
/** Reading may take at most this part of the time: a large fleet is looked at less often. */
const MAX_READ_SHARE = 0.01;
const READ_TIMES_KEPT = 5;

/** The turns of one session while its cluster answers: what changed is committed, and now and then everything is looked at. */
export class OpenTurns {
  readonly #nodes: NodeWatch;
  readonly #tell: (event: EventDraft) => void;
  /** Documents whose last PATCH may be stored all the same, by a node that did not come to tell the others. */
  readonly #unanswered = new Set<DocumentName>();
  readonly #checks = new PasswordChecks();
  readonly #config = new ConfigTurn();
  #nextDriftMs = -Infinity;
  #intervalMs = 0;
  #readTimesMs: readonly number[] = [];
  /** A look that nobody waits for; never rejects. */
  #looking: Promise<void> = Promise.resolve();
  /** It failed. */
  #isLookOwed = false;

  /** @param tell records an event about the connection */
  constructor(clock: Clock, tell: (event: EventDraft) => void) {
    this.#tell = tell;
    this.#nodes = new NodeWatch(clock);
  }

  /** When there is something to look at though nothing was changed. */
  nextMs(context: Pick<TurnContext, 'state'>): number {
    return Math.min(
      this.#driftDueMs(context),
      this.#checks.nextMs(context) ?? Infinity,
      this.#nodes.nextLookMs ?? Infinity,
    );
  }

  /** Everything may have changed: look at the next turn. */
  lookSoon(): void {
    this.#nextDriftMs = -Infinity;
  }

  /** Something was stored that is not in force on every node. */
  doubt(): void {
    this.#nodes.doubt();
  }

  /** @param options `onLook` is called when everything is looked at. @returns whether what was dirty led to a write */
  async run(context: TurnContext, options: { readonly onLook: () => Promise<void> }): Promise<boolean> {
    const { world, meter } = context;
    const startedMs = world.clock.steady();
    const cluster = this.#timed(context);
    if (this.#nodes.isInDoubt) await this.#lookNow(context);
    await openLedger(context);
    const isDriftDue = startedMs >= this.#driftDueMs(context);
    const readMs = await refreshDocuments(context, isDriftDue ? startedMs : 0);
    // Between what was read and what is written: another cluster may answer by now, without any failure.
    if (isDriftDue) await this.#lookNow(context);
    if (isDriftDue) meter.looked(startedMs);
    const hasCommitted = await runTurn({ ...context, cluster });
    const hasConfigured = await unlessConfigDisabled(context, () => this.#config.run(context, isDriftDue));
    const hasWritten = hasCommitted || hasConfigured;
    if (isDriftDue) {
      // After the commit: nobody waits for what it tells.
      await options.onLook();
      this.#scheduleDrift(context, { startedMs, readMs });
    }
    this.#doubtWhatWasNotWrittenAgain();
    await this.#lookIfDue(context, hasWritten || this.#nodes.isToBeLookedAt(startedMs));
    if (!context.onlyRemovals) await this.#checks.run({ ...context, cluster }, this.#intervalMs);
    return hasWritten;
  }

  /** A write that is stored makes every node load the whole document. Where none was needed any more nobody has loaded it. */
  #doubtWhatWasNotWrittenAgain(): void {
    if (this.#unanswered.size > 0) this.#nodes.doubt();
    this.#unanswered.clear();
  }

  /** A large document takes long to read. Who waits for a commit goes first, for an interval at most. */
  #driftDueMs({ state }: Pick<TurnContext, 'state'>): number {
    return state.dirty.size === 0 ? this.#nextDriftMs : this.#nextDriftMs + this.#intervalMs;
  }

  async #lookIfDue(context: TurnContext, isDue: boolean): Promise<void> {
    // Nobody may come back for a while: whether the last look failed has to be known by then.
    if (context.state.dirty.size === 0) await this.#looking;
    if ((isDue || this.#isLookOwed) && !context.signal.aborted) await this.#look(context);
  }

  /** Who waits for the next commit does not wait for the look that belongs to this one. */
  async #look(context: TurnContext): Promise<void> {
    if (this.#isLookOwed || context.state.dirty.size === 0) return this.#lookNow(context);
    await this.#looking;
    this.#looking = this.#lookNow(context).catch(() => void (this.#isLookOwed = true));
  }

  async #lookNow({ cluster, signal, world, state }: TurnContext): Promise<void> {
    await this.#looking;
    this.#isLookOwed = false;
    const flush = await this.#nodes.look(cluster, signal);
    if (flush.type === 'flushed') world.log.info({ connection: state.key }, 'caches flushed');
    if (flush.type === 'not needed' || flush.type === 'flushed') return;
    world.log.warn({ connection: state.key }, 'caches not flushed: a node that was away may go on with old rules');
    const message = `a node was away or slow and the caches were not flushed, so it may go on with old rules and let in who was removed: ${flush.words}. Once that is mended, flush them with the annotation security.opensearch.org/flush-cache`;
    this.#tell({ type: 'Warning', reason: 'CacheNotFlushed', message });
  }

  /** The quickest of the last rounds says what reading costs the server; the slower ones waited for something else. */
  #scheduleDrift({ world, state }: TurnContext, { startedMs, readMs }: { startedMs: number; readMs: number }): void {
    this.#readTimesMs = [...this.#readTimesMs, readMs].slice(-READ_TIMES_KEPT);
    const restMs = Math.min(...this.#readTimesMs) / MAX_READ_SHARE;
    const seconds = state.connection?.spec.driftDetection?.intervalSeconds ?? DEFAULT_INTERVAL_SECONDS;
    this.#intervalMs = Math.max(seconds * 1000, restMs) * (1 - JITTER + 2 * JITTER * world.random());
    this.#nextDriftMs = startedMs + this.#intervalMs;
  }

  /** The cluster, with an eye on how long writes take. */
  #timed({ cluster, world }: TurnContext): Cluster {
    return {
      identity: cluster.identity,
      configuration: cluster.configuration,
      fetchDocument: (...at) => cluster.fetchDocument(...at),
      fetchNodes: (...at) => cluster.fetchNodes(...at),
      flushCache: () => cluster.flushCache(),
      care: cluster.care,
      changePassword: (password) => cluster.changePassword(password),
      close: () => cluster.close(),
      patchDocument: async (...change) => {
        const startedMs = world.clock.steady();
        try {
          const answer = await cluster.patchDocument(...change);
          if (answer.type === 'stored') this.#unanswered.delete(change[0]);
          return answer;
        } catch (error) {
          if (error instanceof UnreachableError) this.#unanswered.add(change[0]);
          throw error;
        } finally {
          this.#nodes.wrote(world.clock.steady() - startedMs);
        }
      },
    };
  }
}
