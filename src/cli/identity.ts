import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import packageJson from '../../package.json' with { type: 'json' };

/** Who this process is. */
export interface Identity {
  /** Unique in each life: a restarted process is another one. */
  readonly name: string;
  /** The name in it ties a line of an audit log to the holder of the Lease. */
  readonly userAgent: string;
}

export function identityOf(environment: Readonly<Record<string, string | undefined>>): Identity {
  const name = `${environment['POD_NAME'] ?? hostname()}_${randomBytes(8).toString('hex')}`;
  return { name, userAgent: `${packageJson.name}/${packageJson.version} (${name})` };
}
