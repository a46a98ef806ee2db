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
