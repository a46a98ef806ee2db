#!/usr/bin/env node
import { Command, Option } from 'commander';
import { messageOf } from './errors.ts';

const program = new Command('opensearch-security')
  .description('Turns custom resources into the security objects of OpenSearch clusters')
  .showHelpAfterError('(see opensearch-security --help)');

program
  .command('operator')
  .description('run the controller until SIGTERM; credentials from KUBECONFIG, or from the pod it runs in')
  .addOption(new Option('--namespaces <list>', 'comma-separated; empty watches all').env('NAMESPACES').default(''))
  .addOption(
    new Option('--metrics-port <port>', 'of /metrics, /healthz and /readyz').env('METRICS_PORT').default('8080'),
  )
  .addOption(
    new Option('--log-level <level>', 'trace, debug, info, warn, error or silent').env('LOG_LEVEL').default('info'),
  )
  .addOption(
    new Option('--stall-after <seconds>', 'waiting for longer is told as Stalled').env('STALL_AFTER').default('600'),
  )
  .addOption(
    new Option('--deletion-grace <seconds>', 'how long a namespace that is deleted waits for a cluster that is away')
      .env('DELETION_GRACE')
      .default('300'),
  )
  .addOption(
    new Option('--leader-elect [boolean]', 'of several replicas let one write, by a Lease')
      .env('LEADER_ELECT')
      .preset('true')
      .default('false'),
  )
  .addOption(
    new Option('--leader-election-id <name>', 'of the Lease')
      .env('LEADER_ELECTION_ID')
      .default('opensearch-security-operator'),
  )
  .addOption(
    new Option('--leader-election-namespace <name>', "of the Lease; the operator's own when absent").env(
      'LEADER_ELECTION_NAMESPACE',
    ),
  )
  .addOption(
    new Option('--leader-election-lease-duration <seconds>', 'others wait this long after the last renewal')
      .env('LEADER_ELECTION_LEASE_DURATION')
      .default('15'),
  )
  .addOption(
    new Option('--leader-election-renew-deadline <seconds>', 'a leader that could not renew for this long ends')
      .env('LEADER_ELECTION_RENEW_DEADLINE')
      .default('10'),
  )
  .addOption(
    new Option('--leader-election-retry-period <seconds>', 'between tries to get or renew the Lease')
      .env('LEADER_ELECTION_RETRY_PERIOD')
      .default('2'),
  )
  .addOption(
    new Option('--shards <n>', 'let all replicas work, each on the connections of some of so many shards')
      .env('SHARDS')
      .default('1'),
  )
  .action(async (raw: Record<string, string>) => {
    const [{ parseOperatorOptions }, { runOperator }] = await Promise.all([
      import('./cli/options.ts'),
      import('./cli/operator.ts'),
    ]);
    await runOperator(parseOperatorOptions(raw, process.env['KUBECONFIG']), process.env, stopSignal());
  });

try {
  await program.parseAsync();
} catch (error) {
  process.stderr.write(`opensearch-security: ${messageOf(error)}\n`);
  process.exit(1);
}

/** The first SIGTERM or SIGINT ends the work in order, the second one at once. */
function stopSignal(): AbortSignal {
  const controller = new AbortController();
  for (const name of ['SIGTERM', 'SIGINT'] as const) {
    process.on(name, () => {
      if (controller.signal.aborted) process.exit(130);
      controller.abort();
    });
  }
  return controller.signal;
}
