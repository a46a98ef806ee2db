import { KubernetesClient } from '../clients/kubernetes.ts';
import type { Caller } from '../clients/caller.ts';
import type { KubernetesCredentials } from '../clients/kubernetes-credentials.ts';
import type { Clock } from '../clock.ts';
import { NotLeaderError } from '../errors.ts';
import type { Log } from '../log.ts';
import { LeaderElector } from '../watch/leader-elector.ts';
import { ShardElection, type Serve } from '../watch/shard-election.ts';
import type { Identity } from './identity.ts';
import type { LeaderElectionSettings } from './options.ts';

/** The right to write. */
export type Right = Pick<Caller, 'assertMayWrite' | 'lost'>;

/** The right to write, from the process's point of view. */
export interface Leadership {
  readonly shards: number;
  /** Another process may have led before. */
  readonly hasOthers: boolean;
  /** To write what belongs to no connection. */
  readonly right: Right;
  /** To write for the connections of a shard, the next time that it is led; not for the time after. */
  readonly rightOf: (shard: number) => Right;
  /** Calls `serve` whenever this process leads a shard; ends when the signal is aborted and all of these have ended. */
  readonly run: (serve: Serve, signal: AbortSignal) => Promise<void>;
  /** Never ends well: rejects when the right is lost, which must end the process before it does anything else. */
  readonly lost: Promise<never>;
  /** Gives the right back, when nothing will be written any more. */
  readonly release: () => Promise<void>;
}

export interface LeadershipTools {
  readonly credentials: KubernetesCredentials;
  readonly clock: Clock;
  readonly log: Log;
  readonly identity: Identity;
  readonly onChange: (lease: string, isLeader: boolean) => void;
}

/** One that is alone leads what it would be elected for. */
const ALONE = 'opensearch-security-operator';

/** This process is the only one. */
export function onlyProcess({ onChange }: Pick<LeadershipTools, 'onChange'>): Leadership {
  const right = { assertMayWrite: () => undefined };
  return {
    ...{ shards: 1, hasOthers: false, right, rightOf: () => right },
    run: (serve, signal) => serve(0, signal, () => onChange(ALONE, true)),
    lost: new Promise<never>(() => undefined),
    release: () => Promise.resolve(),
  };
}

/** One of several, of which one leads. */
export function oneOfSeveral(settings: LeaderElectionSettings, tools: LeadershipTools): Leadership {
  const { log, onChange, identity } = tools;
  const { electorOf, namespace, close } = electors(settings, tools);
  const elector = electorOf(settings.id, identity.name);
  // That nobody leads can be seen only where everybody says so from the beginning.
  onChange(settings.id, false);
  const holding = new AbortController();
  let held = Promise.resolve();
  let lose: (error: unknown) => void = () => undefined;
  const lost = new Promise<never>((_, reject) => (lose = reject));
  // Whoever races against it hears of it; before that nobody has to.
  lost.catch(() => undefined);
  const right = { assertMayWrite: () => elector.assertLeader() };
  return {
    ...{ shards: 1, hasOthers: true, right, rightOf: () => right, lost },
    run: async (serve, signal) => {
      if (!(await elector.acquire(signal))) return;
      log.info({ namespace, name: settings.id, identity: identity.name }, 'leading');
      held = elector.hold(holding.signal).catch(lose);
      await serve(0, signal, () => onChange(settings.id, true));
    },
    release: async () => {
      holding.abort();
      await held;
      onChange(settings.id, false);
      await elector.release();
      await close();
    },
  };
}

/** One of several that share the work. To lose a shard does not end the process: its work is cut off and thrown away. */
export function oneOfMany(settings: LeaderElectionSettings, tools: LeadershipTools): Leadership {
  const { clock, log, onChange, identity } = tools;
  const { electorOf, close } = electors(settings, tools);
  const { id, shards, times } = settings;
  const about = { id, shards, times, identity: identity.name, electorOf };
  const election = new ShardElection({ ...about, clock, random: Math.random, log, onChange });
  const assertMayWrite = (): void => {
    if (!election.leads) throw new NotLeaderError('this process leads no shard: nothing is written');
  };
  return {
    shards,
    hasOthers: true,
    right: { assertMayWrite },
    rightOf: (shard) => {
      const tenure = election.tenureOf(shard);
      return { assertMayWrite: tenure.assertMayWrite, lost: tenure.over };
    },
    run: (serve, signal) => election.run(serve, signal),
    lost: new Promise<never>(() => undefined),
    release: close,
  };
}

/** All Leases are renewed by a client of their own, so that no other request holds them up. */
function electors(
  settings: LeaderElectionSettings,
  { credentials, clock, log, identity: { userAgent } }: LeadershipTools,
): {
  readonly electorOf: (name: string, identity: string) => LeaderElector;
  readonly namespace: string;
  readonly close: () => Promise<void>;
} {
  const kubernetes = new KubernetesClient(credentials, { caller: { userAgent, assertMayWrite: () => undefined } });
  const namespace = settings.namespace ?? credentials.namespace;
  const tools = { kubernetes, namespace, times: settings.times, clock, random: Math.random, log };
  return {
    electorOf: (name, identity) => new LeaderElector({ ...tools, name, identity }),
    namespace,
    close: () => kubernetes.close(),
  };
}
