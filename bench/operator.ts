import { fileURLToPath } from 'node:url';
import { MALLOC_ARENA_MAX, NODE_FLAGS } from '../test/support/node-flags.ts';
import type { Place } from './place.ts';
import { Program, TIMEOUT_MS, type Line } from './program.ts';

const MAIN = fileURLToPath(new URL('../dist/main.js', import.meta.url));

/** The bundle, as a pod runs it: with the credentials of a service account, so that the large client library is not loaded. */
export function startOperator(place: Place, flags: readonly string[] = []): Program {
  const account = place.serviceAccount();
  const { hostname, port } = place.apiServer;
  const operator = [
    process.execPath,
    ...NODE_FLAGS,
    MAIN,
    'operator',
    '--namespaces',
    place.namespace,
    '--metrics-port',
    '0',
    ...flags,
  ];
  // A mount that only this process sees: the place of a service account's files is fixed.
  const target = '/run/secrets/kubernetes.io/serviceaccount';
  const script = `mount -t tmpfs none /run && mkdir -p ${target} && cp "$0"/token "$0"/namespace "$0"/ca.crt ${target} && exec "$@"`;
  const program = new Program(['unshare', '--mount', 'sh', '-c', script, account, ...operator], {
    KUBERNETES_SERVICE_HOST: hostname,
    KUBERNETES_SERVICE_PORT: port,
    MALLOC_ARENA_MAX,
  });
  place.programs.push(program);
  return program;
}

/** Until it has listed everything once. @returns when, in milliseconds since 1970 */
export function untilReady(operator: Program): Promise<number> {
  return operator.until('readiness', ({ msg }) => msg === 'synced', TIMEOUT_MS);
}

/** Operations that were committed and accepted, by one line of the operator's log. */
export function committed({ msg, add, remove, refused }: Line): number {
  return msg === 'committed' ? Number(add) + Number(remove) - Number(refused) : 0;
}

/** Milliseconds that its writes to OpenSearch took until then, each from before the request until after the answer. */
export function commitMs(lines: readonly Line[]): number {
  return lines.reduce((sum, { msg, durationMs }) => sum + (msg === 'committed' ? Number(durationMs) : 0), 0);
}

/** Says yes to the line with which `count` operations were committed; the count is checked on the server afterwards. */
export function whenCommitted(count: number): (line: Line) => boolean {
  let sum = 0;
  return (line) => (sum += committed(line)) >= count;
}
