import { SettingsError } from '../errors.ts';
import { wrongTimes, type LeaseTimes } from '../watch/lease.ts';

/** How `opensearch-security operator` runs; each option is also an environment variable. */
export interface OperatorSettings {
  readonly kubeconfig: string | undefined;
  /** Empty: the whole cluster. */
  readonly namespaces: readonly string[];
  /** 0: any free port. */
  readonly metricsPort: number;
  readonly logLevel: string;
  readonly stallAfterSeconds: number;
  readonly deletionGraceSeconds: number;
  /** Undefined: this process is the only one, and leads. */
  readonly leaderElection: LeaderElectionSettings | undefined;
}

export interface LeaderElectionSettings {
  /** Of the Lease. */
  readonly id: string;
  /** Undefined: that of the credentials. */
  readonly namespace: string | undefined;
  readonly times: LeaseTimes;
  /** Parts of the connections, each led by one replica; 1: one leads all. */
  readonly shards: number;
}

/** Each costs every replica a request in each retry period. The chart grants so many Leases. */
export const MAX_SHARDS = 32;
const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'silent'];

/** Checks what the command line says. @throws SettingsError that names the option and what it takes */
export function parseOperatorOptions(
  raw: Readonly<Record<string, string>>,
  kubeconfig: string | undefined,
): OperatorSettings {
  const logLevel = raw['logLevel'] ?? 'info';
  if (!LOG_LEVELS.includes(logLevel))
    throw new SettingsError(`--log-level takes one of ${LOG_LEVELS.join(', ')}, not "${logLevel}"`);
  return {
    kubeconfig,
    namespaces: (raw['namespaces'] ?? '')
      .split(',')
      .map((name) => name.trim())
      .filter((name) => name !== ''),
    metricsPort: toInteger('--metrics-port', raw['metricsPort'] ?? '8080', 65_535),
    logLevel,
    stallAfterSeconds: toInteger('--stall-after', raw['stallAfter'] ?? '600', 86_400),
    deletionGraceSeconds: toInteger('--deletion-grace', raw['deletionGrace'] ?? '300', 86_400),
    leaderElection: toLeaderElection(raw),
  };
}

function toLeaderElection(raw: Readonly<Record<string, string>>): LeaderElectionSettings | undefined {
  const isOn = raw['leaderElect'] ?? 'false';
  if (!['true', 'false'].includes(isOn)) throw new SettingsError(`--leader-elect takes true or false, not "${isOn}"`);
  const shards = toShards(raw['shards'] ?? '1');
  if (isOn === 'false' && shards > 1) throw new SettingsError('--shards: more than one needs --leader-elect');
  if (isOn === 'false') return undefined;
  const seconds = (name: string, text: string): number => toInteger(`--leader-election-${name}`, text, 3600);
  const times = {
    leaseDurationSeconds: seconds('lease-duration', raw['leaderElectionLeaseDuration'] ?? '15'),
    renewDeadlineSeconds: seconds('renew-deadline', raw['leaderElectionRenewDeadline'] ?? '10'),
    retryPeriodSeconds: seconds('retry-period', raw['leaderElectionRetryPeriod'] ?? '2'),
  };
  const wrong = wrongTimes(times);
  if (wrong !== undefined) throw new SettingsError(`leader election: ${wrong}`);
  return {
    id: toName('--leader-election-id', raw['leaderElectionId'] ?? 'opensearch-security-operator'),
    namespace: raw['leaderElectionNamespace'],
    times,
    shards,
  };
}

function toShards(text: string): number {
  const shards = toInteger('--shards', text, MAX_SHARDS);
  if (shards === 0) throw new SettingsError(`--shards takes a whole number from 1 to ${MAX_SHARDS}, not "0"`);
  return shards;
}

/** @throws SettingsError for what cannot name a Kubernetes object */
function toName(option: string, text: string): string {
  if (!/^[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?$/.test(text))
    throw new SettingsError(`${option} takes small letters, digits, "-" and ".", not "${text}"`);
  return text;
}

function toInteger(option: string, text: string, max: number): number {
  const value = Number(text);
  if (!/^\d+$/.test(text) || value > max)
    throw new SettingsError(`${option} takes a whole number from 0 to ${max}, not "${text}"`);
  return value;
}
