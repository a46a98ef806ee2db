import { fileURLToPath } from 'node:url';
import { runForOutput } from '../stack/run-command.ts';
import { promtool } from '../tools/promtool.ts';

const repository = new URL('../../', import.meta.url);

export const ALERTS = fileURLToPath(new URL('deploy/helm/opensearch-security-operator/files/alerts.yaml', repository));
export const DASHBOARD = fileURLToPath(
  new URL('deploy/helm/opensearch-security-operator/files/dashboard.json', repository),
);
export const ALERT_TESTS = fileURLToPath(new URL('alerts.test.yaml', import.meta.url));

/** What Prometheus' own checker finds wrong; each throws with its words. */
export interface PrometheusJudge {
  /** Names, types and help of what a scrape answers. */
  metrics(scrape: string): Promise<void>;
  rules(path: string): Promise<void>;
  /** Runs the cases of a file of rule tests. */
  testRules(path: string): Promise<void>;
}

/** The judge; undefined, after a line that says so, where promtool cannot be had. */
export async function prometheusJudge(): Promise<PrometheusJudge | undefined> {
  const program = await promtool((line) => process.stderr.write(`${line}\n`));
  if (program === undefined) {
    process.stderr.write(
      'SKIPPED: checks with promtool; it is not on PATH, and there is no Debian package of it to be had here\n',
    );
    return undefined;
  }
  const run = async (args: readonly string[], input = ''): Promise<void> => {
    await runForOutput({ command: program, args }, input);
  };
  return {
    metrics: (scrape) => run(['check', 'metrics'], scrape),
    rules: (path) => run(['check', 'rules', path]),
    testRules: (path) => run(['test', 'rules', path]),
  };
}

/** Everything that needs no server: the alert rules and their tests. @throws in the words of promtool */
export async function checkPrometheusFiles(judge: PrometheusJudge): Promise<void> {
  await judge.rules(ALERTS);
  await judge.testRules(ALERT_TESTS);
}
