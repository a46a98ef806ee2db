import { findOnPath } from '../stack/find-tool.ts';
import { describeVariables } from '../stack/describe-stack.ts';
import { DemoError } from './demo-error.ts';
import { showTable } from './live-table.ts';
import { areAllReady } from './read-objects.ts';
import type { Stage } from './stage.ts';

/** The last look. @throws DemoError unless everything is Ready */
export async function showEnd(stage: Stage): Promise<void> {
  const { screen } = stage;
  screen.chapter('The end');
  if (!areAllReady(await showTable(stage))) throw new DemoError('not everything is Ready');
  screen.say('');
  screen.say(`Everything is Ready, ${screen.seconds} s after the start.`);
}

/** How to go on by hand. */
export function showCommands({ screen, stack, operator }: Stage): void {
  screen.say('');
  screen.say('All of it runs until Ctrl-C. To look around, in another terminal:');
  screen.say('');
  const variables = describeVariables(stack).split('\n');
  for (const line of variables.filter((text) => text.startsWith('export '))) screen.output(line);
  if (findOnPath('kubectl') === undefined) screen.output(`alias kubectl='${stack.kubectl}'`);
  screen.say('');
  for (const [command, why] of commands(operator.metricsUrl)) screen.output(`${command}   # ${why}`);
  screen.output(`tail -f ${operator.record.logPath}`);
  screen.say('');
}

function commands(metricsUrl: string): readonly (readonly [string, string])[] {
  const api = '"$OPENSEARCH_URL/_plugins/_security/api';
  const curl = 'curl --cacert "$OPENSEARCH_CA" -u "$OPENSEARCH_USERNAME:$OPENSEARCH_PASSWORD"';
  return [
    ['kubectl get opensearch-security -A', 'everything there is'],
    ['kubectl -n search edit osrole team-a-reader', 'change a role'],
    [`${curl} ${api}/roles/team-a-reader?pretty"`, 'see it in OpenSearch'],
    [`${curl} -X DELETE ${api}/tenants/team-a"`, 'it comes back within 6 seconds'],
    ['kubectl -n search annotate osrole team-a-reader security.opensearch.org/paused=true', 'hands off this one'],
    ['kubectl -n search delete osrole team-b-writer', 'and it is gone from OpenSearch, too'],
    ['kubectl -n search get events --sort-by=.lastTimestamp', 'what happened'],
    [`curl ${metricsUrl}`, 'metrics'],
  ];
}
