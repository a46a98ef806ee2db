import { SettingsError } from '../errors.ts';

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
}

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
  };
}

function toInteger(option: string, text: string, max: number): number {
  const value = Number(text);
  if (!/^\d+$/.test(text) || value > max)
    throw new SettingsError(`${option} takes a whole number from 0 to ${max}, not "${text}"`);
  return value;
}
