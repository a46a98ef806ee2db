import { KubernetesClient } from '../clients/kubernetes.ts';
import type { KubernetesCredentials } from '../clients/kubernetes-credentials.ts';
import type { Clock } from '../clock.ts';
import type { Log } from '../log.ts';
import { LeaderElector } from '../watch/leader-elector.ts';
import type { Identity } from './identity.ts';
import type { LeaderElectionSettings } from './options.ts';

/** The right to write, from the process's point of view. */
export interface Leadership {
  /** @throws NotLeaderError while this process does not lead */
  readonly assertMayWrite: () => void;
  /** Ends when this process leads, or with false when the signal is aborted. */
  readonly acquire: (signal: AbortSignal) => Promise<boolean>;
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
  readonly onChange: (isLeader: boolean) => void;
}

/** This process is the only one. */
export function onlyProcess(onChange: (isLeader: boolean) => void): Leadership {
  return {
    assertMayWrite: () => undefined,
    acquire: () => {
      onChange(true);
      return Promise.resolve(true);
    },
    lost: new Promise<never>(() => undefined),
    release: () => Promise.resolve(),
  };
}

/** One of several. */
export function oneOfSeveral(settings: LeaderElectionSettings, tools: LeadershipTools): Leadership {
  const { credentials, clock, log, onChange } = tools;
  const { name: identity, userAgent } = tools.identity;
  const kubernetes = new KubernetesClient(credentials, { caller: { userAgent, assertMayWrite: () => undefined } });
  const place = { namespace: settings.namespace ?? credentials.namespace, name: settings.id };
  const elector = new LeaderElector({
    ...{ kubernetes, ...place, identity, times: settings.times },
    ...{ clock, random: Math.random, log },
  });
  const holding = new AbortController();
  let held = Promise.resolve();
  let lose: (error: unknown) => void = () => undefined;
  const lost = new Promise<never>((_, reject) => (lose = reject));
  // Whoever races against it hears of it; before that nobody has to.
  lost.catch(() => undefined);
  return {
    assertMayWrite: () => elector.assertLeader(),
    lost,
    acquire: async (signal) => {
      if (!(await elector.acquire(signal))) return false;
      log.info({ ...place, identity }, 'leading');
      onChange(true);
      held = elector.hold(holding.signal).catch(lose);
      return true;
    },
    release: async () => {
      holding.abort();
      await held;
      onChange(false);
      await elector.release();
      await kubernetes.close();
    },
  };
}
