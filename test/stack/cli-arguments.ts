import { parseArgs } from 'node:util';
import { knownVersions } from './opensearch/versions.ts';

/** How to use the command line. */
export const usage = `usage: npm run stack -- COMMAND [OPTIONS]

  up       start what does not run yet
             --opensearch ${knownVersions.join(',')}   versions to run (default: ${knownVersions[0] ?? ''})
             --nodes N               nodes of each version (default: 1)
             --heap SIZE             heap of each OpenSearch node (default: 512m)
             --audit                 keep an audit log of the Kubernetes API
             --name NAME             which stack (default: default)
  down     stop it; data and logs stay for the next "up"
             --name NAME | --all     which stack (default: default)
             --purge                 remove data and logs, too
  status   what runs                 --name NAME
  env      shell variables for eval  --name NAME
  prepare  download and build only   --opensearch VERSIONS (default: all)
  help     this text`;

/** The command line makes no sense; the message says why. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** A command line, checked. */
export type Command =
  | {
      readonly type: 'up';
      readonly name: string;
      readonly versions: readonly string[];
      readonly nodes: number;
      readonly heap: string | undefined;
      readonly audit: boolean;
    }
  | { readonly type: 'down'; readonly names: 'all' | readonly string[]; readonly purge: boolean }
  | { readonly type: 'status' | 'env'; readonly name: string }
  | { readonly type: 'prepare'; readonly versions: readonly string[] }
  | { readonly type: 'help' };

const flags = {
  opensearch: { type: 'string' },
  nodes: { type: 'string' },
  heap: { type: 'string' },
  name: { type: 'string' },
  audit: { type: 'boolean' },
  all: { type: 'boolean' },
  purge: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
} as const;

type Values = ReturnType<typeof parse>['values'];

const allowed: Readonly<Record<Exclude<Command['type'], 'help'>, readonly (keyof Values)[]>> = {
  up: ['opensearch', 'nodes', 'heap', 'name', 'audit'],
  down: ['name', 'all', 'purge'],
  status: ['name'],
  env: ['name'],
  prepare: ['opensearch'],
};

/** @throws UsageError for an unknown command or flag and for a value that cannot be */
export function parseCommand(argv: readonly string[]): Command {
  const { values, positionals } = parse(argv);
  const [type, ...rest] = positionals;
  if (values.help === true || type === 'help') return { type: 'help' };
  if (type === undefined) throw new UsageError('which command?');
  if (!isCommand(type)) throw new UsageError(`unknown command "${type}"`);
  if (rest[0] !== undefined) throw new UsageError(`"${rest[0]}" is too much`);
  const wrong = Object.keys(values).find((flag) => !allowed[type].some((name) => name === flag));
  if (wrong !== undefined) throw new UsageError(`"${type}" has no flag --${wrong}`);
  return toCommand(type, values);
}

function toCommand(type: keyof typeof allowed, values: Values): Command {
  const name = values.name ?? 'default';
  switch (type) {
    case 'up':
      return {
        type,
        name,
        versions: toVersions(values.opensearch, knownVersions.slice(0, 1)),
        nodes: toCount(values.nodes ?? '1'),
        heap: values.heap,
        audit: values.audit === true,
      };
    case 'down':
      if (values.all === true && values.name !== undefined) throw new UsageError('either --name or --all');
      return { type, names: values.all === true ? 'all' : [name], purge: values.purge === true };
    case 'status':
    case 'env':
      return { type, name };
    case 'prepare':
      return { type, versions: toVersions(values.opensearch, knownVersions) };
  }
}

function toVersions(text: string | undefined, fallback: readonly string[]): readonly string[] {
  const versions = text === undefined ? fallback : [...new Set(text.split(',').map((version) => version.trim()))];
  const wrong = versions.find((version) => !knownVersions.includes(version));
  if (wrong === undefined) return versions;
  throw new UsageError(`OpenSearch "${wrong}" is not known here; there are ${knownVersions.join(' and ')}`);
}

function toCount(text: string): number {
  if (!/^[1-9]$/.test(text)) throw new UsageError(`--nodes takes a number from 1 to 9, not "${text}"`);
  return Number(text);
}

function isCommand(type: string): type is keyof typeof allowed {
  return Object.hasOwn(allowed, type);
}

function parse(argv: readonly string[]) {
  try {
    return parseArgs({ args: [...argv], options: flags, allowPositionals: true, strict: true });
  } catch (error) {
    // The first sentence says what is wrong; the next one explains how `--` works.
    throw new UsageError(error instanceof Error ? (error.message.split('. ')[0] ?? '') : String(error));
  }
}
